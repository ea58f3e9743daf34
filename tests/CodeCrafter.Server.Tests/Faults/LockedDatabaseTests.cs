using System.Net.Http.Json;
using CodeCrafter.Server.Collaboration.Documents;
using CodeCrafter.Server.Tests.Fixture;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;

namespace CodeCrafter.Server.Tests.Faults;

/// <summary>A database that does not take writes for a while, or that does not say so when it has.</summary>
public sealed class LockedDatabaseTests
{
    private const string File = "main.py";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    [Trait("fault", "9")]
    public async Task While_the_database_is_locked_nothing_is_called_saved_and_afterwards_everything_is()
    {
        // A second in the place of ten, so that it is locked for several times as long as anybody waits.
        await using var server = await TestServer.StartAsync(options => options.Settings["CodeCrafter:Storage:BusySeconds"] = "1");
        var alice = await server.RegisterAsync("alice");
        var session = await alice.CreateFileSessionAsync(File, "");
        await using var hub = await alice.ConnectHubAsync();
        await hub.JoinAsync(session.Id);
        await using var writer = new DocClient(alice, session.Id);
        await using var reader = new DocClient(alice, session.Id);
        await writer.ConnectAsync();
        await reader.ConnectAsync();
        writer.Type(File, "before");
        await writer.UntilSavedAsync();
        var saved = writer.Saved;

        await using (await LockAsync(server))
        {
            writer.Type(File, " and while");
            await reader.UntilAsync(client => client.Text(File) == "before and while");
            await UntilReadyIsAsync(server, 503);
            using var rename = await alice.Http.PutAsJsonAsync($"/api/sessions/{session.Id}", new { title = "Another" }, Stop);
            await rename.MustBeProblemAsync(503, "storage_busy");
            var said = await Assert.ThrowsAsync<HubException>(() => hub.InvokeAsync("SendMessage", session.Id, "hello"));
            Assert.Contains("storage_busy: ", said.Message, StringComparison.Ordinal);
            // Reading goes on.
            Assert.Equal(("A session", "before and while"), ((await alice.GetSessionAsync(session.Id)).Title, (await alice.GetSessionAsync(session.Id)).Content));
            Assert.Equal(saved, writer.Saved);
        }

        await writer.UntilSavedAsync();
        await UntilReadyIsAsync(server, 200);
        Assert.Empty(writer.Refusals);
        Assert.Equal("before and while", await StoredFiles.ReadFileAsync(server.DataDirectory, session.Id, File));
    }

    [Fact]
    [Trait("fault", "9")]
    public async Task A_commit_that_reports_a_failure_though_it_is_durable_is_not_written_twice_and_holds_up_nobody()
    {
        LossyStore? store = null;
        await using var server = await StartAsync(real => store = new LossyStore(real));
        var alice = await server.RegisterAsync("alice");
        var (one, two) = (await alice.CreateFileSessionAsync(File, ""), await alice.CreateFileSessionAsync(File, ""));
        await using var first = new DocClient(alice, one.Id);
        await using var second = new DocClient(alice, two.Id);
        await first.ConnectAsync();
        await second.ConnectAsync();

        store!.Losing = 3;
        first.Type(File, "a");
        second.Type(File, "b");
        await first.UntilSavedAsync();
        await second.UntilSavedAsync();

        Assert.True(store.Losing < 3);
        Assert.Equal(("a", "b"), (
            await StoredFiles.ReadFileAsync(server.DataDirectory, one.Id, File), await StoredFiles.ReadFileAsync(server.DataDirectory, two.Id, File)));
        Assert.Equal(2, (await store.LoadAsync(one.Id, Stop)).Sequence);
    }

