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

/// <summary>A started container with the cgroups of its two steps. It may wait; it is used once.</summary>
internal sealed class SandboxInstance : IDisposable
{
    private readonly List<StepCgroup> _cgroups = [];
    private bool _hasOwnKernel;

    private SandboxInstance(string id, int slot, SandboxTemplate template) => (Id, Slot, Template) = (id, slot, template);

    /// <summary>Unique on this host.</summary>
    public string Id { get; }

    /// <summary>The number of its user id, from 0.</summary>
    public int Slot { get; }

    public SandboxTemplate Template { get; }

    public Container Container { get; private set; } = null!;

    /// <summary>What was started in it ahead of time.</summary>
    public ParkedCommand? Parked { get; private set; }

    /// <summary>The cgroup of a step.</summary>
    public StepCgroup Cgroup(int step) => _cgroups[_hasOwnKernel ? 0 : step];

    /// <summary>Sets the limits of a step, on its cgroup and where they are elsewhere.</summary>
    public void Apply(StepCgroup cgroup, RunLimits limits)
    {
        cgroup.Apply(_hasOwnKernel ? OwnKernel.Within(limits) : limits);
        if (_hasOwnKernel)
        {
            // gVisor writes to a full pipe in part, which some programs take for all. One that holds as much as is kept is
            // never full before that no longer matters; larger limits than this host's pipes are served as well as it goes.
            Native.SetPipeSize(Container.Output, limits.OutputBytes);
            Native.SetPipeSize(Container.Errors, limits.OutputBytes);
        }
    }

    /// <summary>The command as init is to start it.</summary>
    public StepCommand Bounded(StepCommand command, RunLimits limits) => _hasOwnKernel ? OwnKernel.Bounded(command, limits) : command;

    public static SandboxInstance Start(SandboxHost host, SandboxTemplate template, int slot)
    {
        var instance = new SandboxInstance(host.NextId(), slot, template);
        try
        {
            instance.Start(host);
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
        Container.Control.SendPark(command.Command, command.Path);
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
            _cgroups.ForEach(cgroup => cgroup.Delete());
        }
    }

    private void Start(SandboxHost host)
    {
        _hasOwnKernel = host.Runtime.HasOwnKernel;
        if (_hasOwnKernel)
        {
            _cgroups.Add(host.Cgroups.Create(Id + ".all", OwnKernel.Within(RunLimits.DefaultForCompiling)));
        }
        else
        {
            _cgroups.Add(host.Cgroups.Create(Id + ".compile", RunLimits.DefaultForCompiling));
            _cgroups.Add(host.Cgroups.Create(Id + ".run", RunLimits.Default));
        }
        Container = Container.Start(host.LifeOf(this), _cgroups, host.Options.StartTimeout);
    }
}
