using Microsoft.Data.Sqlite;

namespace CodeCrafter.Server.Tests.Recordings;

/// <summary>The file of a server, past the server.</summary>
internal static class Database
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    /// <summary>Changes one row.</summary>
    public static async Task ExecuteAsync(string dataDirectory, string sql)
    {
        await using var connection = await OpenAsync(dataDirectory);
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        Assert.Equal(1, await command.ExecuteNonQueryAsync(Stop));
    }

    /// <summary>A number that a query gives, or null.</summary>
    public static async Task<long?> QueryAsync(string dataDirectory, string sql)
    {
        await using var connection = await OpenAsync(dataDirectory);
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        return await command.ExecuteScalarAsync(Stop) as long?;
    }

    private static async Task<SqliteConnection> OpenAsync(string dataDirectory)
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder
        {
            DataSource = Path.Combine(dataDirectory, "codecrafter.db"),
            Pooling = false,
        }.ToString());
        await connection.OpenAsync(Stop);
        return connection;
    }
}
