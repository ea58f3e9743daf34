using CodeCrafter.Sandbox.Interop;
using Microsoft.Win32.SafeHandles;

namespace CodeCrafter.Sandbox.Oci;

/// <summary>
/// Copies the caller's stream into the program's standard input. A task reads the stream; the loop that owns the pipe
/// writes whenever the pipe has room. So neither a silent stream nor a program that reads nothing holds anything up.
/// </summary>
internal sealed class StandardInputFeed
{
    // VEOF; termios(3).
    private const byte EndOfTransmission = 4;

    private readonly Stream _source;
    private readonly Action _wake;
    private readonly bool _toTerminal;
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _lock = new();
    private ReadOnlyMemory<byte> _pending;
    private TaskCompletionSource? _written;
    private bool _ended;

    /// <summary>Starts to read.</summary>
    /// <param name="source">The caller's stream.</param>
    /// <param name="wake">Called when there is something to write, or the end was reached.</param>
    /// <param name="toTerminal">
    /// The program reads from a terminal, which has no end of file but a character: it is written behind the last byte, as
    /// soon as there is room.
    /// </param>
    public StandardInputFeed(Stream source, Action wake, bool toTerminal = false)
    {
        _source = source;
        _wake = wake;
        _toTerminal = toTerminal;
        // A stream that ignores cancellation may outlive the run: nothing waits for this task.
        Completion = Task.Run(ReadAsync);
    }

    /// <summary>Ends when the stream does; faults where reading it fails.</summary>
    public Task Completion { get; }

    /// <summary>There are bytes to write.</summary>
    public bool HasPending
    {
        get { lock (_lock) { return !_pending.IsEmpty; } }
    }

    /// <summary>All bytes of the stream are written, and its end where it goes to a terminal.</summary>
    public bool HasEnded
    {
        get { lock (_lock) { return _ended && _pending.IsEmpty; } }
    }

    /// <summary>Writes what fits into the pipe; false where nobody will ever read it.</summary>
    public bool WriteTo(SafeFileHandle pipe)
    {
        TaskCompletionSource? written = null;
        lock (_lock)
        {
            while (!_pending.IsEmpty)
            {
                var count = Native.Write(pipe, _pending.Span);
                if (count == -Native.Eagain)
                {
                    return true;
                }
                if (count < 0)
                {
                    return false;
                }
                _pending = _pending[count..];
            }
            (written, _written) = (_written, null);
        }
        written?.TrySetResult();
        return true;
    }

    /// <summary>Stops reading the stream.</summary>
    public void Stop()
    {
        _stop.Cancel();
        lock (_lock)
        {
            _written?.TrySetCanceled();
        }
    }

    private async Task ReadAsync()
    {
        var endsInLine = false;
        try
        {
            var buffer = new byte[16 << 10];
            int count;
            while ((count = await _source.ReadAsync(buffer, _stop.Token)) > 0)
            {
                endsInLine = buffer[count - 1] != '\n';
                var written = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                lock (_lock)
                {
                    _stop.Token.ThrowIfCancellationRequested();
                    (_pending, _written) = (buffer.AsMemory(0, count), written);
                }
                _wake();
                await written.Task;
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // The run is over.
        }
        finally
        {
            lock (_lock)
            {
                if (_toTerminal && !_stop.IsCancellationRequested)
                {
                    // Once for what is left of the last line, once for the end itself.
                    _pending = endsInLine ? new[] { EndOfTransmission, EndOfTransmission } : [EndOfTransmission];
                }
                _ended = true;
            }
            _wake();
        }
    }
}
