using CodeCrafter.Server.Collaboration.Hubs;
using CodeCrafter.Server.Collaboration.Recordings;
using CodeCrafter.Server.Execution;
using CodeCrafter.Server.Sessions;
using Microsoft.EntityFrameworkCore;

namespace CodeCrafter.Server.Storage.Sql;

internal sealed class SqlRecordingStore(IDbContextFactory<AppDbContext> contexts) : IRecordingStore
{
    public async Task<RecordingSummary> SummarizeAsync(Guid sessionId, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var updates = UpdatesOf(db, sessionId);
        // SQLite knows the length of a value without reading it.
        var sums = await updates.GroupBy(_ => 1)
            .Select(group => new { Count = group.Count(), Bytes = group.Sum(row => (long)row.Data.Length), Last = group.Max(row => row.Sequence) })
            .FirstOrDefaultAsync(cancellationToken);
        var authors = await db.Set<DocumentAuthorRow>().Where(row => row.SessionId == sessionId).OrderBy(row => row.Username)
            .Select(row => new UserNameResponse(row.UserId, row.Username)).ToListAsync(cancellationToken);
        var (from, to) = await FindTimesAsync(db, sessionId, cancellationToken);
        return new RecordingSummary(sums?.Count ?? 0, sums?.Bytes ?? 0, sums?.Last ?? 0, from, to, authors);
    }

    public async Task<(IReadOnlyList<RecordedUpdate> Updates, bool IsLast)> ListUpdatesAsync(
        Guid sessionId, long after, int maxCount, int maxBytes, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var rows = UpdatesOf(db, sessionId).Where(row => row.Sequence > after).OrderBy(row => row.Sequence).Take(maxCount + 1);
        var (found, bytes) = (new List<RecordedUpdate>(), 0L);
        // Row by row: what is beyond the cap is never read.
        await foreach (var row in rows.AsAsyncEnumerable().WithCancellation(cancellationToken))
        {
            bytes += row.Data.Length;
            if (found.Count == maxCount || (found.Count > 0 && bytes > maxBytes))
            {
                return (found, false);
            }

            found.Add(DocumentLog.Read(row));
        }

        return (found, true);
    }

    public async Task<Keyframe?> FindKeyframeAsync(Guid sessionId, DateTimeOffset at, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var rows = db.Set<DocumentSnapshotRow>().AsNoTracking()
            .Where(row => row.SessionId == sessionId && row.SavedAt <= at)
            .OrderByDescending(row => row.Sequence);
        // A damaged one is as none: the way from the one before it is only longer.
        await foreach (var row in rows.AsAsyncEnumerable().WithCancellation(cancellationToken))
        {
            if (row.IsIntact)
            {
                return new Keyframe(row.Sequence, row.SavedAt, row.State);
            }
        }

        return null;
    }

    public async Task<RecordedEvents> ListEventsAsync(Guid sessionId, EventPlace after, int count, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var (at, id) = after;
        var journal = await db.Set<JournalEntry>().AsNoTracking()
            .Where(entry => entry.SessionId == sessionId && (entry.At > at || (entry.At == at && entry.Id.CompareTo(id) > 0)))
            .OrderBy(entry => entry.At).ThenBy(entry => entry.Id).Take(count).ToListAsync(cancellationToken);
        var messages = await db.Set<ChatMessage>().AsNoTracking()
            .Where(message => message.SessionId == sessionId && (message.SentAt > at || (message.SentAt == at && message.Id.CompareTo(id) > 0)))
            .OrderBy(message => message.SentAt).ThenBy(message => message.Id).Take(count).ToListAsync(cancellationToken);
        var executions = await db.Set<StoredExecution>().AsNoTracking()
            .Where(run => run.SessionId == sessionId && run.FinishedAt != null
                && (run.CreatedAt > at || (run.CreatedAt == at && run.Id.CompareTo(id) > 0)))
            .OrderBy(run => run.CreatedAt).ThenBy(run => run.Id).Take(count).ToListAsync(cancellationToken);
        return new RecordedEvents(journal, messages, await WithTimelinesAsync(db, executions, cancellationToken));
    }

    private static async Task<IReadOnlyList<RecordedRun>> WithTimelinesAsync(
        AppDbContext db, List<StoredExecution> executions, CancellationToken cancellationToken)
    {
        var ids = executions.Select(execution => execution.Id).ToList();
        var timelines = await db.Set<RunTimelineRow>().AsNoTracking().Where(row => ids.Contains(row.ExecutionId))
            .ToDictionaryAsync(row => row.ExecutionId, row => row.Read(), cancellationToken);
        return [.. executions.Select(execution => new RecordedRun(execution, timelines.GetValueOrDefault(execution.Id)))];
    }

    private static IQueryable<DocumentUpdateRow> UpdatesOf(AppDbContext db, Guid sessionId) =>
        db.Set<DocumentUpdateRow>().AsNoTracking().Where(row => row.SessionId == sessionId);

    // Each is the first or the last entry of an index.
    private static async Task<(DateTimeOffset? From, DateTimeOffset? To)> FindTimesAsync(
        AppDbContext db, Guid sessionId, CancellationToken cancellationToken)
    {
        var updates = UpdatesOf(db, sessionId);
        var journal = db.Set<JournalEntry>().Where(entry => entry.SessionId == sessionId).Select(entry => (DateTimeOffset?)entry.At);
        var messages = db.Set<ChatMessage>().Where(message => message.SessionId == sessionId).Select(message => (DateTimeOffset?)message.SentAt);
        var runs = db.Set<StoredExecution>().Where(run => run.SessionId == sessionId && run.FinishedAt != null);
        DateTimeOffset?[] first =
        [
            await updates.OrderBy(row => row.Sequence).Select(row => (DateTimeOffset?)row.SavedAt).FirstOrDefaultAsync(cancellationToken),
            await journal.OrderBy(at => at).FirstOrDefaultAsync(cancellationToken),
            await messages.OrderBy(at => at).FirstOrDefaultAsync(cancellationToken),
            await runs.OrderBy(run => run.CreatedAt).Select(run => (DateTimeOffset?)run.CreatedAt).FirstOrDefaultAsync(cancellationToken),
        ];
        DateTimeOffset?[] last =
        [
            await updates.OrderByDescending(row => row.Sequence).Select(row => (DateTimeOffset?)row.SavedAt).FirstOrDefaultAsync(cancellationToken),
            await journal.OrderByDescending(at => at).FirstOrDefaultAsync(cancellationToken),
            await messages.OrderByDescending(at => at).FirstOrDefaultAsync(cancellationToken),
            await runs.OrderByDescending(run => run.CreatedAt).Select(run => run.FinishedAt).FirstOrDefaultAsync(cancellationToken),
        ];
        return (first.Min(), last.Max());
    }
}
