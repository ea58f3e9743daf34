using CodeCrafter.Server.Collaboration.Documents;
using Microsoft.EntityFrameworkCore;

namespace CodeCrafter.Server.Storage.Sql;

internal sealed class SqlDocumentStore(IDbContextFactory<AppDbContext> contexts, TimeProvider clock) : IDocumentStore
{
    public async Task<StoredDocument> LoadAsync(Guid sessionId, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var snapshot = await db.Set<DocumentSnapshotRow>().AsNoTracking()
            .FirstOrDefaultAsync(row => row.SessionId == sessionId, cancellationToken);
        var after = snapshot?.Sequence ?? 0;
        var updates = await db.Set<DocumentUpdateRow>().AsNoTracking()
            .Where(row => row.SessionId == sessionId && row.Sequence > after)
            .OrderBy(row => row.Sequence)
            .Select(row => new { row.Sequence, row.Data })
            .ToListAsync(cancellationToken);
        return new StoredDocument(
            snapshot?.State,
            [.. updates.Select(row => row.Data)],
            updates.Count > 0 ? updates[^1].Sequence : after);
    }

    public async Task AppendAsync(IReadOnlyList<LoggedUpdate> updates, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var now = clock.GetUtcNow();
        db.AddRange(updates.Select(update => new DocumentUpdateRow
        {
            SessionId = update.SessionId,
            Sequence = update.Sequence,
            Data = update.Data,
            SavedAt = now,
        }));
        await db.SaveChangesAsync(cancellationToken);
    }

    public async Task SaveSnapshotAsync(Guid sessionId, long sequence, byte[] state, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        // One statement: there is an old snapshot or the new one, never neither.
        await db.Database.ExecuteSqlAsync(
            $"""
            INSERT INTO document_snapshots ("SessionId", "Sequence", "State") VALUES ({sessionId}, {sequence}, {state})
            ON CONFLICT ("SessionId") DO UPDATE SET "Sequence" = excluded."Sequence", "State" = excluded."State"
            WHERE excluded."Sequence" > document_snapshots."Sequence"
            """,
            cancellationToken);
    }
}
