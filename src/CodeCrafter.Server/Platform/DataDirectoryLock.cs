namespace CodeCrafter.Server.Platform;

/// <summary>
/// Keeps a second server off the same data: each would hold documents in memory that the other changes. The lock ends
/// with the process, however it ends.
/// </summary>
internal sealed class DataDirectoryLock(ServerOptions server) : IHostedLifecycleService, IDisposable
{
    private FileStream? _file;

    // Registered first, so nothing has touched the data before.
    public Task StartingAsync(CancellationToken cancellationToken)
    {
        var path = Path.Combine(server.DataDirectory, "lock");
        try
        {
            _file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException exception)
        {
            throw new InvalidOperationException($"Another server uses {server.DataDirectory}. Stop it, or choose another DATA_DIR.", exception);
        }

        return Task.CompletedTask;
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose() => _file?.Dispose();
}
