using System.Collections.Concurrent;
using CodeCrafter.Sandbox.Interop;
using Microsoft.Win32.SafeHandles;

namespace CodeCrafter.Sandbox.Oci;

/// <summary>
/// Starts processes of the runtime, where wanted with a view of the host's mounts that lacks one of them. That view
/// belongs to a thread, made once: a wrapper of unshare, sh and umount around each start would cost four times as much
/// as the thread switch.
/// </summary>
internal sealed class Launcher : IDisposable
{
    private readonly BlockingCollection<Action> _orders = [];
    private readonly Thread? _thread;

    /// <param name="hiddenMount">The mount that processes do not see; null hides none.</param>
    /// <exception cref="IOException">It cannot be hidden.</exception>
    public Launcher(string? hiddenMount)
    {
        if (hiddenMount is null)
        {
            return;
        }
        var ready = new TaskCompletionSource();
        _thread = new Thread(() => Work(hiddenMount, ready), maxStackSize: 256 << 10) { IsBackground = true, Name = "sandbox launcher" };
        _thread.Start();
        ready.Task.GetAwaiter().GetResult();
    }

    /// <inheritdoc cref="ChildProcess.Start"/>
    public int Start(string path, IReadOnlyList<string> arguments, IReadOnlyList<string> environment, IReadOnlyList<SafeFileHandle> descriptors)
    {
        if (_thread is null)
        {
            return ChildProcess.Start(path, arguments, environment, descriptors);
        }
        var started = new TaskCompletionSource<int>();
        _orders.Add(() =>
        {
            try
            {
                started.SetResult(ChildProcess.Start(path, arguments, environment, descriptors));
            }
            catch (Exception e)
            {
                started.SetException(e);
            }
        });
        return started.Task.GetAwaiter().GetResult();
    }

    public void Dispose()
    {
        _orders.CompleteAdding();
        _thread?.Join();
        _orders.Dispose();
    }

    private void Work(string hiddenMount, TaskCompletionSource ready)
    {
        try
        {
            Native.HideMount(hiddenMount);
            ready.SetResult();
        }
        catch (Exception e)
        {
            ready.SetException(e);
            return;
        }
        foreach (var order in _orders.GetConsumingEnumerable())
        {
            order();
        }
    }
}
