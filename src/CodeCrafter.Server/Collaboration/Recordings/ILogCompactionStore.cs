namespace CodeCrafter.Server.Collaboration.Recordings;

/// <summary>A stretch of a document's log that no merging has looked at yet.</summary>
/// <param name="After">It begins right behind this place.</param>
/// <param name="Updates">The updates in order; empty where there is nothing to look at.</param>
/// <param name="IsLast">There is no more that is old enough.</param>
internal sealed record LogStretch(long After, IReadOnlyList<RecordedUpdate> Updates, bool IsLast);

/// <summary>What merging old parts of logs needs of the storage.</summary>
internal interface ILogCompactionStore
{
    /// <summary>Sessions behind this id, in the order of their ids, that were used since their log was looked at last.</summary>
    Task<IReadOnlyList<Guid>> ListDueAsync(Guid after, int count, CancellationToken cancellationToken);

    /// <summary>
    /// The next stretch of a log, up to the first update that is not older than <paramref name="horizon"/>: at most so many
    /// updates, and no more bytes than so many but for the first one.
    /// </summary>
    /// <exception cref="Documents.CorruptDocumentException">What is stored is not what was written.</exception>
    Task<LogStretch> ReadAsync(Guid sessionId, DateTimeOffset horizon, int maxCount, int maxBytes, CancellationToken cancellationToken);

    /// <summary>
    /// Puts <paramref name="merged"/> in the place of all updates behind <paramref name="after"/> and up to
    /// <paramref name="upTo"/>, and remembers that these were looked at: all of it or nothing, whenever the power fails.
    /// Nothing happens where somebody else has looked at them meanwhile.
    /// </summary>
    /// <param name="sessionId">The session.</param>
    /// <param name="after">As in the <see cref="LogStretch"/> that was read.</param>
    /// <param name="upTo">The last sequence that was looked at.</param>
    /// <param name="merged">Null where the updates are to stay as they are.</param>
    /// <param name="cancellationToken">When the server stops.</param>
    Task ReplaceAsync(Guid sessionId, long after, long upTo, IReadOnlyList<RecordedUpdate>? merged, CancellationToken cancellationToken);

    /// <summary>
    /// Notes that all updates that are older than this were looked at, and drops snapshots between which too little of the
    /// log is left to be worth a snapshot; never the latest.
    /// </summary>
    Task FinishAsync(Guid sessionId, DateTimeOffset horizon, CancellationToken cancellationToken);
}
