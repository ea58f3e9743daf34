using CodeCrafter.Sandbox.Interop;
using CodeCrafter.Sandbox.Limits;
using CodeCrafter.Sandbox.Steps;

namespace CodeCrafter.Sandbox.Oci;

/// <summary>What sandboxes have in common that can wait for the same work.</summary>
/// <param name="DiskBytes">Bytes that each of the writable file systems may hold.</param>
/// <param name="Caches">The compiler caches that are visible: from, to.</param>
internal sealed record SandboxTemplate(long DiskBytes, IReadOnlyList<(string From, string To)> Caches)
{
    /// <summary>A cache is visible at this path.</summary>
    public bool HasCache(string path) => Caches.Any(cache => cache.To == path);
}

/// <summary>A started container; the cgroups of its steps come when they are asked for. It may wait; it is used once.</summary>
internal sealed class SandboxInstance : IDisposable
{
    private readonly SandboxHost _host;
    private readonly StepCgroup?[] _cgroups = new StepCgroup?[2];

    private SandboxInstance(SandboxHost host, int slot, SandboxTemplate template) => (_host, Id, Slot, Template) = (host, host.NextId(), slot, template);

    /// <summary>Unique on this host.</summary>
    public string Id { get; }

    /// <summary>The number of its user id, from 0.</summary>
    public int Slot { get; }

    public SandboxTemplate Template { get; }

    public Container Container { get; private set; } = null!;

    /// <summary>What was started in it ahead of time.</summary>
    public ParkedCommand? Parked { get; private set; }

    /// <summary>The cgroup of a step, made when it is first asked for; the only one, where the sandbox has its own kernel.</summary>
    /// <param name="step">0 for the compilation, 1 for the run.</param>
    /// <param name="limits">The limits; the cgroup has them afterwards.</param>
    /// <exception cref="IOException">The limits did not take.</exception>
    public StepCgroup Cgroup(int step, RunLimits limits)
    {
        ref var cgroup = ref _cgroups[HasOwnKernel ? 0 : step];
        cgroup ??= _host.Cgroups.Create(Id + (HasOwnKernel ? ".all" : step == 0 ? ".compile" : ".run"), limits);
        cgroup.Apply(limits);
        return cgroup;
    }

    /// <summary>The cgroup of a step with the limits of a request, which are set also where they are elsewhere.</summary>
    public StepCgroup Bounded(int step, RunLimits limits)
    {
        if (HasOwnKernel)
        {
            // gVisor writes to a full pipe in part, which some programs take for all. One that holds as much as is kept is
            // never full before that no longer matters; larger limits than this host's pipes are served as well as it goes.
            Native.SetPipeSize(Container.Output, limits.OutputBytes);
            Native.SetPipeSize(Container.Errors, limits.OutputBytes);
        }
        return Cgroup(step, HasOwnKernel ? OwnKernel.Within(limits) : limits);
    }

    /// <summary>The command as init is to start it.</summary>
    public StepCommand Bounded(StepCommand command, RunLimits limits) => HasOwnKernel ? OwnKernel.Bounded(command, limits) : command;

    public static SandboxInstance Start(SandboxHost host, SandboxTemplate template, int slot)
    {
        var instance = new SandboxInstance(host, slot, template);
        try
        {
            instance.Container = Container.Start(host.LifeOf(instance), host.UidOf(instance), host.Options.StartTimeout);
            return instance;
        }
        catch
        {
            instance.Dispose();
            throw;
        }
    }

    /// <summary>Starts a command that waits for its file.</summary>
    public void Park(ParkedCommand command)
    {
        Parked = command;
        var limits = command.Command.Index == 0 ? RunLimits.DefaultForCompiling : RunLimits.Default;
        Container.Control.SendPark(command.Command, command.Path, Cgroup(command.Command.Index, limits));
    }

    /// <summary>Nothing has killed it while it waited.</summary>
    public bool IsAlive => Container.IsAlive;

    public void Dispose()
    {
        // The container first: a cgroup can go only after the last process in it.
        try
        {
            Container?.Dispose();
        }
        finally
        {
            Array.ForEach(_cgroups, cgroup => cgroup?.Delete());
        }
    }

    private bool HasOwnKernel => _host.Runtime.HasOwnKernel;
}
