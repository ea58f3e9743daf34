using System.Security.Claims;
using CodeCrafter.Server.Auth;
using CodeCrafter.Server.Platform;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CodeCrafter.Server.Sessions;

/// <summary>Joining, leaving, and what admins do with participants.</summary>
internal static class ParticipantsApi
{
    public static void MapParticipants(this RouteGroupBuilder group)
    {
        group.MapPost("/{id:guid}/join", JoinAsync)
            .WithSummary("Join a public session, or any session with the invite code of its link").ProducesProblem(404).ProducesProblem(409);
        group.MapPost("/{id:guid}/leave", LeaveAsync).WithSummary("Leave a session").ProducesProblem(404).ProducesProblem(409);
        group.MapPost("/{id:guid}/invite", ResetInviteAsync)
            .WithSummary("Make a new invite code; links with the old one stop working (admins)").ProducesProblem(403).ProducesProblem(404);
        group.MapPut("/{id:guid}/participants/{userId}", PutAsync)
            .WithSummary("Give a user a role, adding them if they are not in yet (admins); userId may be @username")
            .ProducesValidationProblem().ProducesProblem(403).ProducesProblem(404).ProducesProblem(409);
        group.MapDelete("/{id:guid}/participants/{userId}", RemoveAsync)
            .WithSummary("Remove a participant (admins); userId may be @username").ProducesProblem(403).ProducesProblem(404);
    }

    private static async Task<Results<Ok<SessionEnvelope>, ProblemHttpResult>> JoinAsync(
        Guid id,
        JoinRequest? request,
        ClaimsPrincipal caller,
        ISessionStore store,
        SessionDescriber describer,
        SessionEvents events,
        TimeProvider time,
        CancellationToken cancellationToken)
    {
        var (userId, username, now) = (caller.GetUserId(), caller.GetUsername(), time.GetUtcNow());
        ParticipantAdded? added = null;
        var joined = await store.UpdateAsync(
            id,
            new SessionCaller(userId, Invite: request?.Invite),
            session =>
            {
                var role = session.InviteCode == request?.Invite ? SessionRole.Editor : session.PublicRole;
                added = session.Find(userId) is null ? new ParticipantAdded(id, userId, username, role) : null;
                return session.Add(userId, username, role, now);
            },
            cancellationToken);
        if (joined.Session is not { } session)
        {
            return joined.Refusal!.Value.ToProblem();
        }

        events.PublishIfAny(added);
        return TypedResults.Ok(await describer.WithDocumentAsync(session, userId, cancellationToken));
    }

    private static async Task<Results<NoContent, ProblemHttpResult>> LeaveAsync(
        Guid id, ClaimsPrincipal caller, ISessionStore store, SessionEvents events, CancellationToken cancellationToken)
    {
        var userId = caller.GetUserId();
        var left = await store.UpdateAsync(id, new SessionCaller(userId), session => session.Leave(userId), cancellationToken);
        if (left.Refusal is { } refusal)
        {
            return refusal.ToProblem();
        }

        events.Publish(new ParticipantRemoved(id, userId, caller.GetUsername(), ByOwnWish: true));
        return TypedResults.NoContent();
    }

    private static async Task<Results<Ok<InviteEnvelope>, ProblemHttpResult>> ResetInviteAsync(
        Guid id, ClaimsPrincipal caller, ISessionStore store, SessionEvents events, CancellationToken cancellationToken)
    {
        var code = Session.NewInviteCode();
        var reset = await store.UpdateAsync(
            id,
            new SessionCaller(caller.GetUserId(), SessionRole.Admin),
            session =>
            {
                session.InviteCode = code;
                return null;
            },
            cancellationToken);
        if (reset.Refusal is { } refusal)
        {
            return refusal.ToProblem();
        }

        events.Publish(new SessionChanged(id));
        return TypedResults.Ok(new InviteEnvelope(code));
    }

    private static async Task<Results<Ok<ParticipantEnvelope>, ProblemHttpResult>> PutAsync(
        Guid id,
        string userId,
        RoleRequest request,
        ClaimsPrincipal caller,
        ISessionStore store,
        IUserDirectory users,
        SessionDescriber describer,
        SessionEvents events,
        TimeProvider time,
        CancellationToken cancellationToken)
    {
        // Whoever may not do this does not learn from it who has an account.
        var admin = new SessionCaller(caller.GetUserId(), SessionRole.Admin);
        if ((await store.FindAsync(id, admin, cancellationToken)).Refusal is { } early)
        {
            return early.ToProblem();
        }

        if (await FindUserAsync(users, userId, cancellationToken) is not { } user)
        {
            return Problems.NotFound("user_not_found", "There is no such user.");
        }

        var role = Enum.Parse<SessionRole>(request.Role!, ignoreCase: true);
        var now = time.GetUtcNow();
        SessionEvent? happened = null;
        var updated = await store.UpdateAsync(
            id,
            admin,
            session =>
            {
                happened = Compare(session, user, role);
                return session.Find(user.Id) is null ? session.Add(user.Id, user.Username, role, now) : session.ChangeRole(user.Id, role);
            },
            cancellationToken);
        if (updated.Session is not { } session)
        {
            return updated.Refusal!.Value.ToProblem();
        }

        events.PublishIfAny(happened);
        return TypedResults.Ok(describer.Describe(session, session.Find(user.Id)!));
    }

    private static async Task<Results<NoContent, ProblemHttpResult>> RemoveAsync(
        Guid id,
        string userId,
        ClaimsPrincipal caller,
        ISessionStore store,
        IUserDirectory users,
        SessionEvents events,
        CancellationToken cancellationToken)
    {
        var user = await FindUserAsync(users, userId, cancellationToken);
        var removed = await store.UpdateAsync(
            id,
            new SessionCaller(caller.GetUserId(), SessionRole.Admin),
            session => user is null ? SessionRefusal.NoSuchParticipant : session.Remove(user.Id),
            cancellationToken);
        if (removed.Refusal is { } refusal)
        {
            return refusal.ToProblem();
        }

        events.Publish(new ParticipantRemoved(id, user!.Id, user.Username, ByOwnWish: user.Id == caller.GetUserId()));
        return TypedResults.NoContent();
    }

    private static SessionEvent? Compare(Session session, UserName user, SessionRole role) => session.Find(user.Id)?.Role switch
    {
        null => new ParticipantAdded(session.Id, user.Id, user.Username, role),
        { } before when before != role => new ParticipantRoleChanged(session.Id, user.Id, user.Username, role),
        _ => null,
    };

    private static void PublishIfAny(this SessionEvents events, SessionEvent? happened)
    {
        if (happened is not null)
        {
            events.Publish(happened);
        }
    }

    private static async Task<UserName?> FindUserAsync(IUserDirectory users, string idOrName, CancellationToken cancellationToken)
    {
        if (idOrName.StartsWith('@'))
        {
            return await users.FindByUsernameAsync(idOrName[1..], cancellationToken);
        }

        return Guid.TryParse(idOrName, out var id) ? await users.FindByIdAsync(id, cancellationToken) : null;
    }
}
