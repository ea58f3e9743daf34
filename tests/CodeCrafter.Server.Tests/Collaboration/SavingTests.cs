using CodeCrafter.Server.Collaboration.Documents;
using CodeCrafter.Server.Tests.Fixture;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace CodeCrafter.Server.Tests.Collaboration;

/// <summary>What is called saved is saved, and documents come and go without losing anything.</summary>
public sealed class SavingTests
{
    private const string File = "main.py";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public void A_message_counts_as_saved_once_the_log_has_reached_it()
    {
        var tracker = new SaveTracker();
        Assert.Null(tracker.Saved(100));
        tracker.Received(5);
        tracker.Received(5);
        tracker.Received(7);

        Assert.Null(tracker.Saved(4));
        Assert.Equal(2, tracker.Saved(6));
        Assert.Null(tracker.Saved(6));
        Assert.Equal(3, tracker.Saved(7));
        tracker.Received(7);
        Assert.Equal(4, tracker.Saved(7));
    }

    [Fact]
    public void Messages_that_were_refused_for_now_count_as_saved_with_the_one_that_brings_all_of_them()
    {
        var tracker = new SaveTracker();
        tracker.Received(1);
        tracker.Deferred();
        tracker.Deferred();
        tracker.Received(2);
        Assert.True(tracker.HasDeferred);
        Assert.Equal(2, tracker.Saved(2));
        tracker.Received(3, isWhole: true);
        Assert.False(tracker.HasDeferred);
        Assert.Equal(5, tracker.Saved(3));
    }

    [Fact]
    public async Task Edits_are_acknowledged_to_who_asks_and_deletions_too()
    {
        await using var server = await TestServer.StartAsync();
        var alice = await server.RegisterAsync("alice");
        var session = await alice.CreateFileSessionAsync(File, "abc");
        await using var clients = YjsClients.Start();
        await clients.ConnectAsync("asks", server, session.Id, alice.AccessToken, acks: true);
        await clients.ConnectAsync("stock", server, session.Id, alice.AccessToken);
        var before = (await clients.CallAsync("until", new { name = "asks", what = "acks", count = 1 })).GetProperty("acks").GetInt64();

        await clients.CallAsync("delete", new { name = "asks", file = File, index = 0, length = 1 });
        await clients.CallAsync("until", new { name = "asks", what = "acks", count = before + 1 });
        await clients.CallAsync("type", new { name = "asks", file = File, value = "0123456789" });
        await clients.CallAsync("until", new { name = "asks", what = "acks", count = before + 11 });

        await clients.UntilTextAsync("stock", File, "bc0123456789");
        Assert.Equal(0, (await clients.CallAsync("describe", new { name = "stock" })).GetProperty("acks").GetInt64());
    }

    [Fact]
    public async Task While_the_store_fails_nothing_is_called_saved_and_then_everything_is()
    {
        FailingStore? store = null;
        await using var server = await TestServer.StartAsync(options => options.Services = services =>
        {
            var real = services.Last(service => service.ServiceType == typeof(IDocumentStore));
            services.AddSingleton<IDocumentStore>(provider =>
                store = new FailingStore((IDocumentStore)ActivatorUtilities.CreateInstance(provider, real.ImplementationType!)));
        });
        var alice = await server.RegisterAsync("alice");
        var session = await alice.CreateFileSessionAsync(File, "");
        await using var clients = YjsClients.Start();
        await clients.ConnectAsync("a", server, session.Id, alice.AccessToken, acks: true);
        await clients.ConnectAsync("b", server, session.Id, alice.AccessToken);
        var before = (await clients.CallAsync("until", new { name = "a", what = "acks", count = 1 })).GetProperty("acks").GetInt64();

        store!.Fails = true;
        await clients.CallAsync("type", new { name = "a", file = File, value = "xyz" });
        // Others see it all the same, and the server says that it is not well.
        await clients.UntilTextAsync("b", File, "xyz");
        await store.Failed.Task.WaitAsync(Stop);
        using var ready = await server.Http.GetAsync("/health/ready", Stop);
        await ready.MustBeAsync(503);
        Assert.Equal(before, (await clients.CallAsync("describe", new { name = "a" })).GetProperty("acks").GetInt64());

        store.Fails = false;
        await clients.CallAsync("until", new { name = "a", what = "acks", count = before + 3 });
        using var healthy = await server.Http.GetAsync("/health/ready", Stop);
        await healthy.MustBeAsync(200);
    }

