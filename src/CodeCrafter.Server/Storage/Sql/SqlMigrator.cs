using Microsoft.EntityFrameworkCore;

namespace CodeCrafter.Server.Storage.Sql;

/// <summary>Brings the database up to date before anything else of the server starts.</summary>
internal sealed class SqlMigrator(IDbContextFactory<AppDbContext> contexts, ILogger<SqlMigrator> logger) : IHostedLifecycleService
{
    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var pending = await db.Database.GetPendingMigrationsAsync(cancellationToken);
        foreach (var migration in pending)
        {
            logger.LogInformation("Applying database migration {Migration}", migration);
        }

        await db.Database.MigrateAsync(cancellationToken);
        // Readers do not wait for writers. The mode stays in the file.
        await db.Database.ExecuteSqlRawAsync("PRAGMA journal_mode = WAL", cancellationToken);
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
