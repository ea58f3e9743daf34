using CodeCrafter.Crdt;
using CodeCrafter.Server.Collaboration.Documents;
using CodeCrafter.Server.Storage.Sql;
using CodeCrafter.Server.Tests.Fixture;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace CodeCrafter.Server.Tests.Collaboration;

/// <summary>A stored document that cannot be read: it is set aside, and whatever is left of it stays.</summary>
public sealed class CorruptDocumentTests
{
    private const string File = "main.py";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    [Trait("fault", "22")]
    public async Task A_corrupt_document_stays_closed_with_a_reason_and_is_not_overwritten()
    {
        await using var server = await StartAsync();
        var alice = await server.RegisterAsync("alice");
        foreach (var damage in new[]
        {
            // An update that is none; one of which a byte has changed; one in the place of another; a gap; nothing at all.
            "INSERT INTO document_updates (SessionId, Sequence, Data, SavedAt) SELECT SessionId, 4, x'67617262616765646f63', 0 FROM document_updates WHERE Sequence = 3 AND SessionId = {0}",
            "UPDATE document_updates SET Data = CAST(replace(CAST(Data AS TEXT), 'precious', 'precioud') AS BLOB) WHERE Sequence = 2 AND SessionId = {0}",
            "UPDATE document_updates SET (Data, Checksum) = (SELECT Data, Checksum FROM document_updates WHERE Sequence = 2 AND SessionId = {0}) WHERE Sequence = 3 AND SessionId = {0}",
            "DELETE FROM document_updates WHERE Sequence = 2 AND SessionId = {0}",
            "DELETE FROM document_updates WHERE SessionId = {0}",
        })
        {
            var sessionId = await WriteAsync(alice, "precious", " things");
            await using var db = await ContextAsync(server);
            Assert.True(await db.Database.ExecuteSqlRawAsync(damage, [sessionId], Stop) > 0, damage);
            var before = await RowsAsync(db, sessionId);

            // It has a document of its own, which must not become the stored one.
            await using var client = new DocClient(alice, sessionId);
            client.Doc.GetMap("files").Set(File, new YText("made up"));
            await client.OpenAsync();
            await client.UntilAsync(one => one.Closed is not null);
            Assert.Equal((4500, "document_corrupt"), client.Closed);
            using var read = await alice.Http.GetAsync($"/api/sessions/{sessionId}", Stop);
            await read.MustBeProblemAsync(500, "document_corrupt");
            Assert.Equal(before, await RowsAsync(db, sessionId));
        }

        Assert.Equal("others", (await alice.GetSessionAsync(await WriteAsync(alice, "others"))).Content);
    }

    [Fact]
    [Trait("fault", "22")]
    public async Task A_corrupt_snapshot_is_passed_over_where_the_log_is_whole()
    {
        await using var server = await StartAsync();
        var alice = await server.RegisterAsync("alice");
        var text = string.Concat(Enumerable.Repeat("0123456789", 10_000));
        var sessionId = await WriteAsync(alice, text);
        await using var db = await ContextAsync(server);
        Assert.Equal(1, await db.Database.ExecuteSqlRawAsync("UPDATE document_snapshots SET State = x'67617262616765646f63'", Stop));
        Assert.Equal(text, (await alice.GetSessionAsync(sessionId)).Content);
    }

    // A document that nobody uses is closed at once.
    private static Task<TestServer> StartAsync() =>
        TestServer.StartAsync(options => options.Settings["CodeCrafter:Collaboration:IdleTime"] = "00:00:00.001");

    private static async Task<Guid> WriteAsync(TestUser user, params string[] texts)
    {
        var session = await user.CreateFileSessionAsync(File, "");
        await using (var client = new DocClient(user, session.Id))
        {
            await client.ConnectAsync();
            foreach (var text in texts)
            {
                client.Type(File, text);
            }

            await client.UntilSavedAsync();
        }

        var rooms = ((TestServer)user.Server).Services.GetRequiredService<Rooms>();
        while (rooms.Count > 0)
        {
            await Task.Delay(5, Stop);
        }

        return session.Id;
    }

    private static Task<AppDbContext> ContextAsync(TestServer server) =>
        server.Services.GetRequiredService<IDbContextFactory<AppDbContext>>().CreateDbContextAsync(Stop);

    private static Task<List<string>> RowsAsync(AppDbContext db, Guid sessionId) => db.Database
        .SqlQuery<string>($"SELECT Sequence || ' ' || hex(Data) AS Value FROM document_updates WHERE SessionId = {sessionId} ORDER BY Sequence")
        .ToListAsync(Stop);
}
