using CodeCrafter.Sandbox.Oci;

namespace CodeCrafter.Sandbox.Tests.Hostile;

/// <summary>An OCI runtime of this host.</summary>
/// <param name="runtime">Its name.</param>
/// <param name="firstUid">User ids of its own.</param>
/// <param name="parked">How many sandboxes wait for each kind of work.</param>
public abstract class OciBackend(string runtime, int firstUid, int parked) : Backend
{
    private OciSandbox? _sandbox;

    public override IReadOnlyList<string> HostDirectories => [Options.StateDirectory];

    // Three pipes, the control socket, init's pidfd; and the files of its cgroups, where it keeps them open.
    public override int DescriptorsOfWaiting => 10 * (_sandbox?.Waiting.Count ?? 0);

    private SandboxOptions Options { get; } = new()
    {
        StateDirectory = SandboxFixture.NewStateDirectory(),
        Runtime = runtime,
        FirstUid = firstUid,
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

public sealed class CrunBackend() : OciBackend("crun", 1_900_100_000, parked: 2);

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
