using CodeCrafter.Server.Sessions;
using CodeCrafter.Server.Sessions.Snapshots;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace CodeCrafter.Server.Storage.Sql;

internal sealed class SnapshotTable : IEntityTypeConfiguration<Snapshot>
{
    public void Configure(EntityTypeBuilder<Snapshot> builder)
    {
        builder.ToTable("snapshots");
        builder.Property(snapshot => snapshot.Id).ValueGeneratedNever();
        builder.HasIndex(snapshot => new { snapshot.SessionId, snapshot.CreatedAt });
        // SQLite walks over what comes before a column: a list must not walk over the states.
        var order = 0;
        foreach (var property in builder.Metadata.GetProperties().OrderBy(property => property.Name == nameof(Snapshot.State)))
        {
            property.SetColumnOrder(order++);
        }

        builder.HasOne<Session>().WithMany().HasForeignKey(snapshot => snapshot.SessionId);
    }
}

internal sealed class SqlSnapshotStore(IDbContextFactory<AppDbContext> contexts) : ISnapshotStore
{
    public async Task AddAsync(Snapshot snapshot, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        db.Add(snapshot);
        await db.SaveChangesAsync(cancellationToken);
    }

    public async Task<SnapshotPage> ListAsync(Guid sessionId, int skip, int take, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var all = Of(db, sessionId);
        var page = await Newest(all).Skip(skip).Take(take)
            .Select(snapshot => new SnapshotHeader
            {
                Id = snapshot.Id,
                SessionId = snapshot.SessionId,
                Title = snapshot.Title,
                Message = snapshot.Message,
                CreatedById = snapshot.CreatedById,
                CreatedByName = snapshot.CreatedByName,
                CreatedAt = snapshot.CreatedAt,
                IsAutomatic = snapshot.IsAutomatic,
                Size = snapshot.Size,
            })
            .ToListAsync(cancellationToken);
        return new SnapshotPage(page, await all.CountAsync(cancellationToken));
    }

    public async Task<Snapshot?> FindAsync(Guid sessionId, Guid snapshotId, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await Of(db, sessionId).FirstOrDefaultAsync(snapshot => snapshot.Id == snapshotId, cancellationToken);
    }

    public async Task<int> CountAsync(Guid sessionId, bool isAutomatic, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await Of(db, sessionId).CountAsync(snapshot => snapshot.IsAutomatic == isAutomatic, cancellationToken);
    }

    public async Task<bool> DeleteAsync(Guid sessionId, Guid snapshotId, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await Of(db, sessionId).Where(snapshot => snapshot.Id == snapshotId).ExecuteDeleteAsync(cancellationToken) == 1;
    }

    public async Task KeepNewestAutomaticAsync(Guid sessionId, int count, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var automatic = Of(db, sessionId).Where(snapshot => snapshot.IsAutomatic);
        var old = await Newest(automatic).Skip(count).Select(snapshot => snapshot.Id).ToListAsync(cancellationToken);
        if (old.Count > 0)
        {
            await automatic.Where(snapshot => old.Contains(snapshot.Id)).ExecuteDeleteAsync(cancellationToken);
        }
    }

    private static IQueryable<Snapshot> Of(AppDbContext db, Guid sessionId) =>
        db.Set<Snapshot>().AsNoTracking().Where(snapshot => snapshot.SessionId == sessionId);

    private static IOrderedQueryable<Snapshot> Newest(IQueryable<Snapshot> snapshots) =>
        snapshots.OrderByDescending(snapshot => snapshot.CreatedAt).ThenByDescending(snapshot => snapshot.Id);
}
