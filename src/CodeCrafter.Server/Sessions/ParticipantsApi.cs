using System.Security.Claims;
using CodeCrafter.Server.Auth;
using CodeCrafter.Server.Auth.SecurityEvents;
using CodeCrafter.Server.Platform;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CodeCrafter.Server.Sessions;

/// <summary>Joining, leaving, and what admins do with participants.</summary>
internal static class ParticipantsApi
{
    public static void MapParticipants(this RouteGroupBuilder group)
    {
        group.MapPost("/{id:guid}/join", JoinAsync)
            .WithSummary("Join a public session, or any session by an invitation")
            .WithDescription("Who is in already keeps their role, which is `role` of the answer, whatever the invitation would give; admins change it by `PUT …/participants/{userId}`.")
            .WithExample("""{ "invite": "Zm9yIGV4YW1wbGUgb25seQ" }""").ProducesProblem(404).ProducesProblem(409).ProducesProblem(410);
        group.MapPost("/{id:guid}/leave", LeaveAsync).OpenToVisitors().WithSummary("Leave a session").ProducesProblem(404).ProducesProblem(409);
        group.MapPut("/{id:guid}/participants/{userId}", PutAsync)
            .WithSummary("Give a user a role, adding them if they are not in yet (admins); userId may be @username")
            .WithExample("""{ "role": "editor" }""")
            .ProducesValidationProblem().ProducesProblem(403).ProducesProblem(404).ProducesProblem(409);
        group.MapDelete("/{id:guid}/participants/{userId}", RemoveAsync)
            .WithSummary("Remove a participant (admins); userId may be @username").ProducesProblem(403).ProducesProblem(404);
    }

    private static async Task<Results<Ok<SessionEnvelope>, ProblemHttpResult>> JoinAsync(
        Guid id,
        JoinRequest? request,
        ClaimsPrincipal caller,
        HttpResponse response,
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
                added = null;
                if (session.Find(userId) is not null)
                {
                    return null;
                }

                var (role, refusal) = session.Admit(request?.Invite, now);
                added = new ParticipantAdded(id, userId, username, role);
                return refusal ?? session.Add(userId, username, role, now);
            },
            cancellationToken);
        if (joined.Session is not { } session)
        {
            return joined.Refusal!.Value.ToProblem();
        }

        events.PublishIfAny(added);
        if (added is not null && !string.IsNullOrEmpty(request?.Invite))
        {
            events.Note(new AccessChanged(id, SecurityEventType.InvitationUsed));
        }

        response.SetEntityTag(session);
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
        var found = await store.FindAsync(id, admin, cancellationToken);
        if (found.Session is null)
        {
            return found.Refusal!.Value.ToProblem();
        }

        if ((FindGuest(found.Session, userId) ?? await FindUserAsync(users, userId, cancellationToken)) is not { } user)
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
                return session.Find(user.Id) is not null ? session.ChangeRole(user.Id, role)
                    // A guest who was removed at this moment is nobody who could be added.
                    : VisitorId.IsVisitor(user.Id) ? SessionRefusal.NoSuchParticipant
                    : session.Add(user.Id, user.Username, role, now);
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
            session =>
            {
                user ??= FindGuest(session, userId);
                return user is null ? SessionRefusal.NoSuchParticipant : session.Remove(user.Id);
            },
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

    public static void PublishIfAny(this SessionEvents events, SessionEvent? happened)
    {
        if (happened is not null)
        {
            events.Publish(happened);
        }
    }

    private static UserName? FindGuest(Session session, string id) =>
        Guid.TryParse(id, out var guestId) && session.Find(guestId) is { IsGuest: true } guest ? new UserName(guest.UserId, guest.Username) : null;

    /// <summary>A user by id, or by <c>@username</c>.</summary>
    public static async Task<UserName?> FindUserAsync(IUserDirectory users, string idOrName, CancellationToken cancellationToken)
    {
        if (idOrName.StartsWith('@'))
        {
            return await users.FindByUsernameAsync(idOrName[1..], cancellationToken);
        }

        return Guid.TryParse(idOrName, out var id) ? await users.FindByIdAsync(id, cancellationToken) : null;
    }
}
