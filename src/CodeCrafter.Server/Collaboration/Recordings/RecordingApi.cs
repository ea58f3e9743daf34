using System.Security.Claims;
using CodeCrafter.Server.Auth;
using CodeCrafter.Server.Platform;
using CodeCrafter.Server.Sessions;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CodeCrafter.Server.Collaboration.Recordings;

/// <summary>
/// The life of a session, to be replayed: <c>/api/sessions/{id}/recording</c>. Whoever may read the session may replay it.
/// </summary>
internal static class RecordingApi
{
    public static void MapRecordings(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/api/sessions/{id:guid}/recording").WithTags("Recordings").RequireAuthorization();
        group.MapGet("/", DescribeAsync).OpenToVisitors()
            .WithSummary("What there is of a session to be replayed").ProducesProblem(404);
        group.MapGet("/updates", ListUpdatesAsync).OpenToVisitors().RequireRateLimiting(RateLimits.Results)
            .WithSummary("The updates of the session's document with their times and authors, a page at a time")
            .WithDescription("""
                Applied in this order to an empty Yjs document, or to a keyframe from its `sequence` on, they make the document as it was at
                each time. `after` is the `sequence` of an update: the page begins right behind it. A page has at most 1 MiB of updates.
                Updates that are old (a day, by default) are merged, those of each second and author.
                """)
            .ProducesValidationProblem().ProducesProblem(404);
        group.MapGet("/keyframe", FindKeyframeAsync).OpenToVisitors().RequireRateLimiting(RateLimits.Results)
            .WithSummary("The latest stored state of the document of a time or before it, to seek without applying all updates")
            .WithDescription("Apply to it the updates after its `sequence`. Where nothing is stored of so early a time it is the empty document.")
            .ProducesProblem(400).ProducesProblem(404);
        group.MapGet("/events", ListEventsAsync).OpenToVisitors().RequireRateLimiting(RateLimits.Results)
            .WithSummary("What happened in a session beside edits: who came and went, messages, and runs with their results")
            .WithDescription("""
                By time, a page at a time; `after` is the `nextAfter` of the page before. A run comes at the time at which it was asked for, once it
                is over; the execution history keeps the last ones only, and so does this list. Of hidden test cases it shows what the history shows.
                """)
            .ProducesValidationProblem().ProducesProblem(404);
    }

    private static async Task<Results<Ok<RecordingEnvelope>, ProblemHttpResult>> DescribeAsync(
        Guid id, ClaimsPrincipal caller, SessionAccess access, RecordingReader reader, CancellationToken cancellationToken) =>
        await access.FindAsync(id, caller.GetUserId(), cancellationToken) is { } session
            ? TypedResults.Ok(new RecordingEnvelope(await reader.DescribeAsync(session, cancellationToken)))
            : SessionRefusal.NotFound.ToProblem();

    private static async Task<Results<Ok<UpdatePage>, ProblemHttpResult>> ListUpdatesAsync(
        Guid id,
        ClaimsPrincipal caller,
        SessionAccess access,
        RecordingReader reader,
        CancellationToken cancellationToken,
        [Between(0, long.MaxValue)] long after = 0,
        [Between(1, RecordingReader.MaxUpdates)] int limit = 1000) =>
        await access.FindAsync(id, caller.GetUserId(), cancellationToken) is null
            ? SessionRefusal.NotFound.ToProblem()
            : TypedResults.Ok(await reader.UpdatesAsync(id, after, limit, cancellationToken));

    private static async Task<Results<Ok<KeyframeResponse>, ProblemHttpResult>> FindKeyframeAsync(
        Guid id, DateTimeOffset at, ClaimsPrincipal caller, SessionAccess access, RecordingReader reader, CancellationToken cancellationToken) =>
        await access.FindAsync(id, caller.GetUserId(), cancellationToken) is null
            ? SessionRefusal.NotFound.ToProblem()
            : TypedResults.Ok(await reader.KeyframeAsync(id, at, cancellationToken));

    private static async Task<Results<Ok<EventPage>, ProblemHttpResult>> ListEventsAsync(
        Guid id,
        ClaimsPrincipal caller,
        SessionAccess access,
        RecordingReader reader,
        CancellationToken cancellationToken,
        [TextLength(100)] string? after = null,
        [Between(1, RecordingReader.MaxEvents)] int limit = 50)
    {
        var callerId = caller.GetUserId();
        if (await access.FindAsync(id, callerId, cancellationToken) is not { } session)
        {
            return SessionRefusal.NotFound.ToProblem();
        }

        return (string.IsNullOrEmpty(after) ? EventCursor.Start : EventCursor.Read(after)) is { } place
            ? TypedResults.Ok(await reader.EventsAsync(session, callerId, place, limit, cancellationToken))
            : Problems.BadRequest("invalid_cursor", "'after' is the 'nextAfter' of another page.");
    }
}
