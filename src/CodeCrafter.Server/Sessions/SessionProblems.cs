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
        SessionRefusal.OwnerCannotLeave => Problems.Conflict("owner_cannot_leave", "The owner cannot leave the session, only delete it."),
        SessionRefusal.OwnerIsFixed => Problems.Forbidden("owner_is_fixed", "The owner's role cannot be changed or taken away."),
        SessionRefusal.NoSuchParticipant => Problems.NotFound("participant_not_found", "There is no such participant in this session."),
        _ => throw new ArgumentOutOfRangeException(nameof(refusal), refusal, null),
    };

    public static ProblemHttpResult UnknownLanguage(string name) =>
        Problems.BadRequest("unknown_language", $"There is no language '{name}'.");
}
