using Microsoft.Win32.SafeHandles;

namespace CodeCrafter.Sandbox.Limits;

/// <summary>cgroup v2: one hierarchy (kernel: Documentation/admin-guide/cgroup-v2).</summary>
/// <param name="kind">For the log.</param>
/// <param name="mount">Where it is mounted.</param>
/// <param name="time">The clock.</param>
internal sealed class CgroupV2Tree(string kind, string mount, TimeProvider time) : CgroupTree
{
    public static readonly string[] Controllers = ["memory", "pids", "cpu"];

    private readonly TimeProvider _time = time;

    public override string Kind => kind;

    public override int Hierarchies => 1;

    public override void Prepare() => SwitchOn(mount);

    public override StepCgroup Create(string name, RunLimits limits)
    {
        var directory = Path.Combine(mount, name);
        var step = new Step(this, directory, limits);
        try
        {
            Directory.CreateDirectory(directory);
            SetLimits(directory, limits);
            return step;
        }
        catch
        {
            step.Delete();
            throw;
        }
    }

    private static void SwitchOn(string directory)
    {
        var on = ControlFile.Read(directory, "cgroup.subtree_control").Split(' ');
        foreach (var controller in Controllers.Except(on))
        {
            try
            {
                ControlFile.Write(directory, "cgroup.subtree_control", "+" + controller);
            }
            catch (IOException e)
            {
                throw new SandboxUnavailableException(
                    $"The cgroup controller {controller} cannot be switched on in {directory}: {e.Message} " +
                    "In a container, processes in the root of its cgroup tree prevent it: move them to a child cgroup " +
                    "first, or give the server a cgroup of its own.", e);
            }
        }
    }

    private static void SetLimits(string directory, RunLimits limits)
    {
        ControlFile.WriteLimit(directory, "memory.max", limits.MemoryBytes, Environment.SystemPageSize);
        // The whole step dies with the process that the kernel picks.
        ControlFile.WriteLimit(directory, "memory.oom.group", 1, 0);
        if (File.Exists(Path.Combine(directory, "memory.swap.max")))
        {
            ControlFile.WriteLimit(directory, "memory.swap.max", 0);
        }
        ControlFile.WriteLimit(directory, "pids.max", limits.Processes);
        var quota = $"{Quota(limits)} {QuotaPeriodMicroseconds}";
        ControlFile.Write(directory, "cpu.max", quota);
        if (ControlFile.Read(directory, "cpu.max") != quota)
        {
            throw new IOException($"cpu.max of {directory} did not take {quota}.");
        }
    }

    private sealed class Step(CgroupV2Tree tree, string directory, RunLimits limits) : StepCgroup(limits)
    {
        private long _peakSeen;

        protected override TimeSpan TotalCpuTime =>
            TimeSpan.FromMicroseconds(ControlFile.ReadKey(directory, "cpu.stat", "usage_usec") ?? 0);

        // memory.peak came with Linux 5.19. Before it, the most that was seen at the ticks of the clock.
        public override long PeakMemory => _peakSeen = Math.Max(
            _peakSeen, ControlFile.ReadNumber(directory, File.Exists(Path.Combine(directory, "memory.peak")) ? "memory.peak" : "memory.current"));

        public override long OomKills => ControlFile.ReadKey(directory, "memory.events", "oom_kill") ?? 0;

        public override long RefusedForks => ControlFile.ReadKey(directory, "pids.events", "max") ?? 0;

        public override IReadOnlyList<SafeFileHandle> OpenForEntering() =>
            [File.OpenHandle(Path.Combine(directory, "cgroup.procs"), FileMode.Open, FileAccess.Write, FileShare.ReadWrite)];

        protected override void Write(RunLimits limits) => SetLimits(directory, limits);

        // Linux 6.12 and later can reset memory.peak, but only for whoever keeps the file open; a peak that has the start of
        // the step in it is right all the same, since the step holds that memory still.
        protected override void ForgetPeak() => _peakSeen = 0;

        public override void Delete() => ControlFile.RemoveDirectory(directory, tree._time);
    }
}
