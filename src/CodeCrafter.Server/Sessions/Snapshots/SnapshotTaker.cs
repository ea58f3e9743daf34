using CodeCrafter.Server.Auth;
using Microsoft.Extensions.Options;

namespace CodeCrafter.Server.Sessions.Snapshots;

/// <summary>Takes snapshots of sessions, and keeps their number within bounds.</summary>
internal sealed class SnapshotTaker(ISnapshotStore store, ISessionDocuments documents, IOptions<SessionOptions> options, TimeProvider time)
{
    /// <summary>A snapshot by hand; null where the session has as many as it may have.</summary>
    public async Task<Snapshot?> TakeAsync(Guid sessionId, UserName author, string? title, string? message, CancellationToken cancellationToken) =>
        await store.CountAsync(sessionId, isAutomatic: false, cancellationToken) < options.Value.MaxSnapshots
            ? await AddAsync(sessionId, author, title, message, isAutomatic: false, cancellationToken)
            : null;

    /// <summary>A snapshot of the server's own, which makes the oldest of its kind go.</summary>
    public async Task<Snapshot> TakeAutomaticAsync(Guid sessionId, UserName author, string title, CancellationToken cancellationToken)
    {
        var snapshot = await AddAsync(sessionId, author, title, message: null, isAutomatic: true, cancellationToken);
        await store.KeepNewestAutomaticAsync(sessionId, options.Value.KeptAutomaticSnapshots, cancellationToken);
        return snapshot;
    }

    private async Task<Snapshot> AddAsync(
        Guid sessionId, UserName author, string? title, string? message, bool isAutomatic, CancellationToken cancellationToken)
    {
        var state = await documents.CaptureAsync(sessionId, cancellationToken);
        var now = time.GetUtcNow();
        var snapshot = new Snapshot
        {
            Id = Guid.CreateVersion7(now),
            SessionId = sessionId,
            Title = title?.Trim() is { Length: > 0 } given ? given : "Snapshot",
            Message = message?.Trim() ?? "",
            CreatedById = author.Id,
            CreatedByName = author.Username,
            CreatedAt = now,
            IsAutomatic = isAutomatic,
            Size = state.Length,
            State = state,
        };
        await store.AddAsync(snapshot, cancellationToken);
        return snapshot;
    }
}
