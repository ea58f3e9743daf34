using CodeCrafter.Sandbox.Oci;

namespace CodeCrafter.Sandbox.Tests.Hostile;

/// <summary>An OCI runtime of this host.</summary>
/// <param name="runtime">Its name.</param>
/// <param name="uids">Where its user ids are among those of this process.</param>
/// <param name="parked">How many sandboxes wait for each kind of work.</param>
public abstract class OciBackend(string runtime, int uids, int parked) : Backend
{
    private OciSandbox? _sandbox;

    public override IReadOnlyList<string> HostDirectories => [Options.StateDirectory];

    // Three pipes, the control socket, init's pidfd; and the files of its cgroups, where it keeps them open.
    public override int DescriptorsOfWaiting => 10 * (_sandbox?.Waiting.Count ?? 0);

    private SandboxOptions Options { get; } = new()
    {
        StateDirectory = SandboxFixture.NewStateDirectory(),
        Runtime = runtime,
        FirstUid = SandboxFixture.FirstUid + uids,
        Parked = parked,
        // What is kept on purpose is not to hide what is kept by mistake.
        CompileCacheBytes = 2 << 20,
    };

    public override Task<IReadOnlyList<string>> LeftoversAsync() => HostState.LeftoversAsync(_sandbox!, Options);

    protected override async Task<ISandbox> StartAsync()
    {
        _sandbox = await OciSandbox.CreateAsync(Options, Catalog, Log);
        Assert.StartsWith(runtime + " ", _sandbox.Description);
        return _sandbox;
    }

    protected override async ValueTask StopAsync()
    {
        await _sandbox!.DisposeAsync();
        Assert.Empty(HostState.Leftovers(Options));
        Directory.Delete(Options.StateDirectory, recursive: true);
    }
}

public sealed class CrunBackend() : OciBackend("crun", uids: 60_000, parked: 2);

[CollectionDefinition("hostile crun", DisableParallelization = true)]
public sealed class CrunCollection : ICollectionFixture<CrunBackend>;

[Collection("hostile crun")]
public sealed class CrunMemoryAndTime(CrunBackend backend) : MemoryAndTimeCases(backend);

[Collection("hostile crun")]
public sealed class CrunOutputAndDisk(CrunBackend backend) : OutputAndDiskCases(backend);

[Collection("hostile crun")]
public sealed class CrunProcesses(CrunBackend backend) : ProcessCases(backend);

[Collection("hostile crun")]
public sealed class CrunFiles(CrunBackend backend) : FileCases(backend);

[Collection("hostile crun")]
public sealed class CrunNetworkAndKernel(CrunBackend backend) : NetworkAndKernelCases(backend);

[Collection("hostile crun")]
public sealed class CrunSockets(CrunBackend backend) : SocketCases(backend);

[Collection("hostile crun")]
public sealed class CrunCompiling(CrunBackend backend) : CompilingCases(backend);

[Collection("hostile crun")]
public sealed class CrunOperating(CrunBackend backend) : OperatingCases(backend);

/// <summary>It makes cgroups of its own and needs no help on a hybrid tree. None of its sandboxes waits: each is started for its run.</summary>
public sealed class RuncBackend() : OciBackend("runc", uids: 70_000, parked: 0);

[CollectionDefinition("hostile runc", DisableParallelization = true)]
public sealed class RuncCollection : ICollectionFixture<RuncBackend>;

[Collection("hostile runc")]
public sealed class RuncMemoryAndTime(RuncBackend backend) : MemoryAndTimeCases(backend);

[Collection("hostile runc")]
public sealed class RuncOutputAndDisk(RuncBackend backend) : OutputAndDiskCases(backend);

[Collection("hostile runc")]
public sealed class RuncProcesses(RuncBackend backend) : ProcessCases(backend);

[Collection("hostile runc")]
public sealed class RuncFiles(RuncBackend backend) : FileCases(backend);

[Collection("hostile runc")]
public sealed class RuncNetworkAndKernel(RuncBackend backend) : NetworkAndKernelCases(backend);

[Collection("hostile runc")]
public sealed class RuncSockets(RuncBackend backend) : SocketCases(backend);

[Collection("hostile runc")]
public sealed class RuncCompiling(RuncBackend backend) : CompilingCases(backend);

[Collection("hostile runc")]
public sealed class RuncOperating(RuncBackend backend) : OperatingCases(backend);

/// <summary>gVisor: programs run on a kernel of their own.</summary>
public sealed class GVisorBackend() : OciBackend("runsc", uids: 80_000, parked: 0)
{
    public override bool SharesTheKernel => false;
}