    [Fact]
    [Trait("fault", "9")]
    public async Task A_document_that_somebody_else_has_written_to_is_opened_anew_and_no_edit_is_lost()
    {
        await using var server = await TestServer.StartAsync();
        var alice = await server.RegisterAsync("alice");
        var (one, two) = (await alice.CreateFileSessionAsync(File, ""), await alice.CreateFileSessionAsync(File, ""));
        await using var first = new DocClient(alice, one.Id);
        await using var second = new DocClient(alice, two.Id);
        await first.ConnectAsync();
        await second.ConnectAsync();
        var stranger = new DocClient(alice, one.Id);
        await stranger.ConnectAsync();
        await stranger.DisconnectAsync();
        var theirs = Array.Empty<byte>();
        stranger.Doc.UpdateEmitted += (update, _) => theirs = update;
        stranger.Type(File, "theirs");
        var store = server.Services.GetRequiredService<IDocumentStore>();
        Assert.Empty(await store.AppendAsync([new LoggedUpdate(one.Id, 2, theirs)], Stop));

        first.Type(File, "ours");
        second.Type(File, "b");
        await first.UntilAsync(client => client.Closed is not null);
        Assert.Equal((1012, "document_reloads"), first.Closed);
        await second.UntilSavedAsync();
        await first.DisconnectAsync();
        await first.ConnectAsync();
        await first.UntilSavedAsync();

        var text = await StoredFiles.ReadFileAsync(server.DataDirectory, one.Id, File);
        Assert.Equal(text, first.Text(File));
        Assert.True(text is "ourstheirs" or "theirsours", text);
    }

    [Fact]
    [Trait("fault", "9")]
    public async Task What_does_not_fit_into_the_log_keeps_nothing_else_from_it()
    {
        await using var server = await TestServer.StartAsync();
        var store = server.Services.GetRequiredService<IDocumentStore>();
        var (one, two) = (Guid.NewGuid(), Guid.NewGuid());
        Assert.Empty(await store.AppendAsync([new(one, 1, [1]), new(one, 2, [2])], Stop));
        Assert.Equal([one], await store.AppendAsync([new(two, 1, [1]), new(one, 2, [3]), new(one, 3, [3]), new(two, 2, [2])], Stop));
        Assert.Equal((2, 2), ((await store.LoadAsync(one, Stop)).Sequence, (await store.LoadAsync(two, Stop)).Sequence));
        Assert.Empty(await store.AppendAsync([new(one, 2, [2]), new(one, 3, [3])], Stop));
        Assert.Equal([[1], [2], [3]], (await store.LoadAsync(one, Stop)).Updates);
    }

    private static Task<TestServer> StartAsync(Func<IDocumentStore, IDocumentStore> wrap) => TestServer.StartAsync(options => options.Services = services =>
    {
        var real = services.Last(service => service.ServiceType == typeof(IDocumentStore));
        services.AddSingleton(provider => wrap((IDocumentStore)ActivatorUtilities.CreateInstance(provider, real.ImplementationType!)));
    });

    private static async Task<SqliteConnection> LockAsync(TestServer server)
    {
        var connection = new SqliteConnection($"Data Source={Path.Combine(server.DataDirectory, StoredFiles.Database)};Pooling=False");
        await connection.OpenAsync(Stop);
        await using var begin = connection.CreateCommand();
        begin.CommandText = "BEGIN IMMEDIATE";
        await begin.ExecuteNonQueryAsync(Stop);
        return connection;
    }

    private static async Task UntilReadyIsAsync(TestServer server, int status)
    {
        for (var i = 0; i < 600; i++)
        {
            using var ready = await server.Http.GetAsync("/health/ready", Stop);
            if ((int)ready.StatusCode == status)
            {
                return;
            }

            await Task.Delay(50, Stop);
        }

        Assert.Fail($"/health/ready did not become {status}.");
    }

    /// <summary>The real store, whose answers get lost.</summary>
    private sealed class LossyStore(IDocumentStore store) : IDocumentStore
    {
        public int Losing { get; set; }

        public Task<StoredDocument> LoadAsync(Guid sessionId, CancellationToken cancellationToken) => store.LoadAsync(sessionId, cancellationToken);

        public async Task<IReadOnlySet<Guid>> AppendAsync(IReadOnlyList<LoggedUpdate> updates, CancellationToken cancellationToken)
        {
            var conflicts = await store.AppendAsync(updates, cancellationToken);
            return Losing-- > 0 ? throw new IOException("The connection broke before the answer came.") : conflicts;
        }

        public Task SaveSnapshotAsync(Guid sessionId, long sequence, byte[] state, CancellationToken cancellationToken) =>
            store.SaveSnapshotAsync(sessionId, sequence, state, cancellationToken);
    }
}
