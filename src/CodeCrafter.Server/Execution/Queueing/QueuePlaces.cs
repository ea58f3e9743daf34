using System.Threading.Channels;

namespace CodeCrafter.Server.Execution.Queueing;

/// <summary>Tells sessions which place their waiting jobs have, whenever it has changed.</summary>
internal sealed class QueuePlaces(FairQueue<ExecutionJob> queue, TimeProvider clock) : BackgroundService
{
    // Each change of the queue moves everything in it. So that a long queue does not cost a message a job each time, a
    // round tells of all changes since the last one, and the more there was to tell, the longer is the wait for the next.
    private static readonly TimeSpan _wait = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan _waitPerMessage = TimeSpan.FromMilliseconds(1);

    private readonly Channel<bool> _changes = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    /// <summary>A job came or went.</summary>
    public void OnChanged() => _changes.Writer.TryWrite(true);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await foreach (var _ in _changes.Reader.ReadAllAsync(stoppingToken))
        {
            var told = queue.Places().Count(waiting => waiting.Item.TellPlace(waiting.Place));
            await Task.Delay(_wait + (told * _waitPerMessage), clock, stoppingToken);
        }
    }
}
