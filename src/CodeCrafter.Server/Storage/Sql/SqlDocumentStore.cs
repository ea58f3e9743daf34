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
        var snapshot = await db.Set<DocumentSnapshotRow>().AsNoTracking()
            .FirstOrDefaultAsync(row => row.SessionId == sessionId, cancellationToken);
        if (snapshot is not null && !IsIntact(sessionId, snapshot.Sequence, snapshot.State, snapshot.Checksum))
        {
            // The log has everything that the snapshot has, as long as it is whole.
            LogSnapshotDamaged(sessionId);
            snapshot = null;
        }

        var after = snapshot?.Sequence ?? 0;
        var updates = await db.Set<DocumentUpdateRow>().AsNoTracking()
            .Where(row => row.SessionId == sessionId && row.Sequence > after)
            .OrderBy(row => row.Sequence)
            .ToListAsync(cancellationToken);
        return new StoredDocument(snapshot?.State, [.. updates.Select((row, index) => Verified(row, after + 1 + index))], after + updates.Count);
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
        // One statement: there is an old snapshot or the new one, never neither.
        await db.Database.ExecuteSqlAsync(
            $"""
            INSERT INTO document_snapshots ("SessionId", "Sequence", "State", "Checksum") VALUES ({sessionId}, {sequence}, {state}, {checksum})
            ON CONFLICT ("SessionId") DO UPDATE
            SET "Sequence" = excluded."Sequence", "State" = excluded."State", "Checksum" = excluded."Checksum"
            WHERE excluded."Sequence" > document_snapshots."Sequence"
            """,
            cancellationToken);
    }

    public void Dispose()
    {
        _appender?.Dispose();
        _appending.Dispose();
    }

    private static byte[] Verified(DocumentUpdateRow row, long sequence) =>
        row.Sequence != sequence ? throw new CorruptDocumentException(row.SessionId, $"Update {sequence} of its log is missing.")
        : !IsIntact(row.SessionId, row.Sequence, row.Data, row.Checksum) ? throw new CorruptDocumentException(row.SessionId, $"Update {sequence} of its log has changed.")
        : row.Data;

    // Rows from before there were checksums have none.
    private static bool IsIntact(Guid sessionId, long sequence, byte[] data, long? checksum) =>
        checksum is null || checksum == RowChecksum.Of(sessionId, sequence, data);

    [LoggerMessage(LogLevel.Error, "The stored snapshot of the document of session {SessionId} is damaged; it is read from the log")]
    private partial void LogSnapshotDamaged(Guid sessionId);
}
