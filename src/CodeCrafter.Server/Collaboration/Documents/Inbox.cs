using System.Threading.Channels;

namespace CodeCrafter.Server.Collaboration.Documents;

/// <summary>
/// The inbox of an actor: what is posted is handled one after the other, in order, and never two at once. There is no
/// loop that would have to be woken: whoever posts while nothing is being handled handles it, on their own thread. On a
/// server with many quiet documents a change of threads costs more than what it is for.
/// </summary>
/// <param name="capacity">Commands that may wait; beyond it, those who post do.</param>
/// <param name="handle">Must not throw.</param>
internal sealed class Inbox<T>(int capacity, Func<T, ValueTask> handle)
{
    // So many in a row, then the thread goes back to what it was doing when it posted.
    private const int MaxInARow = 64;

    private readonly Channel<T> _channel = Channel.CreateBounded<T>(capacity);
    private int _unhandled;

    /// <summary>Waits while there is no room. What was posted may not be handled yet when it returns.</summary>
    /// <exception cref="ChannelClosedException">It is closed.</exception>
    public ValueTask PostAsync(T command, CancellationToken cancellationToken) =>
        TryPost(command) ? ValueTask.CompletedTask : PostWhenPossibleAsync(command, cancellationToken);

    /// <summary>False where there is no room, or it is closed.</summary>
    public bool TryPost(T command)
    {
        if (!_channel.Writer.TryWrite(command))
        {
            return false;
        }

        Posted();
        return true;
    }

    /// <summary>Takes nothing more. What is in it is still handled.</summary>
    public void Close() => _channel.Writer.TryComplete();

    private async ValueTask PostWhenPossibleAsync(T command, CancellationToken cancellationToken)
    {
        await _channel.Writer.WriteAsync(command, cancellationToken);
        Posted();
    }

    private void Posted()
    {
        if (Interlocked.Increment(ref _unhandled) == 1)
        {
            _ = HandleAllAsync();
        }
    }

    // Counted after they are in the channel, so as many as are counted can be read. Who counts one down to zero leaves it to
    // the next who posts.
    private async Task HandleAllAsync()
    {
        var inARow = 0;
        do
        {
            if (_channel.Reader.TryRead(out var command))
            {
                await handle(command);
            }

            if (++inARow % MaxInARow == 0)
            {
                await Task.Yield();
            }
        }
        while (Interlocked.Decrement(ref _unhandled) > 0);
    }
}
