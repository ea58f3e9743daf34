using CodeCrafter.Sandbox.Oci;

namespace CodeCrafter.Sandbox.Tests;

/// <summary>A sandbox of its own, with all compiler caches filled.</summary>
public sealed class WarmSandbox(SandboxFixture fixture) : IAsyncLifetime
{
    public SandboxOptions Options { get; } = new() { StateDirectory = SandboxFixture.NewStateDirectory(), FirstUid = fixture.Options.FirstUid + 40_000, MaxSandboxes = 8 };

    public OciSandbox Sandbox { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Sandbox = await fixture.StartAsync(Options);
        await Sandbox.WarmUpAsync(TestContext.Current.CancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        await Sandbox.DisposeAsync();
        Assert.Empty(HostState.Cgroups(Options));
        Directory.Delete(Options.StateDirectory, recursive: true);
    }

    public Task<RunResult> RunAsync(RunRequest request) => Sandbox.RunAsync(request, cancellationToken: TestContext.Current.CancellationToken);
}
