using System.Diagnostics;
using System.Threading.Channels;
using System.Threading.RateLimiting;

namespace CodeCrafter.Server.Collaboration.Documents;

/// <summary>Hears that its updates are stored.</summary>
internal interface IUpdateLogWriter
{
    /// <summary>All updates up to and with this sequence are durable. Must not block.</summary>
    void OnSaved(long sequence);
}

/// <summary>
/// Appends updates of all documents to the store in group commits: what arrives while one commit is written goes into
/// the next, so that one wait for the disk serves everybody who typed meanwhile. On a busy server commits begin at
/// even distances, since a hundred commits of one update each cost many times what one of a hundred does.
/// </summary>
/// <remarks>
/// A commit that fails is tried again until it succeeds: its updates stay in memory and nobody hears that they are
/// saved. The queue is bounded in number and bytes, so in the end the rooms wait, and their clients with them.
/// </remarks>
internal sealed partial class UpdateLog(IDocumentStore store, TimeProvider clock, ILogger<UpdateLog> logger) : BackgroundService
{
    private const int MaxCommitUpdates = 4096;
    private const int MaxCommitBytes = 8 << 20;
    private const int MaxQueuedKilobytes = 256 << 10;
    private static readonly TimeSpan LongestRetryWait = TimeSpan.FromSeconds(5);

    // The first update after a pause is written at once. A save is to be acknowledged within 50 ms.
    private static readonly TimeSpan BetweenCommits = TimeSpan.FromMilliseconds(20);

    private readonly Channel<Entry> _queue = Channel.CreateBounded<Entry>(new BoundedChannelOptions(16_384) { SingleReader = true });

    private readonly ConcurrencyLimiter _memory =
        new(new ConcurrencyLimiterOptions { PermitLimit = MaxQueuedKilobytes, QueueLimit = int.MaxValue });

    /// <summary>The last commit failed and is being tried again.</summary>
    public bool IsFailing { get; private set; }

    /// <summary>Queues an update; <see cref="IUpdateLogWriter.OnSaved"/> follows once it is durable.</summary>
    public async ValueTask AppendAsync(LoggedUpdate update, IUpdateLogWriter writer, CancellationToken cancellationToken = default)
    {
        var memory = await _memory.AcquireAsync(1 + (update.Data.Length >> 10), cancellationToken);
        await _queue.Writer.WriteAsync(new Entry(update, writer, memory), cancellationToken);
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
        var updates = new List<LoggedUpdate>();
        var memory = new List<RateLimitLease>();
        var saved = new Dictionary<IUpdateLogWriter, long>();
        var lastCommit = Stopwatch.GetTimestamp() - Stopwatch.Frequency;
        while (await _queue.Reader.WaitToReadAsync(stoppingToken))
        {
            await GatherAsync(lastCommit);
            lastCommit = Stopwatch.GetTimestamp();
            var bytes = 0;
            while (updates.Count < MaxCommitUpdates && bytes < MaxCommitBytes && _queue.Reader.TryRead(out var item))
            {
                updates.Add(item.Update);
                memory.Add(item.Memory);
                saved[item.Writer] = item.Update.Sequence;
                bytes += item.Update.Data.Length;
            }

            await CommitAsync(updates, stoppingToken);
            foreach (var (writer, sequence) in saved)
            {
                writer.OnSaved(sequence);
            }

            memory.ForEach(lease => lease.Dispose());
            memory.Clear();
            updates.Clear();
            saved.Clear();
        }
    }

    // Not while the server stops: then nothing more comes.
    private async Task GatherAsync(long lastCommit)
    {
        var wait = BetweenCommits - Stopwatch.GetElapsedTime(lastCommit);
        if (wait > TimeSpan.Zero && !_queue.Reader.Completion.IsCompleted)
        {
            // By the machine's clock, as the commits are: it is the disk that is spared.
            await Task.Delay(wait, TimeProvider.System, CancellationToken.None);
        }
    }

    private async Task CommitAsync(List<LoggedUpdate> updates, CancellationToken stoppingToken)
    {
        for (var wait = TimeSpan.FromMilliseconds(50); ; wait = wait * 2 < LongestRetryWait ? wait * 2 : LongestRetryWait)
        {
            try
            {
                await store.AppendAsync(updates, stoppingToken);
                IsFailing = false;
                return;
            }
            catch (Exception exception) when (exception is not OperationCanceledException)
            {
                IsFailing = true;
                LogCommitFailed(exception, updates.Count, wait);
                await Task.Delay(wait, clock, stoppingToken);
            }
        }
    }

    private readonly record struct Entry(LoggedUpdate Update, IUpdateLogWriter Writer, RateLimitLease Memory);

    [LoggerMessage(LogLevel.Error, "Storing {Count} document updates failed; trying again in {Wait}")]
    private partial void LogCommitFailed(Exception exception, int count, TimeSpan wait);
}
