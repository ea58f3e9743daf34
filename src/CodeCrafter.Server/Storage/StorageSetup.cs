using CodeCrafter.Server.Auth;
using CodeCrafter.Server.Platform;
using CodeCrafter.Server.Sessions;
using CodeCrafter.Server.Storage.Sql;
using Microsoft.AspNetCore.Identity;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;

namespace CodeCrafter.Server.Storage;

/// <summary>Chooses the implementation of the stores that the rooms ask for.</summary>
internal static class StorageSetup
{
    public static void AddStorage(this WebApplicationBuilder builder)
    {
        var server = ServerOptions.From(builder.Configuration);
        var services = builder.Services;
        var connection = new SqliteConnectionStringBuilder
        {
            DataSource = Path.Combine(server.DataDirectory, "codecrafter.db"),
            ForeignKeys = true,
        };
        services.AddPooledDbContextFactory<AppDbContext>(options => options
            .UseSqlite(connection.ToString())
            .AddInterceptors(new SqliteConnectionSettings()));
        services.AddHostedService<SqlMigrator>();
        services.AddHealthChecks().AddCheck<SqlHealthCheck>("database", tags: [Health.Ready]);

        services.AddSingleton<IUserStore<User>, SqlUserStore>();
        services.AddSingleton<IUserDirectory, SqlUserDirectory>();
        services.AddSingleton<ILoginStore, SqlLoginStore>();
        services.AddSingleton<ISessionStore, SqlSessionStore>();
    }
}
