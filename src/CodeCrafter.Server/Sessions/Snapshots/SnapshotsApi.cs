using System.Security.Claims;
using CodeCrafter.Server.Auth;
using CodeCrafter.Server.Platform;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CodeCrafter.Server.Sessions.Snapshots;

/// <summary>Snapshots under <c>/api/sessions/{id}/snapshots</c>.</summary>
internal static class SnapshotsApi
{
    public static void MapSnapshots(this RouteGroupBuilder group)
    {
        group.MapGet("/{id:guid}/snapshots", ListAsync).OpenToVisitors()
            .WithSummary("The session's snapshots, the newest first").ProducesValidationProblem().ProducesProblem(404);
        group.MapPost("/{id:guid}/snapshots", TakeAsync).OpenToVisitors()
            .WithSummary("Take a snapshot of the document as it is now (editors)")
            .WithExample("""{ "title": "Tests pass", "message": "Before the loop is rewritten" }""")
            .ProducesValidationProblem().ProducesProblem(403).ProducesProblem(404).ProducesProblem(409);
        group.MapGet("/{id:guid}/snapshots/{snapshotId:guid}", GetAsync).OpenToVisitors()
            .WithSummary("A snapshot with its files").ProducesProblem(404);
        group.MapGet("/{id:guid}/snapshots/{snapshotId:guid}/diff", DiffAsync).OpenToVisitors()
            .WithSummary("What has changed from a snapshot until now, or until another snapshot")
            .WithDescription("By lines, in hunks with three lines around each change, as in a unified diff. `to` is the id of a later snapshot; without it the document is compared as it is now.")
            .ProducesProblem(404);
        group.MapPost("/{id:guid}/snapshots/{snapshotId:guid}/restore", RestoreAsync).OpenToVisitors()
            .WithSummary("Make the document's files what they were in a snapshot (editors)")
            .WithDescription("By new edits, which everybody sees as they see any other: the history stays, what others type meanwhile is merged, and an automatic snapshot of the state before is taken first.")
            .ProducesProblem(403).ProducesProblem(404).ProducesProblem(413);
        group.MapDelete("/{id:guid}/snapshots/{snapshotId:guid}", DeleteAsync)
            .WithSummary("Delete a snapshot (admins)").ProducesProblem(403).ProducesProblem(404);
    }

    private static async Task<Results<Ok<SnapshotListResponse>, ProblemHttpResult>> ListAsync(
        Guid id,
        ClaimsPrincipal caller,
        SessionAccess access,
        ISnapshotStore store,
        CancellationToken cancellationToken,
        [Between(1, 100_000)] int page = 1,
        [Between(1, 100)] int limit = 50)
    {
        if (await access.RefuseAsync(id, caller, SessionRole.Viewer, cancellationToken) is { } refusal)
        {
            return refusal.ToProblem();
        }

        var found = await store.ListAsync(id, (page - 1) * limit, limit, cancellationToken);
        return TypedResults.Ok(new SnapshotListResponse(
            [.. found.Snapshots.Select(SnapshotResponse.From)], PaginationResponse.Of(page, limit, found.Total)));
    }

    private static async Task<Results<Created<SnapshotEnvelope>, ProblemHttpResult>> TakeAsync(
        Guid id, SnapshotRequest? request, ClaimsPrincipal caller, SessionAccess access, SnapshotTaker snapshots, CancellationToken cancellationToken)
    {
        if (await access.RefuseAsync(id, caller, SessionRole.Editor, cancellationToken) is { } refusal)
        {
            return refusal.ToProblem();
        }

        return await snapshots.TakeAsync(id, Author(caller), request?.Title, request?.Message, cancellationToken) is { } snapshot
            ? TypedResults.Created($"/api/sessions/{id}/snapshots/{snapshot.Id}", new SnapshotEnvelope(SnapshotResponse.From(snapshot)))
            : Problems.Conflict("too_many_snapshots", "The session has as many snapshots as it may have. Delete one first.");
    }

    private static async Task<Results<Ok<SnapshotFilesResponse>, ProblemHttpResult>> GetAsync(
        Guid id,
        Guid snapshotId,
        ClaimsPrincipal caller,
        SessionAccess access,
        ISnapshotStore store,
        ISessionDocuments documents,
        CancellationToken cancellationToken)
    {
        if (await access.RefuseAsync(id, caller, SessionRole.Viewer, cancellationToken) is { } refusal)
        {
            return refusal.ToProblem();
        }

        if (await store.FindAsync(id, snapshotId, cancellationToken) is not { } snapshot)
        {
            return NotFound();
        }

        var content = documents.Decode(snapshot.State);
        return TypedResults.Ok(new SnapshotFilesResponse(SnapshotResponse.From(snapshot), content.Files, content.Entry, content.Language));
    }

