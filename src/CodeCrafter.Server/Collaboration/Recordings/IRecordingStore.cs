using CodeCrafter.Server.Collaboration.Hubs;
using CodeCrafter.Server.Execution;
using CodeCrafter.Server.Sessions;

namespace CodeCrafter.Server.Collaboration.Recordings;

/// <summary>What there is of a session to be replayed.</summary>
/// <param name="Updates">Rows of the log.</param>
/// <param name="UpdateBytes">Bytes of all of them.</param>
/// <param name="LastSequence">Of the last one; 0 where there are none.</param>
/// <param name="From">The time of the first update or event; null where there is nothing.</param>
/// <param name="To">The time of the last one.</param>
/// <param name="Authors">Who edited.</param>
internal sealed record RecordingSummary(
    int Updates, long UpdateBytes, long LastSequence, DateTimeOffset? From, DateTimeOffset? To, IReadOnlyList<UserNameResponse> Authors);

/// <summary>An update, or several of one second that were merged.</summary>
/// <param name="Sequence">The place in the log; of merged ones the last one's.</param>
/// <param name="At">When the document took it; of merged ones the last one's.</param>
/// <param name="AuthorId">Whose client sent it; null for the server.</param>
/// <param name="Data">A Yjs V1 update.</param>
internal sealed record RecordedUpdate(long Sequence, DateTimeOffset At, Guid? AuthorId, byte[] Data);

/// <summary>The document's state as it was at one place of its log.</summary>
internal sealed record Keyframe(long Sequence, DateTimeOffset At, byte[] State);

/// <summary>A place among the events of a session. Events are ordered by time, then by id.</summary>
internal readonly record struct EventPlace(DateTimeOffset At, Guid Id);

/// <summary>A run, and when it printed; null where that was not noted.</summary>
internal sealed record RecordedRun(StoredExecution Execution, IReadOnlyList<OutputMark>? Output);

/// <summary>What happened beside edits, each kind in its order.</summary>
internal sealed record RecordedEvents(
    IReadOnlyList<JournalEntry> Journal, IReadOnlyList<ChatMessage> Messages, IReadOnlyList<RecordedRun> Runs);

/// <summary>What replaying needs of the storage. Who may see it is asked before.</summary>
internal interface IRecordingStore
{
    Task<RecordingSummary> SummarizeAsync(Guid sessionId, CancellationToken cancellationToken);

    /// <summary>
    /// Updates behind a place of the log, in order: at most so many, and no more bytes than so many but for the first one.
    /// Says whether these are all.
    /// </summary>
    Task<(IReadOnlyList<RecordedUpdate> Updates, bool IsLast)> ListUpdatesAsync(
        Guid sessionId, long after, int maxCount, int maxBytes, CancellationToken cancellationToken);

    /// <summary>The latest state that is stored of a time or before it; null where there is none.</summary>
    Task<Keyframe?> FindKeyframeAsync(Guid sessionId, DateTimeOffset at, CancellationToken cancellationToken);

    /// <summary>
    /// Events behind a place, the first of each kind: at most so many of each. A run has the time at which it was asked
    /// for, and is there once it is over.
    /// </summary>
    Task<RecordedEvents> ListEventsAsync(Guid sessionId, EventPlace after, int count, CancellationToken cancellationToken);
}
