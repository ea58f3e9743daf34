namespace CodeCrafter.Server.Sessions.Snapshots;

/// <summary>What is said of a snapshot: a session's document as it was at one moment.</summary>
internal record SnapshotHeader
{
    public required Guid Id { get; init; }

    public required Guid SessionId { get; init; }

    public required string Title { get; init; }

    public required string Message { get; init; }

    public required Guid CreatedById { get; init; }

    public required string CreatedByName { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Taken by the server while the document was edited; the author is the owner.</summary>
    public required bool IsAutomatic { get; init; }

    /// <summary>Bytes of the stored state.</summary>
    public required int Size { get; init; }
}

/// <summary>A snapshot with the document's state, as one Yjs V1 update; its text is in it.</summary>
internal sealed record Snapshot : SnapshotHeader
{
    public required byte[] State { get; init; }
}

internal sealed record SnapshotPage(IReadOnlyList<SnapshotHeader> Snapshots, int Total);

/// <summary>What snapshots need of the storage. Who may do what is asked before.</summary>
internal interface ISnapshotStore
{
    Task AddAsync(Snapshot snapshot, CancellationToken cancellationToken);

    /// <summary>Newest first, without the states.</summary>
    Task<SnapshotPage> ListAsync(Guid sessionId, int skip, int take, CancellationToken cancellationToken);

    /// <summary>Null where the session has no such snapshot.</summary>
    Task<Snapshot?> FindAsync(Guid sessionId, Guid snapshotId, CancellationToken cancellationToken);

    Task<int> CountAsync(Guid sessionId, bool isAutomatic, CancellationToken cancellationToken);

    /// <summary>Returns whether there was one.</summary>
    Task<bool> DeleteAsync(Guid sessionId, Guid snapshotId, CancellationToken cancellationToken);

    /// <summary>Deletes the automatic snapshots of a session but the newest ones.</summary>
    Task KeepNewestAutomaticAsync(Guid sessionId, int count, CancellationToken cancellationToken);
}
