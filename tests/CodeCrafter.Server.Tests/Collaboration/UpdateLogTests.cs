using CodeCrafter.Server.Collaboration.Documents;
using Microsoft.Extensions.Logging.Abstractions;

namespace CodeCrafter.Server.Tests.Collaboration;

/// <summary>The log of all documents over a store that does not answer.</summary>
public sealed class UpdateLogTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Updates_wait_outside_once_so_many_bytes_wait_for_the_store()
    {
        var store = new StuckStore();
        using var log = new UpdateLog(store, TimeProvider.System, NullLogger<UpdateLog>.Instance);
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

    private sealed class Listener : IUpdateLogWriter
    {
        public void OnSaved(long sequence)
        {
        }
    }

    private sealed class StuckStore : IDocumentStore
    {
        private readonly TaskCompletionSource _released = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public int Stored { get; private set; }

        public void Release() => _released.SetResult();

        public async Task AppendAsync(IReadOnlyList<LoggedUpdate> updates, CancellationToken cancellationToken)
        {
            await _released.Task.WaitAsync(cancellationToken);
            Stored += updates.Count;
        }

        public Task<StoredDocument> LoadAsync(Guid sessionId, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task SaveSnapshotAsync(Guid sessionId, long sequence, byte[] state, CancellationToken cancellationToken) =>
            throw new NotSupportedException();
    }
}
