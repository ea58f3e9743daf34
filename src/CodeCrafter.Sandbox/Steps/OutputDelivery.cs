using System.Text;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;

namespace CodeCrafter.Sandbox.Steps;

/// <summary>
/// Passes output on to an observer while a run goes on. What waits for a slow one is bounded by the limits on output, and
/// merged: a program that prints a byte at a time must not cost an object for each.
/// </summary>
internal sealed class OutputDelivery
{
    private readonly WaitingPieces? _pieces;
    private readonly Task _delivery = Task.CompletedTask;

    public OutputDelivery(IRunObserver? observer, ILogger logger)
    {
        if (observer is not null)
        {
            _pieces = new WaitingPieces();
            _delivery = DeliverAsync(_pieces, observer, logger);
        }
    }

    /// <summary>Where output goes; null where nobody observes.</summary>
    public ChannelWriter<OutputPiece>? Pieces => _pieces;

    /// <summary>Waits until the observer has all of it.</summary>
    public Task CompleteAsync()
    {
        _pieces?.Complete();
        return _delivery;
    }

    private static async Task DeliverAsync(WaitingPieces pieces, IRunObserver observer, ILogger logger)
    {
        try
        {
            while (await pieces.TakeAsync() is { } piece)
            {
                await observer.OnOutputAsync(piece.Phase, piece.Stream, piece.Text);
            }
        }
        catch (Exception e)
        {
            // The result is whole without it; the program is not to suffer.
            pieces.Abandon();
            logger.LogError(e, "An observer of a run failed; it gets no more output");
        }
    }

    private sealed class WaitingPieces : ChannelWriter<OutputPiece>
    {
        private const int MaxMergedChars = 64 << 10;

        private readonly Channel<bool> _arrivals = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
        private readonly Lock _lock = new();
        private readonly Queue<(RunPhase Phase, OutputStream Stream, StringBuilder Text)> _waiting = [];
        private (RunPhase Phase, OutputStream Stream, StringBuilder? Text) _last;
        private bool _abandoned;

        public override bool TryWrite(OutputPiece item)
        {
            lock (_lock)
            {
                if (_abandoned)
                {
                    return true;
                }
                if (_last is { Text: { } text } && (_last.Phase, _last.Stream) == (item.Phase, item.Stream) && text.Length + item.Text.Length <= MaxMergedChars)
                {
                    text.Append(item.Text);
                    return true;
                }
                var piece = (item.Phase, item.Stream, new StringBuilder(item.Text));
                _waiting.Enqueue(piece);
                _last = piece;
            }
            return _arrivals.Writer.TryWrite(true);
        }

        public override ValueTask<bool> WaitToWriteAsync(CancellationToken cancellationToken = default) => ValueTask.FromResult(true);

        public override bool TryComplete(Exception? error = null) => _arrivals.Writer.TryComplete(error);

        /// <summary>Nobody takes pieces any more.</summary>
        public void Abandon()
        {
            lock (_lock)
            {
                _abandoned = true;
                _waiting.Clear();
                _last = default;
            }
        }

        /// <summary>The next piece, as soon as there is one; null where all are taken and no more come.</summary>
        public async ValueTask<OutputPiece?> TakeAsync()
        {
            while (true)
            {
                lock (_lock)
                {
                    if (_waiting.TryDequeue(out var piece))
                    {
                        _last = _waiting.Count == 0 ? default : _last;
                        return new OutputPiece(piece.Phase, piece.Stream, piece.Text.ToString());
                    }
                }
                if (!await _arrivals.Reader.WaitToReadAsync())
                {
                    return null;
                }
                _arrivals.Reader.TryRead(out _);
            }
        }
    }
}
