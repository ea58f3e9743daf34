namespace CodeCrafter.Sandbox.Docker;

/// <summary>
/// Copies the caller's stream to the relay, one piece at a time: the next is read when the program has taken the last.
/// So neither a silent stream nor a program that reads nothing holds anything up, or anything in memory.
/// </summary>
internal sealed class InputFeed
{
    private readonly RelayConnection _relay;
    private readonly Stream _source;
    private readonly CancellationTokenSource _stop;
    private readonly SemaphoreSlim _taken = new(0);
    private int _outstanding;

    public InputFeed(RelayConnection relay, Stream source, CancellationToken cancellationToken)
    {
        _relay = relay;
        _source = source;
        _stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        // A stream that ignores cancellation may outlive the step: nothing waits for this task.
        _ = Task.Run(CopyAsync, CancellationToken.None);
    }

    /// <summary>The program took so many bytes, or nobody ever will.</summary>
    public void Taken(int count)
    {
        if (Interlocked.Add(ref _outstanding, -count) == 0)
        {
            _taken.Release();
        }
    }

    /// <summary>Stops reading the stream.</summary>
    public void Stop() => _stop.Cancel();

    private async Task CopyAsync()
    {
        try
        {
            await CopyAllAsync();
        }
        catch (Exception e) when (e is not OperationCanceledException && !_stop.IsCancellationRequested)
        {
            // The caller's stream failed: that is its end. A stream to the container that broke is reported by its reader.
        }
        catch (Exception) when (_stop.IsCancellationRequested)
        {
            return; // The step is over.
        }
        await EndAsync();
    }

    private async Task CopyAllAsync()
    {
        var buffer = new byte[64 << 10];
        int count;
        while ((count = await _source.ReadAsync(buffer, _stop.Token)) > 0)
        {
            Volatile.Write(ref _outstanding, count);
            await _relay.SendInputAsync(buffer.AsMemory(0, count), _stop.Token);
            await _taken.WaitAsync(_stop.Token);
        }
    }

    private async Task EndAsync()
    {
        try
        {
            await _relay.SendInputAsync(default, _stop.Token);
        }
        catch (Exception e) when (_stop.IsCancellationRequested || e is IOException or ObjectDisposedException)
        {
            // As above.
        }
    }
}
