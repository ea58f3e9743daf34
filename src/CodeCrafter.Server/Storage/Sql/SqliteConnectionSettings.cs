using System.Data.Common;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace CodeCrafter.Server.Storage.Sql;

/// <summary>What SQLite must be told on each connection.</summary>
internal sealed class SqliteConnectionSettings(int busySeconds) : DbConnectionInterceptor
{
    /// <summary>Tells it a connection that has just been opened.</summary>
    public static void Apply(DbConnection connection, int busySeconds)
    {
        using var command = connection.CreateCommand();
        // FULL: what is reported as saved survives a power cut too.
        command.CommandText = $"PRAGMA busy_timeout = {busySeconds * 1000}; PRAGMA synchronous = FULL;";
        command.ExecuteNonQuery();
    }

    public override void ConnectionOpened(DbConnection connection, ConnectionEndEventData eventData) => Apply(connection, busySeconds);

    public override Task ConnectionOpenedAsync(DbConnection connection, ConnectionEndEventData eventData, CancellationToken cancellationToken = default)
    {
        // SQLite has no asynchronous work.
        Apply(connection, busySeconds);
        return Task.CompletedTask;
    }
}
