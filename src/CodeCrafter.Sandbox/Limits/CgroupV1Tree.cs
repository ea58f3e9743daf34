using CodeCrafter.Sandbox.Steps;
using Microsoft.Win32.SafeHandles;

namespace CodeCrafter.Sandbox.Limits;

/// <summary>
/// cgroup v1: a hierarchy for each controller, or several controllers on one mount
/// (kernel: Documentation/admin-guide/cgroup-v1).
/// </summary>
/// <param name="kind">For the log.</param>
/// <param name="mounts">Where each of memory, pids, cpu and cpuacct is mounted; some may share a mount.</param>
/// <param name="time">The clock.</param>
internal sealed class CgroupV1Tree(string kind, IReadOnlyDictionary<string, string> mounts, TimeProvider time) : CgroupTree
{
    public static readonly string[] Controllers = ["memory", "pids", "cpu", "cpuacct"];

    private readonly string[] _roots = [.. Controllers.Select(c => mounts[c]).Distinct()];
    private readonly TimeProvider _time = time;

    public override string Kind => kind;

    public override int Hierarchies => _roots.Length;

    public override void Prepare()
    {
        // A controller that is mounted is on.
    }

    public override StepCgroup Create(string name, RunLimits limits)
    {
        var step = new Step(this, name, limits);
        try
        {
            foreach (var directory in step.Directories)
            {
                Directory.CreateDirectory(directory);
            }
            SetLimits(name, limits);
            return step;
        }
        catch
        {
            step.Delete();
            throw;
        }
    }

    private void SetLimits(string name, RunLimits limits)
    {
        var memory = In("memory", name);
        if (File.Exists(Path.Combine(memory, "memory.memsw.limit_in_bytes")))
        {
            // Memory and swap together: the same number leaves no swap. Neither may pass the other on the way.
            string[] files = ["memory.limit_in_bytes", "memory.memsw.limit_in_bytes"];
            var grows = limits.MemoryBytes > ControlFile.ReadNumber(memory, files[1]);
            foreach (var file in grows ? files.Reverse() : files)
            {
                ControlFile.WriteLimit(memory, file, limits.MemoryBytes, Environment.SystemPageSize);
            }
        }
        else
        {
            ControlFile.WriteLimit(memory, "memory.limit_in_bytes", limits.MemoryBytes, Environment.SystemPageSize);
            // Without swap accounting: 0 keeps anonymous memory of this cgroup out of swap.
            ControlFile.WriteLimit(memory, "memory.swappiness", 0);
        }
        // Of UDP too, whatever its name.
        ControlFile.WriteLimit(memory, "memory.kmem.tcp.limit_in_bytes", SocketLimits.Bytes(limits), Environment.SystemPageSize);
        ControlFile.WriteLimit(In("pids", name), "pids.max", limits.Processes);
        ControlFile.WriteLimit(In("cpu", name), "cpu.cfs_period_us", QuotaPeriodMicroseconds);
        ControlFile.WriteLimit(In("cpu", name), "cpu.cfs_quota_us", Quota(limits));
    }

    private string In(string controller, string name) => Path.Combine(mounts[controller], name);

    private sealed class Step(CgroupV1Tree tree, string name, RunLimits limits) : StepCgroup(limits)
    {
        public string[] Directories { get; } = [.. tree._roots.Select(root => Path.Combine(root, name))];

        protected override TimeSpan TotalCpuTime =>
            TimeSpan.FromTicks(ControlFile.ReadNumber(tree.In("cpuacct", name), "cpuacct.usage") / TimeSpan.NanosecondsPerTick);

        // What sockets held most comes on top: it counts for itself.
        public override long PeakMemory =>
            ControlFile.ReadNumber(tree.In("memory", name), "memory.max_usage_in_bytes") + ControlFile.ReadNumber(tree.In("memory", name), "memory.kmem.tcp.max_usage_in_bytes");

        public override long OomKills => ControlFile.ReadKey(tree.In("memory", name), "memory.oom_control", "oom_kill") ?? 0;

        public override long RefusedForks => ControlFile.ReadKey(tree.In("pids", name), "pids.events", "max") ?? 0;

        // A thread that moves itself through "tasks" takes no lock; through cgroup.procs it waits for a grace period of the
        // whole kernel, 10 ms and more where nothing was moved lately. Who enters has a single thread.
        public override IReadOnlyList<SafeFileHandle> OpenForEntering() =>
            [.. Directories.Select(d => File.OpenHandle(Path.Combine(d, "tasks"), FileMode.Open, FileAccess.Write, FileShare.ReadWrite))];

        protected override void Write(RunLimits limits) => tree.SetLimits(name, limits);

        // A process that has waited had no sockets.
        protected override void ForgetPeak() => ControlFile.Write(tree.In("memory", name), "memory.max_usage_in_bytes", 0);

        public override void Delete()
        {
            foreach (var directory in Directories)
            {
                ControlFile.RemoveDirectory(directory, tree._time);
            }
        }
    }
}
