using CodeCrafter.Server.Collaboration.Recordings;
using CodeCrafter.Server.Sessions;
using Microsoft.EntityFrameworkCore;

namespace CodeCrafter.Server.Storage.Sql;

internal sealed class SqlLogCompactionStore(IDbContextFactory<AppDbContext> contexts) : ILogCompactionStore
{
    private const int SmallestSnapshotInterval = 64 << 10;

    // A session's time of the last activity lags behind its last edit, by a minute at most.
    private static readonly TimeSpan ActivityLag = TimeSpan.FromMinutes(10);

    public async Task<IReadOnlyList<Guid>> ListDueAsync(Guid after, int count, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await db.Set<Session>()
            .Where(session => session.DeletedAt == null && session.Id.CompareTo(after) > 0
                && !db.Set<DocumentCompactionRow>().Any(done => done.SessionId == session.Id && done.Until >= session.LastActivity))
            .OrderBy(session => session.Id).Take(count).Select(session => session.Id)
            .ToListAsync(cancellationToken);
    }

    public async Task<LogStretch> ReadAsync(
        Guid sessionId, DateTimeOffset horizon, int maxCount, int maxBytes, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var after = await db.Set<DocumentCompactionRow>().Where(row => row.SessionId == sessionId).Select(row => row.Sequence)
            .FirstOrDefaultAsync(cancellationToken);
        var rows = db.Set<DocumentUpdateRow>().AsNoTracking()
            .Where(row => row.SessionId == sessionId && row.Sequence > after)
            .OrderBy(row => row.Sequence).Take(maxCount + 1);
        var (found, bytes, last) = (new List<RecordedUpdate>(), 0L, after);
        await foreach (var row in rows.AsAsyncEnumerable().WithCancellation(cancellationToken))
        {
            bytes += row.Data.Length;
            if (row.SavedAt >= horizon)
            {
                break;
            }

            if (found.Count == maxCount || (found.Count > 0 && bytes > maxBytes))
            {
                return new LogStretch(after, found, IsLast: false);
            }

            // What is damaged must not get a new checksum, nor a gap be closed.
            last = DocumentLog.Verify(row, last);
            found.Add(DocumentLog.Read(row));
        }

        return new LogStretch(after, found, IsLast: true);
    }

    public async Task ReplaceAsync(
        Guid sessionId, long after, long upTo, IReadOnlyList<RecordedUpdate>? merged, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        var marked = await db.Database.ExecuteSqlAsync(
            $"""
            INSERT INTO document_compactions ("SessionId", "Sequence", "Until") VALUES ({sessionId}, {upTo}, 0)
            ON CONFLICT ("SessionId") DO UPDATE SET "Sequence" = excluded."Sequence" WHERE document_compactions."Sequence" = {after}
            """,
            cancellationToken);
        if (marked == 0)
        {
            return;
        }

        if (merged is not null)
        {
            await db.Set<DocumentUpdateRow>()
                .Where(row => row.SessionId == sessionId && row.Sequence > after && row.Sequence <= upTo)
                .ExecuteDeleteAsync(cancellationToken);
            db.AddRange(merged.Select((update, index) => new DocumentUpdateRow
            {
                SessionId = sessionId,
                Sequence = update.Sequence,
                Data = update.Data,
                SavedAt = update.At,
                AuthorId = update.AuthorId,
                Checksum = RowChecksum.Of(sessionId, update.Sequence, update.Data),
                Previous = index == 0 ? after : merged[index - 1].Sequence,
            }));
            await db.SaveChangesAsync(cancellationToken);
        }

        await transaction.CommitAsync(cancellationToken);
    }

    public async Task FinishAsync(Guid sessionId, DateTimeOffset horizon, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var until = horizon - ActivityLag;
        await db.Set<DocumentCompactionRow>().Where(row => row.SessionId == sessionId)
            .ExecuteUpdateAsync(set => set.SetProperty(row => row.Until, until), cancellationToken);
        await DropSnapshotsAsync(db, sessionId, horizon, cancellationToken);
    }

    // A snapshot is worth its place where at least as much of the log lies between it and the one before.
    private static async Task DropSnapshotsAsync(AppDbContext db, Guid sessionId, DateTimeOffset horizon, CancellationToken cancellationToken)
    {
        var snapshots = await db.Set<DocumentSnapshotRow>().Where(row => row.SessionId == sessionId).OrderBy(row => row.Sequence)
            .Select(row => new { row.Sequence, row.SavedAt, Bytes = (long)row.State.Length }).ToListAsync(cancellationToken);
        var (after, dropped) = (0L, new List<long>());
        foreach (var snapshot in snapshots.SkipLast(1).Where(snapshot => snapshot.SavedAt < horizon))
        {
            var between = await db.Set<DocumentUpdateRow>()
                .Where(row => row.SessionId == sessionId && row.Sequence > after && row.Sequence <= snapshot.Sequence)
                .SumAsync(row => (long)row.Data.Length, cancellationToken);
            if (between >= Math.Max(SmallestSnapshotInterval, snapshot.Bytes))
            {
                after = snapshot.Sequence;
            }
            else
            {
                dropped.Add(snapshot.Sequence);
            }
        }

        if (dropped.Count > 0)
        {
            await db.Set<DocumentSnapshotRow>().Where(row => row.SessionId == sessionId && dropped.Contains(row.Sequence))
                .ExecuteDeleteAsync(cancellationToken);
        }
    }
}
