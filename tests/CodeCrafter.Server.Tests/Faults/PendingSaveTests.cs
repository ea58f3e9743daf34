using CodeCrafter.Server.Collaboration.Documents;
using CodeCrafter.Server.Tests.Fixture;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace CodeCrafter.Server.Tests.Faults;

/// <summary>Coming to a document that everybody has left, while what they did last is still being saved.</summary>
public sealed class PendingSaveTests
{
    private const string File = "main.py";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [Trait("fault", "21")]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Who_connects_while_the_last_save_is_pending_finds_the_change(bool isClosing)
    {
        SlowStore? store = null;
        var time = new FakeTimeProvider(DateTimeOffset.UnixEpoch.AddYears(60));
        await using var server = await TestServer.StartAsync(options =>
        {
            options.Time = time;
            options.Services = services =>
            {
                var real = services.Last(service => service.ServiceType == typeof(IDocumentStore));
                services.AddSingleton<IDocumentStore>(provider =>
                    store = new SlowStore((IDocumentStore)ActivatorUtilities.CreateInstance(provider, real.ImplementationType!)));
            };
        });
        var alice = await server.RegisterAsync("alice");
        var session = await alice.CreateFileSessionAsync(File, "");
        var rooms = server.Services.GetRequiredService<Rooms>();
        await using var first = new DocClient(alice, session.Id);
        await first.ConnectAsync();
        await first.UntilSavedAsync();
        store!.Hold();
        first.Type(File, "the last words");
        await store.Holding.WaitAsync(Stop);
        await first.DisconnectAsync();
        while (isClosing && rooms.Closing == 0)
        {
            // The server hears of the disconnection in its own time; only then the document counts as idle.
            time.Advance(TimeSpan.FromSeconds(31));
            await Task.Delay(10, Stop);
        }

        await using var second = new DocClient(isClosing ? await server.LoginAsync("alice") : alice, session.Id);
        var connecting = second.ConnectAsync();
        if (!isClosing)
        {
            await connecting;
            Assert.Equal("the last words", second.Text(File));
        }

        store.Release();
        await connecting;
        Assert.Equal("the last words", second.Text(File));
        await second.UntilSavedAsync();
        Assert.Equal("the last words", await StoredFiles.ReadFileAsync(server.DataDirectory, session.Id, File));
    }

    /// <summary>The real store, which can be made to wait before it appends.</summary>
    private sealed class SlowStore(IDocumentStore store) : IDocumentStore
    {
        private readonly TaskCompletionSource _holding = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _released = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private volatile bool _isHeld;

        public Task Holding => _holding.Task;

        public void Hold() => _isHeld = true;

        public void Release() => _released.TrySetResult();

        public Task<StoredDocument> LoadAsync(Guid sessionId, CancellationToken cancellationToken) => store.LoadAsync(sessionId, cancellationToken);

        public async Task<IReadOnlySet<Guid>> AppendAsync(IReadOnlyList<LoggedUpdate> updates, CancellationToken cancellationToken)
        {
            if (_isHeld)
            {
                _holding.TrySetResult();
                await _released.Task.WaitAsync(cancellationToken);
            }

            return await store.AppendAsync(updates, cancellationToken);
        }

        public Task SaveSnapshotAsync(Guid sessionId, long sequence, byte[] state, CancellationToken cancellationToken) =>
            store.SaveSnapshotAsync(sessionId, sequence, state, cancellationToken);
    }
}
