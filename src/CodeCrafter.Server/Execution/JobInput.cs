using System.IO.Pipelines;
using System.Text;

namespace CodeCrafter.Server.Execution;

/// <summary>The standard input of a job: complete from the start, or open for those who watch it run.</summary>
internal sealed class JobInput
{
    // The cap on input is ours, so the pipe never makes a writer wait for a program that does not read.
    private readonly Pipe _pipe = new(new PipeOptions(pauseWriterThreshold: 0));
    private readonly SemaphoreSlim _gate = new(1, 1);
    private readonly int _maxBytes;
    private bool _closed;
    private int _bytes;

    /// <param name="stdin">All of it, or the beginning.</param>
    /// <param name="staysOpen">There is more to come.</param>
    /// <param name="maxBytes">The most that there may be in all.</param>
    public JobInput(string stdin, bool staysOpen, int maxBytes)
    {
        _maxBytes = maxBytes;
        _bytes = (int)Encoding.UTF8.GetBytes(stdin, _pipe.Writer);
        if (!staysOpen)
        {
            CloseNow();
            return;
        }

        // Nobody waits for room, so it ends at once.
        _ = _pipe.Writer.FlushAsync();
    }

    /// <summary>What the program reads.</summary>
    public Stream Reader => field ??= _pipe.Reader.AsStream();

    /// <summary>Gives the program more to read; null is the end of its input.</summary>
    /// <exception cref="ExecutionRefusedException">The input is closed, or its cap reached.</exception>
    public async Task SendAsync(string? data)
    {
        await _gate.WaitAsync();
        try
        {
            if (_closed)
            {
                throw new ExecutionRefusedException("input_closed", "This run has all of its input.");
            }

            if (data is null)
            {
                CloseNow();
                return;
            }

            var bytes = Encoding.UTF8.GetByteCount(data);
            if (bytes > _maxBytes - _bytes)
            {
                throw new ExecutionRefusedException("input_too_large", $"A run takes at most {_maxBytes} bytes of input.");
            }

            _bytes += bytes;
            Encoding.UTF8.GetBytes(data, _pipe.Writer);
            await _pipe.Writer.FlushAsync();
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>Nothing more is taken.</summary>
    public async Task CloseAsync()
    {
        await _gate.WaitAsync();
        try
        {
            CloseNow();
        }
        finally
        {
            _gate.Release();
        }
    }

    private void CloseNow()
    {
        _closed = true;
        _pipe.Writer.Complete();
    }
}
