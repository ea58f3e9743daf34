namespace CodeCrafter.Sandbox.Docker;

/// <summary>A started container whose relay waits for orders. Used once, for one step.</summary>
internal sealed class DockerContainer : IAsyncDisposable
{
    private readonly DockerEngine _engine;
    private readonly string _name;
    private readonly TimeSpan _timeout;

    private DockerContainer(DockerEngine engine, string name, TimeSpan timeout, RelayConnection relay)
    {
        _engine = engine;
        _name = name;
        _timeout = timeout;
        Relay = relay;
    }

    /// <summary>Orders to the relay and its answers.</summary>
    public RelayConnection Relay { get; }

    /// <summary>
    /// Starts one and waits until its relay is ready. Not to be cancelled: an engine goes on with what was asked of it,
    /// and what it makes after we have looked away would stay.
    /// </summary>
    /// <exception cref="IOException">A fault of the engine; nothing is left of the container.</exception>
    public static async Task<DockerContainer> StartAsync(DockerEngine engine, ContainerSpec spec, TimeSpan timeout)
    {
        RelayConnection? relay = null;
        try
        {
            using var deadline = new CancellationTokenSource(timeout);
            relay = await engine.StartAsync(spec, deadline.Token);
            var (message, _) = await relay.ReceiveAsync(deadline.Token);
            return message == RelayMessage.Ready
                ? new DockerContainer(engine, spec.Name, timeout, relay)
                : throw new IOException($"A container's relay did not come up. {relay.Complaints}".TrimEnd());
        }
        catch (Exception e)
        {
            relay?.Dispose();
            await RemoveAsync(engine, spec.Name, timeout);
            if (e is OperationCanceledException)
            {
                throw new IOException($"The engine did not start a container within {timeout}.", e);
            }
            throw;
        }
    }

    /// <summary>Changes the limit on memory, in bytes.</summary>
    public async Task LimitMemoryAsync(long bytes)
    {
        using var deadline = new CancellationTokenSource(_timeout);
        await _engine.LimitMemoryAsync(_name, bytes, deadline.Token);
    }

    /// <summary>The relay is gone, and the reason is memory.</summary>
    public async Task<bool> RanOutOfMemoryAsync()
    {
        using var deadline = new CancellationTokenSource(_timeout);
        return await _engine.RanOutOfMemoryAsync(_name, deadline.Token);
    }

    /// <summary>Kills what is left in it and removes it.</summary>
    public async ValueTask DisposeAsync()
    {
        Relay.Dispose();
        await RemoveAsync(_engine, _name, _timeout);
    }

    private static async Task RemoveAsync(DockerEngine engine, string name, TimeSpan timeout)
    {
        using var deadline = new CancellationTokenSource(timeout);
        await engine.RemoveAsync(name, deadline.Token);
    }
}
