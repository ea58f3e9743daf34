using CodeCrafter.Sandbox.Limits;

namespace CodeCrafter.Sandbox.Tests;

public sealed class CgroupTests : IDisposable
{
    private static readonly RunLimits Limits = new() { MemoryBytes = 64 << 20, Processes = 20, Cpus = 0.5 };

    private readonly string _directory = SandboxFixture.NewStateDirectory();

    [Theory]
    [InlineData("""
        30 23 0:26 / /sys/fs/cgroup ro - tmpfs tmpfs ro
        31 30 0:27 / /sys/fs/cgroup/cpu,cpuacct rw,nosuid shared:9 - cgroup cgroup rw,cpu,cpuacct
        32 30 0:28 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory
        33 30 0:29 / /sys/fs/cgroup/pids rw - cgroup cgroup rw,pids
        """, "cgroup v1", 3)]
    [InlineData("""
        31 30 0:27 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu
        32 30 0:28 / /sys/fs/cgroup/cpuacct rw - cgroup cgroup rw,cpuacct
        33 30 0:29 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory
        34 30 0:30 / /sys/fs/cgroup/pids rw - cgroup cgroup rw,pids
        35 30 0:31 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw
        """, "cgroup v1 (hybrid)", 4)]
    public void Version_1_is_detected(string mountInfo, string kind, int hierarchies)
    {
        var tree = CgroupDetector.Detect(mountInfo, TimeProvider.System);

        Assert.IsType<CgroupV1Tree>(tree);
        Assert.Equal((kind, hierarchies), (tree.Kind, tree.Hierarchies));
        Assert.Equal(kind.Contains("hybrid") ? "/sys/fs/cgroup/unified" : null, CgroupDetector.UnifiedBesideV1(mountInfo));
    }

    [Theory]
    [InlineData("", "cgroup v2")]
    [InlineData("31 30 0:27 / /sys/fs/cgroup/systemd rw - cgroup cgroup rw,name=systemd\n", "cgroup v2 (hybrid)")]
    public void Version_2_is_detected(string others, string kind)
    {
        var mount = RecordedV2Root();

        var tree = CgroupDetector.Detect($"{others}30 23 0:26 / {mount} rw,nosuid - cgroup2 cgroup2 rw,nsdelegate\n", TimeProvider.System);

        Assert.IsType<CgroupV2Tree>(tree);
        Assert.Equal((kind, 1), (tree.Kind, tree.Hierarchies));
    }

    [Fact]
    public void Missing_controllers_are_named()
    {
        var mount = RecordedV2Root();
        File.WriteAllText(Path.Combine(mount, "cgroup.controllers"), "cpu io\n");

        var failure = Assert.Throws<SandboxUnavailableException>(() => CgroupDetector.Detect($"30 23 0:26 / {mount} rw - cgroup2 cgroup2 rw\n", TimeProvider.System));

        Assert.Contains("memory, pids are missing", failure.Message);
    }

    /// <summary>
    /// The file operations against ordinary files laid out like the kernel's: what is written where, and how usage is
    /// read. It does not show that a version 2 kernel enforces them; the self-check does at each start on such a host.
    /// </summary>
    [Fact]
    public void Version_2_limits_are_written_and_usage_is_read_in_a_recorded_layout()
    {
        var mount = RecordedV2Root();
        var step = Path.Combine(mount, "step");
        Directory.CreateDirectory(step);
        Record(step, "memory.max", "", "memory.swap.max", "", "memory.oom.group", "", "pids.max", "", "cpu.max", "", "cgroup.procs", "",
            "cpu.stat", "usage_usec 1234567\nuser_usec 1000000\nsystem_usec 234567", "memory.peak", "9999360", "memory.current", "4096",
            "memory.events", "low 0\nhigh 0\nmax 17\noom 2\noom_kill 1\noom_group_kill 1", "pids.events", "max 3");
        var tree = new CgroupV2Tree("cgroup v2", mount, TimeProvider.System);

        tree.Prepare();
        var cgroup = tree.Create("step", Limits);

        Assert.Equal("67108864|0|1|20|50000 100000", string.Join('|', ((string[])["memory.max", "memory.swap.max", "memory.oom.group", "pids.max", "cpu.max"]).Select(f => ControlFile.Read(step, f))));
        Assert.Equal((TimeSpan.FromMicroseconds(1234567), 9999360L, 1L, 3L), (cgroup.CpuTime, cgroup.PeakMemory, cgroup.OomKills, cgroup.RefusedForks));
        var entrances = cgroup.OpenForEntering();
        Assert.Single(entrances);
        entrances[0].Dispose();
    }

