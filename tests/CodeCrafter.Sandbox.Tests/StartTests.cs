using CodeCrafter.Sandbox.Limits;

namespace CodeCrafter.Sandbox.Tests;

/// <summary>Starting: refusing where something is missing, and clearing away what a killed server left.</summary>
[Collection(StartCollection.Name)]
public sealed class StartTests(SandboxFixture fixture) : IDisposable
{
    private readonly string _directory = SandboxFixture.NewStateDirectory();

    [Fact]
    public async Task Does_not_start_without_a_runtime()
    {
        var failure = await FailsAsync(Options with { Runtime = "no-such-runtime" });

        Assert.Contains("no-such-runtime", failure.Message);
        Assert.Contains("apt-get install", failure.Message);
    }

    [Fact]
    public async Task Does_not_start_with_a_runtime_without_seccomp()
    {
        var failure = await FailsAsync(Options with { Runtime = Script("crun", "echo 'crun version 1.0'; echo '+SYSTEMD +CAP'") });

        Assert.Contains("seccomp", failure.Message);
    }

    [Fact]
    public async Task Does_not_start_where_the_runtime_fails()
    {
        var failure = await FailsAsync(Options with { Runtime = Script("crun", "[ \"$1\" = --version ] && echo 'crun version 1.0' && echo +SECCOMP && exit; echo deliberate >&2; exit 1") });

        Assert.Contains("cannot run a first program", failure.Message);
    }

    /// <summary>A runtime that leaves a protection out of the configuration it is given is found out by the self-check.</summary>
    [Theory]
    [InlineData("del c['linux']['seccomp']", "no seccomp filter is on")]
    [InlineData("c['process']['noNewPrivileges'] = False", "no_new_privs is not set")]
    [InlineData("c['process']['capabilities']['bounding'] = ['CAP_NET_RAW']", "bounding set")]
    [InlineData("c['linux']['namespaces'] = [n for n in c['linux']['namespaces'] if n['type'] != 'network']", "network")]
    [InlineData("c['root']['readonly'] = False; import os; os.chmod(c['root']['path'], 0o777)", "places outside the workspace can be written")]
    [InlineData("c = json.loads(json.dumps(c).replace(str(c['process']['user']['uid']), '0'))", "another user")]
    [InlineData("c['process']['args'][4] = '0'", "cgroup")]
    public async Task Does_not_start_where_a_protection_is_missing(string change, string problem)
    {
        var runtime = Script("crun", $$"""
            for last; do bundle_next=$([ "$bundle" = next ] && echo "$last"); [ -n "$bundle_next" ] && path=$bundle_next; bundle=; [ "$last" = --bundle ] && bundle=next; done
            [ -n "$path" ] && /usr/bin/python3 {{ChangeScript(change)}} "$path/config.json"
            exec /usr/bin/crun "$@"
            """);

        var failure = await FailsAsync(Options with { Runtime = runtime });

        Assert.Contains(problem, failure.Message);
    }

    [Fact]
    public void Does_not_start_without_cgroups()
    {
        var failure = Assert.Throws<SandboxUnavailableException>(() => CgroupDetector.Detect("22 1 0:20 / /proc rw - proc proc rw\n", TimeProvider.System));

        Assert.Contains("memory, pids, cpu", failure.Message);
    }

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

    [Fact]
    public async Task Nothing_is_left_after_each_run()
    {
        await using var sandbox = await fixture.StartAsync(Options);
        var descriptors = Directory.GetFileSystemEntries("/proc/self/fd").Length;
        foreach (var code in (string[])["print(1)", "import os; os.fork(); os.setsid(); import time; time.sleep(1000)", "while True: print(1)", "x = 'x' * (1 << 30)", "import os; os.kill(os.getpid(), 11)"])
        {
            await sandbox.RunAsync(fixture.Request("python", code) with { Limits = RunLimits.Default with { WallTime = TimeSpan.FromSeconds(1), MemoryBytes = 64 << 20 } }, cancellationToken: TestContext.Current.CancellationToken);

            Assert.Empty(await HostState.LeftoversAsync(sandbox, Options));
        }
        for (var i = 0; i < 50; i++)
        {
            await sandbox.RunAsync(fixture.Request("python", "print(1)"), cancellationToken: TestContext.Current.CancellationToken);
        }
        Assert.Empty(await HostState.LeftoversAsync(sandbox, Options));
        // The process itself opens some now and then; fifty runs that leaked even one each would show.
        Assert.True(Directory.GetFileSystemEntries("/proc/self/fd").Length < descriptors + 40);
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

    private string Script(string name, string body)
    {
        var path = Path.Combine(Directory.CreateDirectory(_directory).FullName, name);
        File.WriteAllText(path, $"#!/bin/sh\n{body}\n");
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return path;
    }

    /// <summary>A Python program that changes a config.json, c, by a statement.</summary>
    private string ChangeScript(string statement)
    {
        var path = Path.Combine(Directory.CreateDirectory(_directory).FullName, "change.py");
        File.WriteAllText(path, $"import json, sys\nc = json.load(open(sys.argv[1]))\n{statement}\njson.dump(c, open(sys.argv[1], 'w'))\n");
        return path;
    }
}

/// <summary>Run by themselves: they count what the whole process has open.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class StartCollection
{
    public const string Name = "start";
}
