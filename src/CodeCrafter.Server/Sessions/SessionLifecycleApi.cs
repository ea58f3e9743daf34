using System.Security.Claims;
using CodeCrafter.Server.Auth;
using CodeCrafter.Server.Auth.SecurityEvents;
using CodeCrafter.Server.Platform;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;

namespace CodeCrafter.Server.Sessions;

/// <summary>Deleting and restoring sessions, handing them over, and forking them.</summary>
internal static class SessionLifecycleApi
{
    public static void MapLifecycle(this RouteGroupBuilder group)
    {
        group.MapDelete("/{id:guid}", DeleteAsync).WithSummary("Delete a session (owner)")
            .WithDescription("It can be restored for 30 days (a setting of the server); then it is removed for good.")
            .ProducesProblem(403).ProducesProblem(404);
        group.MapPost("/{id:guid}/restore", RestoreAsync).WithSummary("Bring a deleted session back (owner)")
            .WithDescription("`GET /api/sessions/list?scope=deleted` lists what can be restored. Participants, links and everything else are as before.")
            .ProducesProblem(404);
        group.MapPost("/{id:guid}/transfer", TransferAsync).WithSummary("Make another participant the owner (owner)")
            .WithExample("""{ "userId": "@grace" }""")
            .WithDescription("`userId` may be `@username`. The owner until now becomes an admin.")
            .ProducesValidationProblem().ProducesProblem(403).ProducesProblem(404).ProducesProblem(409);
        group.MapPost("/{id:guid}/fork", ForkAsync).WithSummary("Copy a session's files and settings into a new session of the caller's")
            .WithExample("""{ "title": "My solution" }""")
            .WithDescription("Whoever reads a session may fork it. People, messages, snapshots and executions stay behind.")
            .ProducesValidationProblem().ProducesProblem(404);
    }

    private static async Task<Results<NoContent, ProblemHttpResult>> DeleteAsync(
        Guid id, ClaimsPrincipal caller, ISessionStore store, SessionEvents events, TimeProvider time, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var deleted = await store.UpdateAsync(
            id,
            new SessionCaller(caller.GetUserId(), SessionRole.Owner),
            session =>
            {
                session.DeletedAt = now;
                return null;
            },
            cancellationToken);
        if (deleted.Refusal is { } refusal)
        {
            return refusal.ToProblem();
        }

        events.Publish(new SessionRemoved(id));
        return TypedResults.NoContent();
    }

    private static async Task<Results<Ok<SessionEnvelope>, ProblemHttpResult>> RestoreAsync(
        Guid id,
        ClaimsPrincipal caller,
        HttpResponse response,
        ISessionStore store,
        SessionDescriber describer,
        IOptions<SessionOptions> options,
        TimeProvider time,
        CancellationToken cancellationToken)
    {
        var deletedAfter = time.GetUtcNow().AddDays(-options.Value.RestoreDays);
        var restored = await store.UpdateAsync(
            id,
            new SessionCaller(caller.GetUserId(), SessionRole.Owner) { Deleted = true },
            session =>
            {
                if (session.DeletedAt <= deletedAfter)
                {
                    return SessionRefusal.NotFound;
                }

                session.DeletedAt = null;
                return null;
            },
            cancellationToken);
        if (restored.Session is not { } session)
        {
            return restored.Refusal!.Value.ToProblem();
        }

        response.SetEntityTag(session);
        return TypedResults.Ok(await describer.WithDocumentAsync(session, caller.GetUserId(), cancellationToken));
    }

    private static async Task<Results<Ok<SessionEnvelope>, ProblemHttpResult>> TransferAsync(
        Guid id,
        TransferRequest request,
        ClaimsPrincipal caller,
        HttpResponse response,
        ISessionStore store,
        IUserDirectory users,
        SessionDescriber describer,
        SessionEvents events,
        CancellationToken cancellationToken)
    {
        var callerId = caller.GetUserId();
        var next = await ParticipantsApi.FindUserAsync(users, request.UserId!, cancellationToken);
        var transferred = await store.UpdateAsync(
            id,
            new SessionCaller(callerId, SessionRole.Owner),
            session => next is null ? SessionRefusal.NoSuchParticipant : session.TransferTo(next.Id),
            cancellationToken);
        if (transferred.Session is not { } session)
        {
            return transferred.Refusal!.Value.ToProblem();
        }

        if (next!.Id != callerId)
        {
            events.Publish(new ParticipantRoleChanged(id, callerId, caller.GetUsername(), SessionRole.Admin));
            events.Publish(new ParticipantRoleChanged(id, next.Id, next.Username, SessionRole.Owner));
            events.Note(new AccessChanged(id, SecurityEventType.OwnershipTransferred, new UserName(next.Id, next.Username)));
        }

        response.SetEntityTag(session);
        return TypedResults.Ok(await describer.WithDocumentAsync(session, callerId, cancellationToken));
    }

    private static async Task<Results<Created<SessionEnvelope>, ProblemHttpResult>> ForkAsync(
        Guid id,
        ForkRequest? request,
        ClaimsPrincipal caller,
        HttpResponse response,
        ISessionStore store,
        ISessionDocuments documents,
        SessionDescriber describer,
        TimeProvider time,
        CodeCrafterMetrics metrics,
        CancellationToken cancellationToken)
    {
        var found = await store.FindAsync(id, new SessionCaller(caller.GetUserId()), cancellationToken);
        if (found.Session is not { } origin)
        {
            return found.Refusal!.Value.ToProblem();
        }

        var fork = Session.Fork(origin, caller.GetUserId(), caller.GetUsername(), time.GetUtcNow());
        fork.Title = request?.Title?.Trim() is { Length: > 0 } title ? title : Shorten($"Copy of {origin.Title}");
        fork.Description = request?.Description?.Trim() ?? origin.Description;
        // The text alone: what was deleted from the origin does not come along.
        var content = await documents.ReadAsync(id, cancellationToken);
        await documents.CreateAsync(fork.Id, content, cancellationToken);
        await store.AddAsync(fork, cancellationToken);
        await store.CountForkAsync(id, CancellationToken.None);
        metrics.SessionCreated();
        response.SetEntityTag(fork);
        return TypedResults.Created($"/api/sessions/{fork.Id}", await describer.WithDocumentAsync(fork, caller.GetUserId(), cancellationToken));
    }

    private static string Shorten(string title) => title.Length <= CreateSessionRequest.MaxTitle ? title : title[..(CreateSessionRequest.MaxTitle - 1)] + "…";
}

/// <param name="UserId">A participant's id, or <c>@username</c>.</param>
public sealed record TransferRequest([property: Needed, TextLength(100)] string? UserId);

/// <param name="Title">"Copy of …" where it is left out.</param>
/// <param name="Description">The origin's where it is left out.</param>
public sealed record ForkRequest(
    [property: TextLength(CreateSessionRequest.MaxTitle), SingleLine] string? Title,
    [property: TextLength(CreateSessionRequest.MaxDescription), PlainText] string? Description);