    [Fact]
    public async Task A_document_that_nobody_uses_is_closed_and_opens_again_with_every_edit()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UnixEpoch.AddYears(60));
        await using var server = await TestServer.StartAsync(options => options.Time = time);
        var alice = await server.RegisterAsync("alice");
        var session = await alice.CreateFileSessionAsync(File, "x");
        var rooms = server.Services.GetRequiredService<Rooms>();
        await using var clients = YjsClients.Start();
        await clients.ConnectAsync("a", server, session.Id, alice.AccessToken);
        await clients.CallAsync("insert", new { name = "a", file = File, index = 1, value = "y" });
        time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(1, rooms.Count);

        await clients.CallAsync("disconnect", new { name = "a" });
        while (rooms.Count > 0)
        {
            // The server hears of the disconnection in its own time; only then the document counts as idle.
            time.Advance(TimeSpan.FromSeconds(31));
            await Task.Delay(10, Stop);
        }

        alice = await server.LoginAsync("alice");
        Assert.Equal("xy", (await alice.GetSessionAsync(session.Id)).Content);
        await clients.ConnectAsync("b", server, session.Id, alice.AccessToken);
        await clients.UntilTextAsync("b", File, "xy");
    }

    [Fact]
    [AccessCase(23)]
    public async Task A_socket_is_closed_when_its_token_expires()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UnixEpoch.AddYears(60));
        await using var server = await TestServer.StartAsync(options => options.Time = time);
        var alice = await server.RegisterAsync("alice");
        var session = await alice.CreateFileSessionAsync(File, "x");
        await using var clients = YjsClients.Start();
        await clients.ConnectAsync("a", server, session.Id, alice.AccessToken);

        time.Advance(TimeSpan.FromMinutes(14));
        await clients.CallAsync("insert", new { name = "a", file = File, index = 1, value = "y" });
        await clients.ConnectAsync("b", server, session.Id, alice.AccessToken);
        await clients.UntilTextAsync("b", File, "xy");
        time.Advance(TimeSpan.FromMinutes(2));

        var closed = await clients.CallAsync("until", new { name = "a", what = "closed" });
        var close = closed.GetProperty("closes")[0];
        Assert.Equal((4401, "token_expired"), (close.GetProperty("code").GetInt32(), close.GetProperty("reason").GetString()));
    }

    /// <summary>The real store, with a disk that can fail.</summary>
    private sealed class FailingStore(IDocumentStore store) : IDocumentStore
    {
        public bool Fails { get; set; }

        public TaskCompletionSource Failed { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task<StoredDocument> LoadAsync(Guid sessionId, CancellationToken cancellationToken) => store.LoadAsync(sessionId, cancellationToken);

        public Task<IReadOnlySet<Guid>> AppendAsync(IReadOnlyList<LoggedUpdate> updates, CancellationToken cancellationToken)
        {
            if (!Fails)
            {
                return store.AppendAsync(updates, cancellationToken);
            }

            Failed.TrySetResult();
            return Task.FromException<IReadOnlySet<Guid>>(new IOException("The disk is full."));
        }

        public Task SaveSnapshotAsync(Guid sessionId, long sequence, byte[] state, CancellationToken cancellationToken) =>
            store.SaveSnapshotAsync(sessionId, sequence, state, cancellationToken);
    }
}
