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
public sealed class RuncCompiling(RuncBackend backend) : CompilingCases(backend);

[Collection("hostile runc")]
public sealed class RuncOperating(RuncBackend backend) : OperatingCases(backend);
