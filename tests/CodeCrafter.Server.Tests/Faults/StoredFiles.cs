using CodeCrafter.Server.Collaboration.Documents;
using CodeCrafter.Server.Storage.Sql;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.Extensions.Logging.Abstractions;

namespace CodeCrafter.Server.Tests.Faults;

/// <summary>Copies of a database's files, as they are at a moment, and what is in them.</summary>
internal static class StoredFiles
{
    public const string Database = "codecrafter.db";
    public const string Log = "codecrafter.db-wal";

    /// <summary>Copies database and log, as they would be found after the server was killed now.</summary>
    public static void Copy(string from, string to)
    {
        foreach (var name in new[] { Database, Log })
        {
            if (File.Exists(Path.Combine(from, name)))
            {
                File.Copy(Path.Combine(from, name), Path.Combine(to, name), overwrite: true);
            }
        }
    }

    /// <summary>A file of a session, as a server that starts on these files gives it to the first who opens it.</summary>
    public static async Task<string> ReadFileAsync(string folder, Guid sessionId, string path)
    {
        var database = new SqliteDatabase($"Data Source={Path.Combine(folder, Database)};Pooling=False");
        var options = new DbContextOptionsBuilder<AppDbContext>().UseSqlite(database.ConnectionString).Options;
        using var store = new SqlDocumentStore(
            new PooledDbContextFactory<AppDbContext>(options), database, TimeProvider.System, NullLogger<SqlDocumentStore>.Instance);
        var document = new RoomDocument(await store.LoadAsync(sessionId, TestContext.Current.CancellationToken), int.MaxValue);
        return SessionDocument.Read(document.Doc).Files.Single(file => file.Path == path).Content;
    }
}
