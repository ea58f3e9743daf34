using CodeCrafter.Server.Sessions;

namespace CodeCrafter.Server.Collaboration.Documents;

/// <summary>One update of a document's log.</summary>
/// <param name="SessionId">The session whose document it changes.</param>
/// <param name="Sequence">1, 2, 3, … in each document; no two updates share one.</param>
/// <param name="Data">A Yjs V1 update.</param>
internal sealed record LoggedUpdate(Guid SessionId, long Sequence, byte[] Data)
{
    /// <summary>Whose client sent it; null for what the server itself wrote.</summary>
    public UserNameResponse? Author { get; init; }

    /// <summary>When the document took it; null where it is the time of storing.</summary>
    public DateTimeOffset? At { get; init; }
}

/// <summary>A document as it is stored: a state, and the updates since.</summary>
/// <param name="Snapshot">The state as one Yjs V1 update, or null.</param>
/// <param name="Updates">The updates after the snapshot, in order.</param>
/// <param name="Sequence">The sequence of the last update; 0 in an empty document.</param>
internal sealed record StoredDocument(byte[]? Snapshot, IReadOnlyList<byte[]> Updates, long Sequence);

/// <summary>
/// What documents need of the storage: a log, and snapshots beside it. Old parts of the log may come back merged
/// (<see cref="Recordings.ILogCompactionStore"/>), which changes nothing of what they say.
/// </summary>
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
    /// Stores the state of a document at a sequence. It is what is loaded from then on, unless there is a newer one.
    /// The log stays as it is, and so do earlier snapshots: playback seeks by them.
    /// </summary>
    Task SaveSnapshotAsync(Guid sessionId, long sequence, byte[] state, CancellationToken cancellationToken);
}
