using CodeCrafter.Server.Storage.Sql;
using CodeCrafter.Server.Tests.Fixture;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Microsoft.Extensions.Logging.Abstractions;

namespace CodeCrafter.Server.Tests.Recordings;

/// <summary>Documents of a server that did not keep authors and earlier snapshots can be loaded and replayed.</summary>
public sealed class RecordingMigrationTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_snapshot_from_before_has_the_time_of_its_last_update()
    {
        using var folder = new TemporaryFolder();
        var database = new SqliteDatabase($"Data Source={Path.Combine(folder.Path, "old.db")};Pooling=False");
        var contexts = new PooledDbContextFactory<AppDbContext>(
            new DbContextOptionsBuilder<AppDbContext>().UseSqlite(database.ConnectionString).Options);
        var (session, state) = (Guid.NewGuid(), new byte[] { 0, 0 });
        await using (var db = await contexts.CreateDbContextAsync(Stop))
        {
            await db.GetService<IMigrator>().MigrateAsync("20261125123342_BoundedResults", Stop);
            for (var sequence = 1; sequence <= 3; sequence++)
            {
                await db.Database.ExecuteSqlAsync(
                    $"INSERT INTO document_updates (SessionId, Sequence, Data, SavedAt) VALUES ({session}, {sequence}, {state}, {sequence * 1000})", Stop);
            }

            await db.Database.ExecuteSqlAsync($"INSERT INTO document_snapshots (SessionId, Sequence, State) VALUES ({session}, 2, {state})", Stop);
            await db.Database.MigrateAsync(Stop);
        }

        using var documents = new SqlDocumentStore(contexts, database, TimeProvider.System, NullLogger<SqlDocumentStore>.Instance);
        var stored = await documents.LoadAsync(session, Stop);
        Assert.Equal(state, stored.Snapshot);
        Assert.Equal((1, 3), (stored.Updates.Count, stored.Sequence));
        var recordings = new SqlRecordingStore(contexts);
        Assert.Equal(2, (await recordings.FindKeyframeAsync(session, DateTimeOffset.UnixEpoch.AddSeconds(2), Stop))?.Sequence);
        Assert.Null(await recordings.FindKeyframeAsync(session, DateTimeOffset.UnixEpoch.AddSeconds(1), Stop));
        Assert.Equal([null, null, null], (await recordings.ListUpdatesAsync(session, 0, 10, 1000, Stop)).Updates.Select(update => update.AuthorId));
    }
}
