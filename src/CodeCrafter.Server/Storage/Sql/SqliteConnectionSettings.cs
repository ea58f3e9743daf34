using System.Data.Common;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace CodeCrafter.Server.Storage.Sql;

/// <summary>What SQLite must be told on each connection.</summary>
internal sealed class SqliteConnectionSettings : DbConnectionInterceptor
{
    // FULL: what is reported as saved survives a power cut too.
    private const string Commands = "PRAGMA busy_timeout = 10000; PRAGMA synchronous = FULL;";

    public override void ConnectionOpened(DbConnection connection, ConnectionEndEventData eventData)
    {
        using var command = connection.CreateCommand();
        command.CommandText = Commands;
        command.ExecuteNonQuery();
    }

    public override Task ConnectionOpenedAsync(DbConnection connection, ConnectionEndEventData eventData, CancellationToken cancellationToken = default)
    {
        // SQLite has no asynchronous work.
        ConnectionOpened(connection, eventData);
        return Task.CompletedTask;
    }
}
