using CodeCrafter.Server.Sessions;

namespace CodeCrafter.Server.Collaboration.Recordings;

/// <summary>Reads recordings a page at a time, for one who may read the session.</summary>
internal sealed class RecordingReader(IRecordingStore store)
{
    /// <summary>Updates on a page.</summary>
    public const int MaxUpdates = 2000;

    /// <summary>Events on a page. A run has up to 32 KiB of output.</summary>
    public const int MaxEvents = 100;

    private const int MaxUpdateBytes = 1 << 20;

    // Two bytes: no client, no deletion.
    private static readonly byte[] _emptyState = Crdt.Update.Empty.ToArray();

    public async Task<RecordingResponse> DescribeAsync(SessionMembership session, CancellationToken cancellationToken)
    {
        var summary = await store.SummarizeAsync(session.SessionId, cancellationToken);
        return new RecordingResponse(
            session.SessionId,
            session.Title,
            session.Language,
            summary.From,
            summary.To,
            summary.Updates,
            summary.UpdateBytes,
            summary.LastSequence,
            summary.Authors);
    }

    public async Task<UpdatePage> UpdatesAsync(Guid sessionId, long after, int limit, CancellationToken cancellationToken)
    {
        var (updates, isLast) = await store.ListUpdatesAsync(sessionId, after, limit, MaxUpdateBytes, cancellationToken);
        return new UpdatePage([.. updates.Select(UpdateItem.From)], isLast ? null : updates[^1].Sequence);
    }

    public async Task<KeyframeResponse> KeyframeAsync(Guid sessionId, DateTimeOffset at, CancellationToken cancellationToken) =>
        await store.FindKeyframeAsync(sessionId, at, cancellationToken) is { } found
            ? new KeyframeResponse(found.Sequence, found.At, found.State)
            : new KeyframeResponse(0, DateTimeOffset.UnixEpoch, _emptyState);

    /// <param name="session">The session, and the reader's role in it.</param>
    /// <param name="readerId">Hidden test cases are shown to who ran them, and to admins.</param>
    /// <param name="after">The page begins behind this place.</param>
    /// <param name="limit">Events on the page.</param>
    /// <param name="cancellationToken">When the reader is gone.</param>
    public async Task<EventPage> EventsAsync(
        SessionMembership session, Guid readerId, EventPlace after, int limit, CancellationToken cancellationToken)
    {
        var found = await store.ListEventsAsync(session.SessionId, after, limit + 1, cancellationToken);
        var ordered = found.Journal.Select(EventItem.From)
            .Concat(found.Messages.Select(EventItem.From))
            .Concat(found.Runs.Select(run => EventItem.From(run, readerId, session.Role)))
            .OrderBy(item => item.At).ThenBy(item => item.Id)
            .ToList();
        var page = ordered.Take(limit).ToList();
        return new EventPage(page, ordered.Count > limit ? EventCursor.Write(new EventPlace(page[^1].At, page[^1].Id)) : null);
    }
}
