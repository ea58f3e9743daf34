using CodeCrafter.Server.Collaboration.Documents;
using Microsoft.EntityFrameworkCore;

namespace CodeCrafter.Server.Storage.Sql;

internal sealed partial class SqlDocumentStore(
    IDbContextFactory<AppDbContext> contexts, SqliteDatabase database, TimeProvider clock, ILogger<SqlDocumentStore> logger) : IDocumentStore, IDisposable
{
    private readonly SemaphoreSlim _appending = new(1);
    private DocumentAppender? _appender;

    public async Task<StoredDocument> LoadAsync(Guid sessionId, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var snapshot = await FindSnapshotAsync(db, sessionId, cancellationToken);
        var after = snapshot?.Sequence ?? 0;
        var updates = await db.Set<DocumentUpdateRow>().AsNoTracking()
            .Where(row => row.SessionId == sessionId && row.Sequence > after)
            .OrderBy(row => row.Sequence)
            .ToListAsync(cancellationToken);
        var last = after;
        foreach (var row in updates)
        {
            last = DocumentLog.Verify(row, last);
        }

        return new StoredDocument(snapshot?.State, [.. updates.Select(row => row.Data)], last);
    }

    public async Task<IReadOnlySet<Guid>> AppendAsync(IReadOnlyList<LoggedUpdate> updates, CancellationToken cancellationToken)
    {
        await _appending.WaitAsync(cancellationToken);
        try
        {
            _appender ??= new DocumentAppender(database.ConnectionString);
            return _appender.Append(updates, clock.GetUtcNow());
        }
        catch
        {
            // Whatever state its connection is in now.
            _appender?.Dispose();
            _appender = null;
            throw;
        }
        finally
        {
            _appending.Release();
        }
    }

    public async Task SaveSnapshotAsync(Guid sessionId, long sequence, byte[] state, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var checksum = RowChecksum.Of(sessionId, sequence, state);
        var now = clock.GetUtcNow().ToUnixTimeMilliseconds();
        // One statement that takes nothing away: there is the old snapshot, or the old and the new one. Of one place there may
        // be a damaged one.
        await db.Database.ExecuteSqlAsync(
            $"""
            INSERT INTO document_snapshots ("SessionId", "Sequence", "SavedAt", "State", "Checksum")
            VALUES ({sessionId}, {sequence}, {now}, {state}, {checksum})
            ON CONFLICT DO UPDATE SET "State" = excluded."State", "Checksum" = excluded."Checksum"
            """,
            cancellationToken);
    }

    public void Dispose()
    {
        _appender?.Dispose();
        _appending.Dispose();
    }

    // The latest that is whole. The log has everything that a damaged one has, as long as it is whole.
    private async Task<DocumentSnapshotRow?> FindSnapshotAsync(AppDbContext db, Guid sessionId, CancellationToken cancellationToken)
    {
        for (var before = long.MaxValue; ;)
        {
            var snapshot = await db.Set<DocumentSnapshotRow>().AsNoTracking()
                .Where(row => row.SessionId == sessionId && row.Sequence < before)
                .OrderByDescending(row => row.Sequence)
                .FirstOrDefaultAsync(cancellationToken);
            if (snapshot is null or { IsIntact: true })
            {
                return snapshot;
            }

            LogSnapshotDamaged(sessionId);
            before = snapshot.Sequence;
        }
    }

    [LoggerMessage(LogLevel.Error, "A stored snapshot of the document of session {SessionId} is damaged; it is read from what is before it")]
    private partial void LogSnapshotDamaged(Guid sessionId);
}