    private static async Task<Results<Ok<SnapshotDiffResponse>, ProblemHttpResult>> DiffAsync(
        Guid id,
        Guid snapshotId,
        Guid? to,
        ClaimsPrincipal caller,
        SessionAccess access,
        ISnapshotStore store,
        ISessionDocuments documents,
        CancellationToken cancellationToken)
    {
        if (await access.RefuseAsync(id, caller, SessionRole.Viewer, cancellationToken) is { } refusal)
        {
            return refusal.ToProblem();
        }

        var from = await store.FindAsync(id, snapshotId, cancellationToken);
        var until = to is { } otherId ? await store.FindAsync(id, otherId, cancellationToken) : null;
        if (from is null || (to is not null && until is null))
        {
            return NotFound();
        }

        var newer = until is null ? await documents.ReadAsync(id, cancellationToken) : documents.Decode(until.State);
        var files = DocumentDiff.Between(documents.Decode(from.State), newer);
        return TypedResults.Ok(new SnapshotDiffResponse(
            SnapshotResponse.From(from),
            until is null ? null : SnapshotResponse.From(until),
            files,
            files.Sum(file => file.Additions),
            files.Sum(file => file.Deletions)));
    }

    private static async Task<Results<Ok<SessionEnvelope>, ProblemHttpResult>> RestoreAsync(
        Guid id,
        Guid snapshotId,
        ClaimsPrincipal caller,
        HttpResponse response,
        ISessionStore sessions,
        ISnapshotStore store,
        SnapshotTaker snapshots,
        ISessionDocuments documents,
        SessionDescriber describer,
        CancellationToken cancellationToken)
    {
        var found = await sessions.FindAsync(id, new SessionCaller(caller.GetUserId(), SessionRole.Editor), cancellationToken);
        if (found.Session is not { } session)
        {
            return found.Refusal!.Value.ToProblem();
        }

        if (await store.FindAsync(id, snapshotId, cancellationToken) is not { } snapshot)
        {
            return NotFound();
        }

        await snapshots.TakeAutomaticAsync(id, Author(caller), $"Before “{snapshot.Title}” was restored", cancellationToken);
        if (!await documents.RestoreAsync(id, documents.Decode(snapshot.State), cancellationToken))
        {
            return Problems.Create(
                StatusCodes.Status413PayloadTooLarge, "document_too_large", "The document, with what is kept of its past, would become too large.");
        }

        response.SetEntityTag(session);
        return TypedResults.Ok(await describer.WithDocumentAsync(session, caller.GetUserId(), cancellationToken));
    }

    private static async Task<Results<NoContent, ProblemHttpResult>> DeleteAsync(
        Guid id, Guid snapshotId, ClaimsPrincipal caller, SessionAccess access, ISnapshotStore store, CancellationToken cancellationToken)
    {
        if (await access.RefuseAsync(id, caller, SessionRole.Admin, cancellationToken) is { } refusal)
        {
            return refusal.ToProblem();
        }

        return await store.DeleteAsync(id, snapshotId, cancellationToken) ? TypedResults.NoContent() : NotFound();
    }

    private static UserName Author(ClaimsPrincipal caller) => new(caller.GetUserId(), caller.GetUsername());

    private static ProblemHttpResult NotFound() => Problems.NotFound("snapshot_not_found", "The session has no such snapshot.");
}

/// <param name="Title">"Snapshot" where it is left out.</param>
/// <param name="Message">What it is about.</param>
public sealed record SnapshotRequest(
    [property: TextLength(CreateSessionRequest.MaxTitle), SingleLine] string? Title,
    [property: TextLength(CreateSessionRequest.MaxDescription), PlainText] string? Message);

/// <param name="IsAutomatic">Taken by the server; the author is the owner, or who restored another snapshot.</param>
/// <param name="Size">Bytes that are stored of it.</param>
internal sealed record SnapshotResponse(
    Guid Id, string Title, string Message, UserNameResponse CreatedBy, DateTimeOffset CreatedAt, bool IsAutomatic, int Size)
{
    public static SnapshotResponse From(SnapshotHeader snapshot) => new(
        snapshot.Id,
        snapshot.Title,
        snapshot.Message,
        new UserNameResponse(snapshot.CreatedById, snapshot.CreatedByName),
        snapshot.CreatedAt,
        snapshot.IsAutomatic,
        snapshot.Size);
}

internal sealed record SnapshotEnvelope(SnapshotResponse Snapshot);

internal sealed record SnapshotListResponse(IReadOnlyList<SnapshotResponse> Snapshots, PaginationResponse Pagination);

/// <param name="Snapshot">The snapshot.</param>
/// <param name="Files">The files as they were.</param>
/// <param name="Entry">The path of the file that was run.</param>
/// <param name="Language">The language id of the document.</param>
internal sealed record SnapshotFilesResponse(SnapshotResponse Snapshot, IReadOnlyList<SessionFile> Files, string Entry, string Language);

/// <param name="From">The older side.</param>
/// <param name="To">The newer side; null where it is the document as it is now.</param>
/// <param name="Files">The files that differ, by path.</param>
/// <param name="Additions">Lines that came.</param>
/// <param name="Deletions">Lines that went.</param>
internal sealed record SnapshotDiffResponse(
    SnapshotResponse From, SnapshotResponse? To, IReadOnlyList<FileDiff> Files, int Additions, int Deletions);
