using CodeCrafter.Sandbox.Docker;
using CodeCrafter.Sandbox.Tests.Hostile;

namespace CodeCrafter.Sandbox.Tests.Docker;

/// <summary>The hostile programs on a Docker Engine.</summary>
public sealed class DockerBackend : Backend
{
    private const int UidOffset = 40_000;

    private TestEngine _engine = null!;
    private DockerSandboxOptions _options = null!;
    private DockerSandbox? _sandbox;

    public override IReadOnlyList<string> HostDirectories => [_options.StateDirectory, .. _engine.Directories];

    public override bool Has(string language) => TestEngine.Languages.Contains(language);

    public override async Task<IReadOnlyList<string>> LeftoversAsync()
    {
        await _sandbox!.SettleAsync();
        return await _engine.LeftoversAsync(_options);
    }

    protected override async Task<ISandbox> StartAsync()
    {
        _engine = await TestEngine.GetAsync();
        _options = _engine.Options(SandboxFixture.FirstUid + UidOffset) with { MaxSandboxes = 24, CompileCacheBytes = 2 << 20 };
        _sandbox = await DockerSandbox.CreateAsync(_options, Catalog, Log);
        return _sandbox;
    }

    protected override async ValueTask StopAsync()
    {
        await _sandbox!.DisposeAsync();
        Assert.Empty(await _engine.LeftoversAsync(_options));
        Directory.Delete(_options.StateDirectory, recursive: true);
    }
}

[CollectionDefinition("hostile docker", DisableParallelization = true)]
public sealed class DockerCollection : ICollectionFixture<DockerBackend>;

[Collection("hostile docker")]
[DoesNotApply(nameof(Case06_Page_cache_is_no_false_memory_limit), "the image has less than it reads; DockerTests reads all of it")]
public sealed class DockerMemoryAndTime(DockerBackend backend) : MemoryAndTimeCases(backend);

[Collection("hostile docker")]
public sealed class DockerOutputAndDisk(DockerBackend backend) : OutputAndDiskCases(backend);

[Collection("hostile docker")]
public sealed class DockerProcesses(DockerBackend backend) : ProcessCases(backend);

[Collection("hostile docker")]
[DoesNotApply(nameof(Case29_Files_of_the_host_are_not_there), Root)]
[DoesNotApply(nameof(Case30_Nothing_but_the_workspace_and_tmp_can_be_written), Root)]
[DoesNotApply(nameof(Case34_Compile_step_cannot_lead_the_run_step_astray), "the run step is in another container; what a compiler may leave is in CompileOnceCases")]
public sealed class DockerFiles(DockerBackend backend) : FileCases(backend)
{
    private const string Root = "the root is an image, with places of its own; DockerTests looks for the host's";
}

[Collection("hostile docker")]
public sealed class DockerNetworkAndKernel(DockerBackend backend) : NetworkAndKernelCases(backend);

[Collection("hostile docker")]
public sealed class DockerSockets(DockerBackend backend) : SocketCases(backend);

[Collection("hostile docker")]
[DoesNotApply(nameof(Case50_Code_that_runs_in_compilers_is_confined), "these tests build no image of its languages if not asked to", UnlessImageOf = "java")]
public sealed class DockerCompiling(DockerBackend backend) : CompilingCases(backend);

[Collection("hostile docker")]
public sealed class DockerOperating(DockerBackend backend) : OperatingCases(backend);
