using CodeCrafter.Sandbox.Interop;
using CodeCrafter.Sandbox.Steps;
using Microsoft.Win32.SafeHandles;

namespace CodeCrafter.Sandbox.Oci;

/// <summary>
/// A container whose only process forks itself into sandboxes (zygote.pl): they see its root and its toolchains, and have
/// namespaces, writable file systems, a user and a filter of their own. docs/decisions/0060.
/// </summary>
internal sealed class Zygote : IDisposable
{
    private readonly Container _container;

    private Zygote(Container container) => _container = container;

    /// <summary>It can start sandboxes.</summary>
    public bool IsAlive => _container.IsAlive;

    /// <param name="life">A container with <see cref="ContainerConfig.ForZygote"/>.</param>
    /// <param name="filter">What programs may call, as seccomp(2) takes it.</param>
    /// <param name="timeout">How long it may take.</param>
    /// <exception cref="IOException">The runtime could not start it.</exception>
    public static Zygote Start(RuntimeContainer life, ReadOnlySpan<byte> filter, TimeSpan timeout)
    {
        var container = Container.Start(life, uid: 0, timeout);
        try
        {
            var settings = new FrameBuilder('C').Add(SandboxPaths.Masked.Count).Add(2 * SocketLimits.Settings.Count);
            var network = SocketLimits.Settings.SelectMany(setting => (string[])["/proc/sys/" + setting.Key.Replace('.', '/'), setting.Value]);
            foreach (var text in SandboxPaths.Masked.Concat(network).Concat(SandboxPaths.ReadOnly))
            {
                settings.Add(text);
            }
            container.Control.Send(settings.Add(filter.Length).AddRaw(filter));
            return container.Control.Receive() is { Message: InitMessage.Ready }
                ? new Zygote(container)
                : throw new IOException("The process that sandboxes are forked from could not be set up.");
        }
        catch
        {
            container.Dispose();
            throw;
        }
    }

    /// <summary>Forks a sandbox. What goes wrong inside is on its standard error, and its control socket ends.</summary>
    /// <param name="uid">The user, and group, of the programs.</param>
    /// <param name="diskBytes">Bytes that each of the writable file systems may hold.</param>
    /// <param name="descriptors">Its descriptors 0 to 2 and its control socket.</param>
    /// <exception cref="IOException">The zygote is not there any more.</exception>
    public void Fork(int uid, long diskBytes, IReadOnlyList<SafeFileHandle> descriptors)
    {
        var frame = new FrameBuilder('S').Add(uid).Add(diskBytes);
        foreach (var mount in SandboxMounts.Of(uid, diskBytes))
        {
            frame.Add(mount.Target).Add(mount.Type).Add(mount.Flags.ToString()).Add(mount.Data);
        }
        lock (_container)
        {
            _container.Control.Send(frame, descriptors);
        }
    }

    public void Dispose() => _container.Dispose();
}

/// <summary>A sandbox that a zygote forks.</summary>
/// <param name="take">The zygote; asked for once.</param>
/// <param name="giveBack">Called with it when nothing is left of the sandbox.</param>
/// <param name="uid">The user, and group, of the programs.</param>
/// <param name="diskBytes">Bytes that each of the writable file systems may hold.</param>
internal sealed class ZygoteChild(Func<Zygote> take, Action<Zygote> giveBack, int uid, long diskBytes) : IContainerLife
{
    private Zygote? _zygote;

    public bool IsWithinLimits => false;

    public ControlChannel Begin(SafeFileHandle[] standard, SafeFileHandle errors, TimeSpan timeout)
    {
        _zygote = take();
        var (ours, theirs) = Native.SocketPair();
        using (theirs)
        {
            Native.AskForSender(ours);
            _zygote.Fork(uid, diskBytes, [.. standard, theirs]);
            Array.ForEach(standard, handle => handle.Dispose());
            return new ControlChannel(ours);
        }
    }

    // It ends by itself where our end of its control socket does.
    public void Abort()
    {
    }

    public void End(SafeFileHandle? init, int pid)
    {
        if (init is not null)
        {
            Native.AwaitEnd(init);
        }
        if (_zygote is not null)
        {
            giveBack(_zygote);
        }
    }
}
