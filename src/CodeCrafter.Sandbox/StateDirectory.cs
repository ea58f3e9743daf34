using System.Security.Cryptography;

namespace CodeCrafter.Sandbox;

/// <summary>
/// The directory in which an installation of the sandbox has its name: what a killed server left behind is found by it.
/// Locked while this exists, so that nobody takes a living server's sandboxes for leftovers.
/// </summary>
internal sealed class StateDirectory : IAsyncDisposable
{
    private readonly FileStream _lock;

    private StateDirectory(FileStream @lock, string installation)
    {
        _lock = @lock;
        Installation = installation;
    }

    /// <summary>The name: random, made once, so that it is ours and nobody else's.</summary>
    public string Installation { get; }

    /// <exception cref="SandboxUnavailableException">Another process has it.</exception>
    public static StateDirectory Open(string path)
    {
        Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        FileStream @lock;
        try
        {
            @lock = new FileStream(Path.Combine(path, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException e)
        {
            throw new SandboxUnavailableException($"Another process uses {path}: {e.Message}", e);
        }
        var file = Path.Combine(path, "installation");
        if (!File.Exists(file))
        {
            File.WriteAllText(file, $"codecrafter-{RandomNumberGenerator.GetHexString(12, lowercase: true)}");
        }
        return new StateDirectory(@lock, File.ReadAllText(file));
    }

    public ValueTask DisposeAsync() => _lock.DisposeAsync();
}
