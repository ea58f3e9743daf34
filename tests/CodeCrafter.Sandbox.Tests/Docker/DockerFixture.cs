using CodeCrafter.Sandbox.Docker;

namespace CodeCrafter.Sandbox.Tests.Docker;

/// <summary>A sandbox on a real Docker Engine for the tests that hold for every backend. At the end nothing of it may be left.</summary>
public sealed class DockerFixture : ProgramFixture, IAsyncLifetime
{
    private DockerSandbox? _sandbox;

    public override DockerSandbox Sandbox => _sandbox!;

    public TestEngine Engine { get; private set; } = null!;

    public DockerSandboxOptions Options { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Engine = await TestEngine.GetAsync();
        Options = Engine.Options(SandboxFixture.FirstUid + 41_000);
        Catalog = await TestEngine.CatalogAsync();
        _sandbox = await DockerSandbox.CreateAsync(Options, Catalog, Log);
    }

    public async ValueTask DisposeAsync()
    {
        if (_sandbox is not null)
        {
            await _sandbox.SettleAsync();
            Assert.Empty(await Engine.LeftoversAsync(Options));
            await _sandbox.DisposeAsync();
            Directory.Delete(Options.StateDirectory, recursive: true);
        }
    }
}

[CollectionDefinition("docker")]
public sealed class DockerTestsCollection : ICollectionFixture<DockerFixture>;

[Collection("docker")]
public sealed class DockerProgramTests(DockerFixture fixture) : ProgramCases(fixture);

[Collection("docker")]
public sealed class DockerLimitTests(DockerFixture fixture) : LimitCases(fixture);

[Collection("docker")]
public sealed class DockerCompileOnceTests(DockerFixture fixture) : CompileOnceCases(fixture);

[Collection("docker")]
public sealed class DockerOutputFileTests(DockerFixture fixture) : OutputFileCases(fixture);

[Collection("docker")]
public sealed class DockerTerminalTests(DockerFixture fixture) : TerminalCases(fixture);

[Collection("docker")]
public sealed class DockerCancellationTests(DockerFixture fixture) : CancellationCases(fixture);
