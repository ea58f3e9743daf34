using CodeCrafter.Server.Collaboration.Documents;
using CodeCrafter.Server.Tests.Fixture;
using Microsoft.Extensions.DependencyInjection;

namespace CodeCrafter.Server.Tests.Collaboration;

/// <summary>A stored document that cannot be read.</summary>
public sealed class CorruptDocumentTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_corrupt_document_stays_closed_with_a_reason_and_is_not_overwritten()
    {
        using var folder = new TemporaryFolder();
        Guid sessionId;
        await using (var server = await StartAsync(folder))
        {
            var alice = await server.RegisterAsync("alice");
            sessionId = (await alice.CreateFileSessionAsync("main.py", "precious")).Id;
            await server.Services.GetRequiredService<IDocumentStore>()
                .AppendAsync([new LoggedUpdate(sessionId, 2, [.. "garbagedoc"u8])], Stop);
        }

        await using (var server = await StartAsync(folder))
        {
            var alice = await server.LoginAsync("alice");
            await using var clients = YjsClients.Start();
            // It never gets the document that this waits for.
            _ = clients.ConnectAsync("a", server, sessionId, alice.AccessToken, reconnect: false);

            var close = (await clients.CallAsync("until", new { name = "a", what = "closed" })).GetProperty("closes")[0];
            Assert.Equal((4500, "document_corrupt"), (close.GetProperty("code").GetInt32(), close.GetProperty("reason").GetString()));
            using var read = await alice.Http.GetAsync($"/api/sessions/{sessionId}", Stop);
            await read.MustBeProblemAsync(500, "internal_error");
            var stored = await server.Services.GetRequiredService<IDocumentStore>().LoadAsync(sessionId, Stop);
            Assert.Equal((null, 2, 2), (stored.Snapshot, stored.Updates.Count, stored.Sequence));
        }
    }

    private static Task<TestServer> StartAsync(TemporaryFolder folder) =>
        TestServer.StartAsync(options => options.DataDirectory = folder.Path);
}
