using System.Collections.Concurrent;
using System.Diagnostics;
using System.Threading.Channels;
using System.Threading.RateLimiting;
using CodeCrafter.Server.Platform;

namespace CodeCrafter.Server.Collaboration.Documents;

/// <summary>Has updates to store, and hears what became of them. None of its members may block.</summary>
internal interface IUpdateLogWriter
{
    /// <summary>Nothing more of this writer is to be stored.</summary>
    bool IsAbandoned { get; }

    /// <summary>All updates up to and with this sequence are durable.</summary>
    void OnSaved(long sequence);

    /// <summary>
    /// Another update has the place of one of this writer's, which therefore knows another document than the stored one.
    /// Nothing of it is stored any more: it is abandoned.
    /// </summary>
    void OnConflict();

    /// <summary>Updates are taken again, after <see cref="UpdateLog.Fault"/> had said that they are not.</summary>
    void OnWritable();
}

/// <summary>
/// Appends updates of all documents to the store in group commits: what arrives while one commit is written goes into
/// the next, so that one wait for the disk serves everybody who typed meanwhile. On a busy server commits begin at
/// even distances, since a hundred commits of one update each cost many times what one of a hundred does.
/// </summary>
/// <remarks>
/// A commit that fails is tried again, ever more rarely, until it succeeds: its updates stay in memory and nobody hears
/// that they are saved. Meanwhile <see cref="Fault"/> says that nothing more is taken, at once where the disk is full and
/// otherwise after a while. The queue is bounded in number and bytes besides.
/// </remarks>
internal sealed partial class UpdateLog(
    IDocumentStore store, IStorageFaults faults, TimeProvider clock, ILogger<UpdateLog> logger) : BackgroundService
{
    private const int MaxCommitUpdates = 4096;
    private const int MaxCommitBytes = 8 << 20;
    private const int MaxQueuedKilobytes = 256 << 10;
    private static readonly TimeSpan LongestRetryWait = TimeSpan.FromSeconds(5);

    // A database that is locked for a moment is nothing that people need to hear of.
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(10);

    // The first update after a pause is written at once. A save is to be acknowledged within 50 ms.
    private static readonly TimeSpan BetweenCommits = TimeSpan.FromMilliseconds(30);

    private readonly Channel<Entry> _queue = Channel.CreateBounded<Entry>(new BoundedChannelOptions(16_384) { SingleReader = true });

    private readonly ConcurrencyLimiter _memory =
        new(new ConcurrencyLimiterOptions { PermitLimit = MaxQueuedKilobytes, QueueLimit = int.MaxValue });

    private readonly ConcurrentDictionary<IUpdateLogWriter, bool> _refused = new();
    private volatile StorageFault? _fault;

    /// <summary>The last commit failed and is being tried again.</summary>
    public bool IsFailing { get; private set; }

    /// <summary>Why no updates are to be appended now; null while they are taken.</summary>
    public StorageFault? Fault => _fault;

    /// <summary>Queues an update; <see cref="IUpdateLogWriter.OnSaved"/> follows once it is durable.</summary>
    public async ValueTask AppendAsync(LoggedUpdate update, IUpdateLogWriter writer, CancellationToken cancellationToken = default)
    {
        var memory = await _memory.AcquireAsync(1 + (update.Data.Length >> 10), cancellationToken);
        await _queue.Writer.WriteAsync(new Entry(update, writer, memory), cancellationToken);
    }

    /// <summary>Calls <see cref="IUpdateLogWriter.OnWritable"/> once there is no <see cref="Fault"/>.</summary>
    public void TellWhenWritable(IUpdateLogWriter writer)
    {
        _refused[writer] = true;
        // It may have ended since the writer looked.
        if (_fault is null)
        {
            TellWritable();
        }
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        _queue.Writer.TryComplete();
        if (ExecuteTask is { } task)
        {
            // What is queued is written before the process ends, within the host's deadline.
            await task.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        await base.StopAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var batch = new Batch();
        while (await _queue.Reader.WaitToReadAsync(stoppingToken))
        {
            var start = Stopwatch.GetTimestamp();
            while (batch.Updates.Count < MaxCommitUpdates && batch.Bytes < MaxCommitBytes && _queue.Reader.TryRead(out var item))
            {
                batch.Add(item);
            }

            batch.Announce(await CommitAsync(batch.Updates, stoppingToken));
            batch.Clear();
            await GatherAsync(start);
        }
    }

    // Before it looks for more, so that on a busy server no update has to wake it. Not while the server stops: then nothing
    // more comes.
    private async Task GatherAsync(long lastCommit)
    {
        var wait = BetweenCommits - Stopwatch.GetElapsedTime(lastCommit);
        if (wait > TimeSpan.Zero && !_queue.Reader.Completion.IsCompleted)
        {
            // By the machine's clock, as the commits are: it is the disk that is spared.
            await Task.Delay(wait, TimeProvider.System, CancellationToken.None);
        }
    }

    private async Task<IReadOnlySet<Guid>> CommitAsync(List<LoggedUpdate> updates, CancellationToken stoppingToken)
    {
        var start = clock.GetTimestamp();
        for (var wait = TimeSpan.FromMilliseconds(50); ; wait = wait * 2 < LongestRetryWait ? wait * 2 : LongestRetryWait)
        {
            try
            {
                var conflicts = await store.AppendAsync(updates, stoppingToken);
                Recovered();
                return conflicts;
            }
            catch (Exception exception) when (exception is not OperationCanceledException)
            {
                IsFailing = true;
                var fault = faults.Of(exception) ?? StorageFault.Failing;
                if (fault == StorageFault.Full || clock.GetElapsedTime(start) >= Grace)
                {
                    _fault = fault;
                }

                LogCommitFailed(exception, updates.Count, wait);
                await Task.Delay(wait, clock, stoppingToken);
            }
        }
    }

    private void Recovered()
    {
        IsFailing = false;
        if (_fault is not null)
        {
            _fault = null;
            TellWritable();
        }
    }

    private void TellWritable()
    {
        foreach (var writer in _refused.Keys)
        {
            if (_refused.TryRemove(writer, out _))
            {
                writer.OnWritable();
            }
        }
    }

    private readonly record struct Entry(LoggedUpdate Update, IUpdateLogWriter Writer, RateLimitLease Memory);

    /// <summary>What one commit stores.</summary>
    private sealed class Batch
    {
        private readonly List<RateLimitLease> _memory = [];
        private readonly Dictionary<IUpdateLogWriter, LoggedUpdate> _last = [];

        public List<LoggedUpdate> Updates { get; } = [];

        public int Bytes { get; private set; }

        public void Add(Entry entry)
        {
            _memory.Add(entry.Memory);
            if (!entry.Writer.IsAbandoned)
            {
                Updates.Add(entry.Update);
                Bytes += entry.Update.Data.Length;
                _last[entry.Writer] = entry.Update;
            }
        }

        public void Announce(IReadOnlySet<Guid> conflicts)
        {
            foreach (var (writer, update) in _last)
            {
                if (conflicts.Contains(update.SessionId))
                {
                    writer.OnConflict();
                }
                else
                {
                    writer.OnSaved(update.Sequence);
                }
            }
        }

        public void Clear()
        {
            _memory.ForEach(lease => lease.Dispose());
            _memory.Clear();
            _last.Clear();
            Updates.Clear();
            Bytes = 0;
        }
    }

    [LoggerMessage(LogLevel.Error, "Storing {Count} document updates failed; trying again in {Wait}")]
    private partial void LogCommitFailed(Exception exception, int count, TimeSpan wait);
}
