using CodeCrafter.Sandbox.Languages;
using CodeCrafter.Server.Platform;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CodeCrafter.Server.Sessions;

/// <summary>Refusals as the API words them.</summary>
internal static class SessionProblems
{
    public static ProblemHttpResult ToProblem(this SessionRefusal refusal) => refusal switch
    {
        SessionRefusal.NotFound => Problems.NotFound("session_not_found", "There is no such session."),
        SessionRefusal.RoleTooLow => Problems.Forbidden("forbidden_role", "Your role in this session does not allow this."),
        SessionRefusal.Full => Problems.Conflict("session_full", "The session has as many participants as it may have."),
        SessionRefusal.OwnerCannotLeave => Problems.Conflict("owner_cannot_leave", "The owner cannot leave the session, only delete it or hand it over."),
        SessionRefusal.OwnerIsFixed => Problems.Forbidden("owner_is_fixed", "The owner's role cannot be changed or taken away."),
        SessionRefusal.NoSuchParticipant => Problems.NotFound("participant_not_found", "There is no such participant in this session."),
        SessionRefusal.Changed => Problems.Create(
            StatusCodes.Status412PreconditionFailed, "session_changed", "Somebody else changed the session since you read it. Read it again, then decide."),
        SessionRefusal.InvitationExpired => Problems.Create(StatusCodes.Status410Gone, "invitation_expired", "The invitation has expired."),
        SessionRefusal.InvitationUsedUp => Problems.Create(StatusCodes.Status410Gone, "invitation_used_up", "The invitation has been used as often as it may be."),
        SessionRefusal.TooManyInvitations => Problems.Conflict("too_many_invitations", $"A session has at most {Invitations.Invitation.MaxPerSession} invitations. Revoke one first."),
        SessionRefusal.NoSuchInvitation => Problems.NotFound("invitation_not_found", "There is no such invitation."),
        SessionRefusal.GuestsNotAllowed => Problems.Forbidden("guests_not_allowed", "This session takes no guests. Log in to join it."),
        SessionRefusal.GuestCannotManage => Problems.Conflict("guest_cannot_manage", "A guest can be a viewer or an editor. Admins and owners need an account."),
        _ => throw new ArgumentOutOfRangeException(nameof(refusal), refusal, null),
    };

    public static ProblemHttpResult UnknownLanguage(string name, LanguageCatalog languages) =>
        Problems.BadRequest("unknown_language", $"There is no language '{name}' here, but {languages.Ids}.");
}