[CollectionDefinition("hostile gVisor", DisableParallelization = true)]
public sealed class GVisorCollection : ICollectionFixture<GVisorBackend>;

[Collection("hostile gVisor")]
public sealed class GVisorMemoryAndTime(GVisorBackend backend) : MemoryAndTimeCases(backend);

[Collection("hostile gVisor")]
[DoesNotApply(nameof(Case21_Million_files_meet_the_inode_cap_and_are_cleaned_up), "Its tmpfs has no cap on files; the case here is another one.")]
public sealed class GVisorOutputAndDisk(GVisorBackend backend) : OutputAndDiskCases(backend)
{
    [Case]
    public async Task Case21_Million_files_are_a_memory_limit_and_are_cleaned_up() => AssertStatus(
        RunStatus.MemoryLimitExceeded,
        await RunAsync("python", "import os\nfor i in range(1000000): os.close(os.open(f'/tmp/small{i}', os.O_CREAT | os.O_WRONLY))", Limits.RunLimits.Default with { MemoryBytes = 64 << 20, CpuTime = TimeSpan.FromSeconds(60), WallTime = TimeSpan.FromSeconds(60) }));
}

[Collection("hostile gVisor")]
[DoesNotApply(nameof(Case24_Supervisor_survives_signals_to_everything), "Its kernel does not protect the first process; the case here is another one.")]
[DoesNotApply(nameof(Case26_Five_thousand_zombies_are_capped_and_orphans_are_reaped), "Its zombies are no processes and count as none; the case here is another one.")]
public sealed class GVisorProcesses(GVisorBackend backend) : ProcessCases(backend)
{
    [Case]
    public async Task Case24_Who_kills_the_first_process_ends_its_own_run_alone()
    {
        var neighbour = RunAsync("python", "import time; time.sleep(2); print('unaffected')");
        var result = await RunAsync("python", "import os\nprint('before', flush=True)\nos.kill(1, 9)\nwhile True: pass");

        Assert.Equal((RunStatus.RuntimeErrorOther, "SIGKILL", "before\n"), (result.Status, result.Run?.Signal, result.Run?.Stdout));
        Assert.Equal((RunStatus.Accepted, "unaffected\n"), ((await neighbour).Status, (await neighbour).Run?.Stdout));
    }

    [Case]
    public async Task Case26_Zombies_without_end_meet_another_limit()
    {
        var result = await RunAsync("python", "import os\nwhile True:\n  if os.fork() == 0: os._exit(0)", Limits.RunLimits.Default with { CpuTime = TimeSpan.FromSeconds(2) });

        Assert.True(result.Status is RunStatus.TimeLimitExceeded or RunStatus.MemoryLimitExceeded or RunStatus.RuntimeErrorNzec, $"{result.Status}");
    }
}

[Collection("hostile gVisor")]
public sealed class GVisorFiles(GVisorBackend backend) : FileCases(backend);

[Collection("hostile gVisor")]
public sealed class GVisorNetworkAndKernel(GVisorBackend backend) : NetworkAndKernelCases(backend);

[Collection("hostile gVisor")]
[DoesNotApply(nameof(Case57_Datagrams_that_nobody_reads_are_bounded), Own)]
[DoesNotApply(nameof(Case57_Streams_that_nobody_reads_are_bounded), Own)]
[DoesNotApply(nameof(Case57_Connections_that_nobody_accepts_are_few_and_small), Own)]
[DoesNotApply(nameof(Case57_Sockets_that_no_limit_counts_are_not_there), Own)]
public sealed class GVisorSockets(GVisorBackend backend) : SocketCases(backend)
{
    private const string Own = "its sockets are memory of its kernel, which is in the cgroup; the case here is another one";

    [Case]
    public async Task Case57_Datagrams_that_nobody_reads_are_a_memory_limit() => AssertStatus(
        RunStatus.MemoryLimitExceeded,
        await RunAsync("python", """
            import socket
            sockets = []
            while True:
                sockets.append(s := socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
                s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
                s.bind(('127.0.0.1', 0))
                for i in range(20): s.sendto(bytes(50000), s.getsockname())
            """, Limits.RunLimits.Default with { MemoryBytes = 64 << 20 }));
}

[Collection("hostile gVisor")]
public sealed class GVisorCompiling(GVisorBackend backend) : CompilingCases(backend);

[Collection("hostile gVisor")]
public sealed class GVisorOperating(GVisorBackend backend) : OperatingCases(backend);