    /// <summary>A sandbox that waited gets the limits of its program, and pays for what that uses only. Recorded, as above.</summary>
    [Fact]
    public void Version_2_limits_can_be_changed_and_measuring_begins_anew_in_a_recorded_layout()
    {
        var mount = RecordedV2Root();
        var step = Path.Combine(mount, "step");
        Directory.CreateDirectory(step);
        Record(step, "memory.max", "", "memory.oom.group", "", "pids.max", "", "cpu.max", "", "cpu.stat", "usage_usec 1000", "memory.current", "9000");
        var cgroup = new CgroupV2Tree("cgroup v2", mount, TimeProvider.System).Create("step", Limits);
        Assert.Equal(9000, cgroup.PeakMemory);

        cgroup.Apply(Limits with { MemoryBytes = 32 << 20, Processes = 30, Cpus = 0.7 });
        cgroup.StartMeasuring();
        Record(step, "cpu.stat", "usage_usec 1500", "memory.current", "4000");

        Assert.Equal("33554432|30|70000 100000", string.Join('|', ((string[])["memory.max", "pids.max", "cpu.max"]).Select(f => ControlFile.Read(step, f))));
        Assert.Equal((TimeSpan.FromMicroseconds(500), 4000L), (cgroup.CpuTime, cgroup.PeakMemory));
    }

    [Fact]
    public void Version_2_without_memory_peak_keeps_the_most_it_saw()
    {
        var mount = RecordedV2Root();
        var step = Path.Combine(mount, "step");
        Directory.CreateDirectory(step);
        Record(step, "memory.max", "", "memory.oom.group", "", "pids.max", "", "cpu.max", "", "memory.current", "5000");
        var cgroup = new CgroupV2Tree("cgroup v2", mount, TimeProvider.System).Create("step", Limits);

        Assert.Equal(5000, cgroup.PeakMemory);
        Record(step, "memory.current", "3000");
        Assert.Equal(5000, cgroup.PeakMemory);
    }

    /// <summary>A limit that the kernel does not take (here: a file that is no such file) is an error, not a shrug.</summary>
    [Fact]
    public void Limit_that_does_not_take_is_an_error()
    {
        var step = Directory.CreateDirectory(_directory).FullName;
        Record(step, "pids.max", "9999999999");

        Assert.Throws<IOException>(() => ControlFile.WriteLimit(step, "pids.max", 7));
    }

    /// <summary>On a kernel with cgroup2 mounted anywhere, its own files: moving in, CPU time, killing, removing.</summary>
    [Fact]
    public void Version_2_kernel_files_work_as_far_as_this_host_has_them()
    {
        var mount = File.ReadLines("/proc/self/mountinfo").Select(line => line.Split(' ')).FirstOrDefault(fields => fields.Contains("cgroup2"))?[4];
        Assert.True(mount is not null, "No cgroup2 is mounted: mount one to run this test.");
        var directory = Directory.CreateDirectory(Path.Combine(mount, "codecrafter-test-" + Guid.NewGuid().ToString("N"))).FullName;
        try
        {
            using var process = System.Diagnostics.Process.Start("/bin/sh", ["-c", "while :; do :; done"]);
            ControlFile.Write(directory, "cgroup.procs", process.Id.ToString());
            Assert.Equal(process.Id.ToString(), ControlFile.Read(directory, "cgroup.procs"));
            Assert.True(SpinWait.SpinUntil(() => ControlFile.ReadKey(directory, "cpu.stat", "usage_usec") > 1000, TimeSpan.FromSeconds(20)));

            ControlFile.KillAll(directory, TimeProvider.System);
            process.WaitForExit();

            Assert.Equal("", ControlFile.Read(directory, "cgroup.procs"));
        }
        finally
        {
            ControlFile.RemoveDirectory(directory, TimeProvider.System);
        }
        Assert.False(Directory.Exists(directory));
    }

    public void Dispose()
    {
        if (Directory.Exists(_directory))
        {
            Directory.Delete(_directory, recursive: true);
        }
    }

    private string RecordedV2Root()
    {
        Directory.CreateDirectory(_directory);
        Record(_directory, "cgroup.controllers", "cpuset cpu io memory hugetlb pids rdma", "cgroup.subtree_control", "cpu memory pids");
        return _directory;
    }

    private static void Record(string directory, params string[] files)
    {
        foreach (var file in files.Chunk(2))
        {
            File.WriteAllText(Path.Combine(directory, file[0]), file[1]);
        }
    }
}
