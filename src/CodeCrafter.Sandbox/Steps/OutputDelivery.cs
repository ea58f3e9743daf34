using System.Threading.Channels;
using Microsoft.Extensions.Logging;

namespace CodeCrafter.Sandbox.Steps;

/// <summary>
/// Passes output on to an observer while a run goes on. What waits for a slow one is bounded by the limits on output.
/// </summary>
internal sealed class OutputDelivery
{
    private readonly Channel<OutputPiece>? _pieces;
    private readonly Task _delivery = Task.CompletedTask;

    public OutputDelivery(IRunObserver? observer, ILogger logger)
    {
        if (observer is not null)
        {
            _pieces = Channel.CreateUnbounded<OutputPiece>(new UnboundedChannelOptions { SingleReader = true, SingleWriter = true });
            _delivery = DeliverAsync(_pieces.Reader, observer, logger);
        }
    }

    /// <summary>Where output goes; null where nobody observes.</summary>
    public ChannelWriter<OutputPiece>? Pieces => _pieces?.Writer;

    /// <summary>Waits until the observer has all of it.</summary>
    public Task CompleteAsync()
    {
        _pieces?.Writer.Complete();
        return _delivery;
    }

    private static async Task DeliverAsync(ChannelReader<OutputPiece> pieces, IRunObserver observer, ILogger logger)
    {
        try
        {
            await foreach (var piece in pieces.ReadAllAsync())
            {
                await observer.OnOutputAsync(piece.Phase, piece.Stream, piece.Text);
            }
        }
        catch (Exception e)
        {
            // The result is whole without it; the program is not to suffer.
            logger.LogError(e, "An observer of a run failed; it gets no more output");
        }
    }
}
