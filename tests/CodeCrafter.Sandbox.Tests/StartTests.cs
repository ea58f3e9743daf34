using CodeCrafter.Sandbox.Limits;

namespace CodeCrafter.Sandbox.Tests;

/// <summary>Starting: one at a time, and clearing away what a killed server left. Refusing to: Hostile/RefusingToStartTests.cs.</summary>
[Collection(StartCollection.Name)]
public sealed class StartTests(SandboxFixture fixture) : IDisposable
{
    private readonly string _directory = SandboxFixture.NewStateDirectory();

    [Fact]
    public async Task State_directory_has_one_user_at_a_time()
    {
        var failure = await FailsAsync(fixture.Options);

        Assert.Contains("Another process", failure.Message);
    }

    [Fact]
    public void Description_names_runtime_and_cgroups() =>
        Assert.Matches(@"^(crun|runc) \d+\.\d+\S*, cgroup v[12]", fixture.Sandbox.Description);

    [Fact]
    public async Task What_a_killed_server_left_is_removed_and_nothing_else()
    {
        await using (await fixture.StartAsync(Options))
        {
        }
        // As a server leaves it that is killed in the middle of a run: a bundle, a container's state, a cgroup with a process.
        var mountInfo = await File.ReadAllTextAsync("/proc/self/mountinfo", TestContext.Current.CancellationToken);
        var installation = await File.ReadAllTextAsync(Path.Combine(_directory, "installation"), TestContext.Current.CancellationToken);
        var tree = CgroupDetector.Detect(mountInfo, TimeProvider.System);
        tree.Prepare();
        var step = tree.Create(installation + "-7.run", RunLimits.Default);
        using var process = System.Diagnostics.Process.Start("/bin/sleep", "1000");
        foreach (var entrance in step.OpenForEntering())
        {
            RandomAccess.Write(entrance, System.Text.Encoding.ASCII.GetBytes(process.Id.ToString()), 0);
            entrance.Dispose();
        }
        var neighbour = Directory.CreateDirectory(Path.Combine(AnyOtherHierarchy(mountInfo), "codecrafter-test-" + Guid.NewGuid().ToString("N"))).FullName;
        Directory.CreateDirectory(Path.Combine(_directory, "runs", "left-behind"));
        // A runtime that makes cgroups of its own makes them in every hierarchy.
        var elsewhere = Directory.CreateDirectory(Path.Combine(AnyOtherHierarchy(mountInfo), installation + "-7.init")).FullName;
        Directory.CreateDirectory(Path.Combine(_directory, "oci", "left-behind"));

        await using (var sandbox = await fixture.StartAsync(Options))
        {
            Assert.True(process.HasExited);
            Assert.False(Directory.Exists(elsewhere));
            Assert.Empty(await HostState.LeftoversAsync(sandbox, Options));
            // What begins otherwise is somebody else's.
            Assert.True(Directory.Exists(neighbour));
        }
        Directory.Delete(neighbour);
        Assert.Empty(HostState.Cgroups(Options));
    }

    private SandboxOptions Options => new() { StateDirectory = _directory, FirstUid = fixture.Options.FirstUid + 10_000, MaxSandboxes = 8 };

    private static string AnyOtherHierarchy(string mountInfo) => CgroupDetector.MountPoints(mountInfo).Last();

    public void Dispose()
    {
        if (Directory.Exists(_directory))
        {
            Directory.Delete(_directory, recursive: true);
        }
    }

    private async Task<SandboxUnavailableException> FailsAsync(SandboxOptions options) =>
        await Assert.ThrowsAsync<SandboxUnavailableException>(() => fixture.StartAsync(options));
}

/// <summary>Run by themselves: they count what the whole process has open.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class StartCollection
{
    public const string Name = "start";
}
