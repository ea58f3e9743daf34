using CodeCrafter.Sandbox.Interop;
using CodeCrafter.Sandbox.Limits;
using CodeCrafter.Sandbox.Oci;
using CodeCrafter.Sandbox.Steps;
using Microsoft.Win32.SafeHandles;

namespace CodeCrafter.Sandbox.Tests;

/// <summary>
/// A container on the kernel's real version 2 tree, also where its controllers belong to version 1: the runtime sees
/// nothing but cgroup2, and a step enters, is accounted for and is removed. Limits need the controllers, so they are
/// tested here only on a host whose version 2 has them, which all other tests then run on.
/// </summary>
public sealed class CgroupV2ContainerTests : IDisposable
{
    private readonly string _directory = SandboxFixture.NewStateDirectory();
    private readonly string _mount = File.ReadLines("/proc/self/mountinfo").Select(line => line.Split(' ')).FirstOrDefault(fields => fields.Contains("cgroup2"))?[4]
        ?? throw new InvalidOperationException("No cgroup2 is mounted: mount one to run this test.");

    [Fact]
    public async Task Step_enters_its_version_2_cgroup_and_is_accounted_for()
    {
        var name = "codecrafter-test-" + Guid.NewGuid().ToString("N");
        Directory.CreateDirectory(_directory);
        var runtime = await OciRuntime.DetectAsync(Runtime(), _directory, mountInfo: "", TestContext.Current.CancellationToken);
        var uid = SandboxFixture.FirstUid + 50_000;
        var root = SandboxRoot.Create(Path.Combine(_directory, "rootfs"), [uid]);
        var config = ContainerConfig.ForZygote(root, new ContainerSettings { Binds = [] });
        var cgroup = new BareStep(Path.Combine(_mount, name));
        try
        {
            using var wake = new WakeUp();
            using (var zygote = Zygote.Start(new RuntimeContainer(runtime, name, Path.Combine(_directory, "bundle"), config), SeccompFilter.Compile(SeccompProfile.Rules(), SeccompProfile.DefaultError), TimeSpan.FromSeconds(20)))
            using (var container = Container.Start(new ZygoteChild(() => zygote, _ => { }, uid, 1 << 20), uid, TimeSpan.FromSeconds(20)))
            {
                var command = new StepCommand { Index = 1, Arguments = ["/bin/sh", "-c", "cat /proc/self/cgroup; i=0; while [ $i -lt 20000 ]; do i=$((i+1)); done"], Environment = ["PATH=/usr/bin"] };
                var (status, result) = new StepRunner(
                    container, cgroup, new StepPlan(command, RunLimits.Default, null, null), null, new StepStreams(container, null, null, wake), TimeProvider.System, wake,
                    new OutputCollector(RunPhase.Run, OutputStream.Stdout, 10_000, null),
                    new OutputCollector(RunPhase.Run, OutputStream.Stderr, 10_000, null),
                    TestContext.Current.CancellationToken).Run();

                Assert.Equal((RunStatus.Accepted, ""), (status, result.Stderr));
                Assert.Contains($"/{name}\n", result.Stdout);
                Assert.True(result.CpuTime > TimeSpan.Zero);
            }
        }
        finally
        {
            cgroup.Delete();
        }
        Assert.False(Directory.Exists(Path.Combine(_mount, name)));
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    /// <summary>crun in a mount namespace of its own, where /sys/fs/cgroup is cgroup2 and nothing else.</summary>
    private string Runtime()
    {
        var path = Path.Combine(_directory, "crun");
        File.WriteAllText(path, """
            #!/bin/sh
            [ "$1" = --version ] && exec /usr/bin/crun --version
            exec /usr/bin/unshare --mount --propagation private /bin/sh -c \
                'umount -R -l /sys/fs/cgroup && mount -t cgroup2 none /sys/fs/cgroup && exec /usr/bin/crun "$@"' sh "$@"
            """);
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        return path;
    }

    /// <summary>What version 2 offers without controllers.</summary>
    private sealed class BareStep : StepCgroup
    {
        private readonly string _path;

        public BareStep(string path)
            : base(RunLimits.Default) => _path = Directory.CreateDirectory(path).FullName;

        protected override TimeSpan TotalCpuTime => TimeSpan.FromMicroseconds(ControlFile.ReadKey(_path, "cpu.stat", "usage_usec") ?? 0);

        public override long PeakMemory => 0;

        public override long OomKills => 0;

        public override long RefusedForks => 0;

        public override IReadOnlyList<SafeFileHandle> OpenForEntering() =>
            [File.OpenHandle(Path.Combine(_path, "cgroup.procs"), FileMode.Open, FileAccess.Write, FileShare.ReadWrite)];

        protected override void Write(RunLimits limits)
        {
        }

        protected override void ForgetPeak()
        {
        }

        public override void Delete() => ControlFile.RemoveDirectory(_path, TimeProvider.System);
    }
}
