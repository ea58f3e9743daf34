using CodeCrafter.Sandbox.Interop;
using CodeCrafter.Sandbox.Limits;
using Microsoft.Win32.SafeHandles;

namespace CodeCrafter.Sandbox.Oci;

/// <summary>A container that an OCI runtime makes.</summary>
/// <param name="runtime">The runtime.</param>
/// <param name="id">Unique on this host.</param>
/// <param name="bundle">A directory of this container's own; removed at the end.</param>
/// <param name="config">config.json.</param>
/// <param name="cgroup">The cgroup that the whole of a sandbox with a kernel of its own enters.</param>
internal sealed class RuntimeContainer(OciRuntime runtime, string id, string bundle, byte[] config, StepCgroup? cgroup = null) : IContainerLife
{
    private int _runtimePid;

    public bool IsWithinLimits => runtime.HasOwnKernel;

    /// <summary>Where the control socket of a sandbox is that cannot be given it as a descriptor.</summary>
    public static string ControlPath(string bundle) => Path.Combine(bundle, "control");

    public ControlChannel Begin(SafeFileHandle[] standard, SafeFileHandle errors, TimeSpan timeout)
    {
        Directory.CreateDirectory(bundle);
        File.WriteAllBytes(Path.Combine(bundle, "config.json"), config);
        if (runtime.HasOwnKernel)
        {
            using var listener = new ControlListener(ControlPath(bundle));
            SafeFileHandle[] all = [.. standard, .. cgroup!.OpenForEntering()];
            _runtimePid = runtime.Run(id, bundle, all);
            Array.ForEach(all, handle => handle.Dispose());
            return listener.Accept(errors, timeout) is { } connection
                ? new ControlChannel(connection)
                : throw new IOException("The runtime did not start a sandbox.");
        }
        var (ours, theirs) = Native.SocketPair();
        using (theirs)
        {
            Native.AskForSender(ours);
            var control = new ControlChannel(ours);
            _runtimePid = runtime.Run(id, bundle, [.. standard, theirs]);
            Array.ForEach(standard, handle => handle.Dispose());
            return control;
        }
    }

    public void Abort() => Native.KillPid(_runtimePid);

    public void End(SafeFileHandle? init, int pid)
    {
        if (_runtimePid > 0)
        {
            Native.WaitPid(_runtimePid);
            runtime.FinishDelete(id);
        }
        if (!runtime.StaysWithContainer && init is not null)
        {
            // What a runtime that stays does by itself: wait for init, and remove the container.
            Native.AwaitEnd(init);
            Native.ReapIfOurs(pid);
            runtime.Delete(id);
        }
        if (Directory.Exists(bundle))
        {
            Directory.Delete(bundle, recursive: true);
        }
    }
}
