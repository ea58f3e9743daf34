using CodeCrafter.Sandbox.Interop;
using Microsoft.Win32.SafeHandles;

namespace CodeCrafter.Sandbox.Oci;

/// <summary>Ends the wait of the loop that owns a container, from any thread: an eventfd.</summary>
internal sealed class WakeUp : IDisposable
{
    private readonly Lock _lock = new();
    private bool _disposed;

    /// <summary>Readable after <see cref="Set"/>.</summary>
    public SafeFileHandle Handle { get; } = Native.EventFd();

    /// <summary>Wakes the loop; after its end, does nothing.</summary>
    public void Set()
    {
        lock (_lock)
        {
            if (!_disposed)
            {
                _ = Native.Write(Handle, BitConverter.GetBytes(1L));
            }
        }
    }

    /// <summary>Makes it wait again.</summary>
    public void Reset()
    {
        Span<byte> counter = stackalloc byte[8];
        _ = Native.Read(Handle, counter);
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _disposed = true;
            Handle.Dispose();
        }
    }
}
