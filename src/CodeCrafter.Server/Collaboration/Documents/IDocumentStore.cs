namespace CodeCrafter.Server.Collaboration.Documents;

/// <summary>One update of a document's log.</summary>
/// <param name="SessionId">The session whose document it changes.</param>
/// <param name="Sequence">1, 2, 3, … in each document; no two updates share one.</param>
/// <param name="Data">A Yjs V1 update.</param>
internal sealed record LoggedUpdate(Guid SessionId, long Sequence, byte[] Data);

/// <summary>A document as it is stored: a state, and the updates since.</summary>
/// <param name="Snapshot">The state as one Yjs V1 update, or null.</param>
/// <param name="Updates">The updates after the snapshot, in order.</param>
/// <param name="Sequence">The sequence of the last update; 0 in an empty document.</param>
internal sealed record StoredDocument(byte[]? Snapshot, IReadOnlyList<byte[]> Updates, long Sequence);

/// <summary>What documents need of the storage: a log that only grows, and a snapshot beside it.</summary>
internal interface IDocumentStore
{
    /// <exception cref="CorruptDocumentException">What is stored is not what was written.</exception>
    Task<StoredDocument> LoadAsync(Guid sessionId, CancellationToken cancellationToken);

    /// <summary>
    /// Appends all of these updates or none, but for sessions that the result names: another update has the place of one of
    /// theirs, and nothing of them was appended. When the task completes the others survive a loss of power. After a failure
    /// the same updates are appended again: those that are stored already count as appended.
    /// </summary>
    Task<IReadOnlySet<Guid>> AppendAsync(IReadOnlyList<LoggedUpdate> updates, CancellationToken cancellationToken);

    /// <summary>
    /// Stores the state of a document at a sequence in place of its earlier snapshot, unless that one is newer. The
    /// log stays as it is.
    /// </summary>
    Task SaveSnapshotAsync(Guid sessionId, long sequence, byte[] state, CancellationToken cancellationToken);
}
