using CodeCrafter.Server.Auth;
using CodeCrafter.Server.Auth.SecurityEvents;
using CodeCrafter.Server.Collaboration.Documents;
using CodeCrafter.Server.Collaboration.Hubs;
using CodeCrafter.Server.Collaboration.Recordings;
using CodeCrafter.Server.Execution;
using CodeCrafter.Server.Platform;
using CodeCrafter.Server.Sessions;
using CodeCrafter.Server.Sessions.Snapshots;
using CodeCrafter.Server.Storage.Sql;
using Microsoft.AspNetCore.Identity;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace CodeCrafter.Server.Storage;

/// <summary>Chooses the implementation of the stores that the rooms ask for.</summary>
internal static class StorageSetup
{
    private const string Section = "CodeCrafter:Storage";

    public static void AddStorage(this WebApplicationBuilder builder)
    {
        var server = ServerOptions.From(builder.Configuration);
        var services = builder.Services;
        services.AddSettings<StorageOptions>(Section);
        var busySeconds = builder.Configuration.ReadSettings<StorageOptions>(Section).BusySeconds;
        var connection = new SqliteConnectionStringBuilder
        {
            DataSource = Path.Combine(server.DataDirectory, "codecrafter.db"),
            ForeignKeys = true,
            DefaultTimeout = busySeconds,
        };
        services.AddSingleton(new SqliteDatabase(connection.ToString()));
        services.AddSingleton<IStorageFaults, SqliteFaults>();
        services.AddExceptionHandler<StorageFaultHandler>();
        services.AddPooledDbContextFactory<AppDbContext>(options => options
            .UseSqlite(connection.ToString())
            .AddInterceptors(new SqliteConnectionSettings(busySeconds))
            // Two who take one name at once, or change one session, are no faults: whoever catches the exception
            // knows, and what nobody catches is logged with the request.
            .ConfigureWarnings(warnings => warnings.Ignore(
                // Where it rebuilds a table it switches the check of references off, for its own connection.
                RelationalEventId.NonTransactionalMigrationOperationWarning))
            .ConfigureWarnings(warnings => warnings.Log(
                (RelationalEventId.CommandError, LogLevel.Debug),
                (CoreEventId.SaveChangesFailed, LogLevel.Debug),
                (CoreEventId.OptimisticConcurrencyException, LogLevel.Debug))));
        services.AddHostedService<SqlMigrator>();
        services.AddHealthChecks().AddCheck<SqlHealthCheck>("database", tags: [Health.Ready]);

        services.AddSingleton<IUserStore<User>, SqlUserStore>();
        services.AddSingleton<IUserDirectory, SqlUserDirectory>();
        services.AddSingleton<ILoginStore, SqlLoginStore>();
        services.AddSingleton<ISecurityEventStore, SqlSecurityEventStore>();
        services.AddSingleton<ISessionStore, SqlSessionStore>();
        services.AddSingleton<ISnapshotStore, SqlSnapshotStore>();
        services.AddSingleton<IDocumentStore, SqlDocumentStore>();
        services.AddSingleton<IChatStore, SqlChatStore>();
        services.AddSingleton<IJournalStore, SqlJournalStore>();
        services.AddSingleton<IRecordingStore, SqlRecordingStore>();
        services.AddSingleton<IRunTimelineStore, SqlRunTimelineStore>();
        services.AddSingleton<ILogCompactionStore, SqlLogCompactionStore>();
        services.AddSingleton<IExecutionStore, SqlExecutionStore>();
    }

    /// <summary>
    /// Builds the model of the tables beside the rest of the start. What is wrong with it is told to whoever asks for it next.
    /// </summary>
    public static void BeginStorage(this WebApplication app) => Task.Run(() =>
    {
        using var db = app.Services.GetRequiredService<IDbContextFactory<AppDbContext>>().CreateDbContext();
        return db.Model;
    });
}
