using CodeCrafter.Sandbox.Docker;
using CodeCrafter.Sandbox.Languages;

namespace CodeCrafter.Sandbox.Tests.Docker;

/// <summary>Where something is missing the sandbox does not start, and says what.</summary>
[Collection("docker")]
public sealed class DockerStartTests(DockerFixture fixture) : IDisposable
{
    private readonly DockerSandboxOptions _options = fixture.Engine.Options(SandboxFixture.FirstUid + 42_000) with { MaxSandboxes = 4 };

    [Fact]
    public async Task Without_an_engine_it_does_not_start()
    {
        var failure = await FailsAsync(_options with { Endpoint = new Uri("unix:///nonexistent/docker.sock") });

        Assert.Contains("No Docker Engine answers at", failure.Message);
    }

    [Fact]
    public async Task Without_any_image_it_does_not_start()
    {
        var failure = await FailsAsync(_options with { Image = "nonexistent/{language}" });

        Assert.Contains("no image of any language", failure.Message);
    }

    [Fact]
    public async Task With_a_runtime_that_the_engine_does_not_have_it_does_not_start()
    {
        var failure = await FailsAsync(_options with { Runtime = "nonexistent" });

        Assert.Contains("cannot run a first program", failure.Message);
    }

    [Fact]
    public async Task State_directory_belongs_to_one_at_a_time()
    {
        var failure = await FailsAsync(_options with { StateDirectory = fixture.Options.StateDirectory });

        Assert.Contains("Another process uses", failure.Message);
    }

    /// <summary>An engine may have taken a container's configuration and left some of it out.</summary>
    [Fact]
    public async Task Self_check_names_every_protection_that_is_missing()
    {
        var setting = new Steps.SelfCheckSetting(_options.FirstUid, 8, ["/usr/bin/perl"]);

        var failure = await Assert.ThrowsAsync<SandboxUnavailableException>(
            () => Steps.SelfCheck.RunAsync(fixture.Sandbox, setting, TestContext.Current.CancellationToken));

        Assert.Contains("programs run as another user than theirs", failure.Message);
        Assert.Contains("places of the host are visible", failure.Message);
    }

    public void Dispose()
    {
        if (Directory.Exists(_options.StateDirectory))
        {
            Assert.Empty(HostState.Processes(_options.FirstUid, 2 * _options.MaxSandboxes));
            Directory.Delete(_options.StateDirectory, recursive: true);
        }
    }

    private async Task<SandboxUnavailableException> FailsAsync(DockerSandboxOptions options)
    {
        var catalog = await LanguageCatalog.LoadAsync(SandboxFixture.LanguagesDirectory);
        return await Assert.ThrowsAsync<SandboxUnavailableException>(
            () => DockerSandbox.CreateAsync(options, catalog, new TestLog(), cancellationToken: TestContext.Current.CancellationToken));
    }
}
