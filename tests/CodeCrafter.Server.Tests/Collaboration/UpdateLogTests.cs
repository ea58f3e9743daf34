using CodeCrafter.Server.Collaboration.Documents;
using CodeCrafter.Server.Storage.Sql;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace CodeCrafter.Server.Tests.Collaboration;

/// <summary>The log of all documents over a store that does not answer.</summary>
public sealed class UpdateLogTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Updates_wait_outside_once_so_many_bytes_wait_for_the_store()
    {
        var store = new StuckStore();
        using var log = new UpdateLog(store, new SqliteFaults(), TimeProvider.System, NullLogger<UpdateLog>.Instance);
        await log.StartAsync(Stop);
        var data = new byte[1 << 20];
        var appends = new List<Task>();
        do
        {
            appends.Add(log.AppendAsync(new LoggedUpdate(Guid.Empty, appends.Count + 1, data), new Listener(), Stop).AsTask());
        }
        while (appends[^1].IsCompleted && appends.Count < 1000);

        Assert.InRange(appends.Count, 100, 300);
        store.Release();
        await Task.WhenAll(appends);
        await log.StopAsync(Stop);
        Assert.Equal(appends.Count, store.Stored);
    }

    [Fact]
    [Trait("fault", "9")]
    public async Task Updates_are_refused_once_the_store_has_failed_for_a_while_and_taken_again_when_it_works()
    {
        var store = new StuckStore(fails: true);
        var clock = new FakeTimeProvider();
        using var log = new UpdateLog(store, new SqliteFaults(), clock, NullLogger<UpdateLog>.Instance);
        await log.StartAsync(Stop);
        var listener = new Listener();
        await log.AppendAsync(new LoggedUpdate(Guid.Empty, 1, [1]), listener, Stop);
        while (!log.IsFailing)
        {
            await Task.Yield();
        }

        Assert.Null(log.Fault);
        while (log.Fault is null)
        {
            clock.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }

        Assert.Equal("storage_failing", log.Fault.Code);
        log.TellWhenWritable(listener);
        Assert.False(listener.Writable.IsCompleted);
        store.Release();
        while (log.Fault is not null)
        {
            clock.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }

        await listener.Writable.WaitAsync(Stop);
        await log.StopAsync(Stop);
        Assert.Equal(1, store.Stored);
    }

    private sealed class Listener : IUpdateLogWriter
    {
        private readonly TaskCompletionSource _writable = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Writable => _writable.Task;

        public bool IsAbandoned => false;

        public void OnSaved(long sequence)
        {
        }

        public void OnConflict() => throw new NotSupportedException();

        public void OnWritable() => _writable.TrySetResult();
    }

    private sealed class StuckStore(bool fails = false) : IDocumentStore
    {
        private readonly TaskCompletionSource _released = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public int Stored { get; private set; }

        public void Release() => _released.SetResult();

        public async Task<IReadOnlySet<Guid>> AppendAsync(IReadOnlyList<LoggedUpdate> updates, CancellationToken cancellationToken)
        {
            if (fails && !_released.Task.IsCompleted)
            {
                throw new IOException("The disk does not answer.");
            }

            await _released.Task.WaitAsync(cancellationToken);
            Stored += updates.Count;
            return new HashSet<Guid>();
        }

        public Task<StoredDocument> LoadAsync(Guid sessionId, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task SaveSnapshotAsync(Guid sessionId, long sequence, byte[] state, CancellationToken cancellationToken) =>
            throw new NotSupportedException();
    }
}
