using CodeCrafter.Server.Collaboration.Recordings;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace CodeCrafter.Server.Storage.Sql;

internal sealed class JournalTable : IEntityTypeConfiguration<JournalEntry>
{
    public void Configure(EntityTypeBuilder<JournalEntry> builder)
    {
        builder.ToTable("session_journal");
        builder.Property(entry => entry.Id).ValueGeneratedNever();
        builder.HasIndex(entry => new { entry.SessionId, entry.At });
    }
}

internal sealed class SqlJournalStore(IDbContextFactory<AppDbContext> contexts) : IJournalStore
{
    public async Task AddAsync(IReadOnlyList<JournalEntry> entries, int keptPerSession, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        db.AddRange(entries);
        await db.SaveChangesAsync(cancellationToken);
        foreach (var sessionId in entries.Select(entry => entry.SessionId).Distinct())
        {
            await PruneAsync(db, sessionId, keptPerSession, cancellationToken);
        }

        await transaction.CommitAsync(cancellationToken);
    }

    // To nine tenths, so that it is not done for each entry.
    private static async Task PruneAsync(AppDbContext db, Guid sessionId, int kept, CancellationToken cancellationToken)
    {
        var entries = db.Set<JournalEntry>().Where(entry => entry.SessionId == sessionId);
        if (await entries.CountAsync(cancellationToken) <= kept)
        {
            return;
        }

        var oldest = await entries.OrderByDescending(entry => entry.At).Skip(kept - (kept / 10)).Select(entry => (DateTimeOffset?)entry.At)
            .FirstOrDefaultAsync(cancellationToken);
        await entries.Where(entry => entry.At <= oldest).ExecuteDeleteAsync(cancellationToken);
    }
}
