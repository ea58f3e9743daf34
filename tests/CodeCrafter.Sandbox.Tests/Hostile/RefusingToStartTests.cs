using CodeCrafter.Sandbox.Limits;
using CodeCrafter.Sandbox.Steps;

namespace CodeCrafter.Sandbox.Tests.Hostile;

/// <summary>Operating: a host on which a protection is missing runs nothing.</summary>
public sealed class RefusingToStartTests(SandboxFixture fixture) : IDisposable
{
    private readonly string _directory = SandboxFixture.NewStateDirectory();

    [Fact]
    public async Task Case54_Without_a_runtime_it_does_not_start()
    {
        var failure = await FailsAsync(Options with { Runtime = "no-such-runtime" });

        Assert.Contains("no-such-runtime", failure.Message);
        Assert.Contains("apt-get install", failure.Message);
    }

    [Fact]
    public async Task Case54_With_a_runtime_without_seccomp_it_does_not_start()
    {
        var failure = await FailsAsync(Options with { Runtime = Script("crun", "echo 'crun version 1.0'; echo '+SYSTEMD +CAP'") });

        Assert.Contains("seccomp", failure.Message);
    }

    [Fact]
    public async Task Case54_Where_the_runtime_fails_it_does_not_start()
    {
        var failure = await FailsAsync(Options with { Runtime = Script("crun", "[ \"$1\" = --version ] && echo 'crun version 1.0' && echo +SECCOMP && exit; echo deliberate >&2; exit 1") });

        Assert.Contains("cannot run a first program", failure.Message);
    }

    /// <summary>A protection that the runtime, or the process that sandboxes are forked from, leaves out is found out by the self-check.</summary>
    [Theory]
    [InlineData("z = z.replace(\"checked('seccomp', syscall($call{seccomp}, 1, 0, $program));\", '')", "no seccomp filter is on")]
    [InlineData("c['process']['noNewPrivileges'] = False; z = z.replace(\"checked('seccomp', syscall($call{seccomp}, 1, 0, $program));\", '').replace(\"checked('no_new_privs', syscall($call{prctl}, PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));\", '')", "no_new_privs is not set")]
    [InlineData("z = z.replace('$capability++ while', '$capability++ if')", "bounding set")]
    [InlineData("c['linux']['namespaces'] = [n for n in c['linux']['namespaces'] if n['type'] != 'network']; z = z.replace(' | 0x40000000', '').replace('raise_loopback();', '').replace('limit_sockets();', '')", "network")]
    [InlineData("c['linux']['namespaces'] = [n for n in c['linux']['namespaces'] if n['type'] != 'network']; z = z.replace(' | 0x40000000', '').replace('raise_loopback();', '')", "cannot run a first program")]
    [InlineData("c['root']['readonly'] = False; import os; os.chmod(c['root']['path'], 0o777)", "places outside the workspace can be written")]
    [InlineData("z = z.replace('mount_all(@mounts);', '$user = 0; s/id=[0-9]+/id=0/g for @mounts; mount_all(@mounts);')", "another user")]
    [InlineData("z = z.replace('limit_sockets();', '')", "sockets may hold more than they should")]
    [InlineData("z = z.replace(\"require '/init.pl';\", \"require '/init.pl'; my $start = \\\\&start; *start = sub { $start->($_[0]) };\")", "cgroup")]
    public async Task Case54_Where_a_protection_is_missing_it_does_not_start(string change, string problem)
    {
        var runtime = Script("crun", $$"""
            for last; do bundle_next=$([ "$bundle" = next ] && echo "$last"); [ -n "$bundle_next" ] && path=$bundle_next; bundle=; [ "$last" = --bundle ] && bundle=next; done
            [ -n "$path" ] && /usr/bin/python3 {{ChangeScript(change)}} "$path/config.json"
            exec /usr/bin/crun "$@"
            """);

        var network = NetworkOfTheHost();
        var failure = await FailsAsync(Options with { Runtime = runtime });

        Assert.Contains(problem, failure.Message);
        Assert.Equal(network, NetworkOfTheHost());
    }

    /// <summary>What a sandbox sets in its own network namespace, as the host has it.</summary>
    private static string[] NetworkOfTheHost() =>
        [.. SocketLimits.Settings.Keys.Select(name => File.ReadAllText("/proc/sys/" + name.Replace('.', '/')))];

    [Fact]
    public void Case54_Without_cgroups_it_does_not_start()
    {
        var failure = Assert.Throws<SandboxUnavailableException>(() => CgroupDetector.Detect("22 1 0:20 / /proc rw - proc proc rw\n", TimeProvider.System));

        Assert.Contains("memory, pids, cpu", failure.Message);
    }

    private SandboxOptions Options => new() { StateDirectory = _directory, FirstUid = SandboxFixture.FirstUid + 90_000, MaxSandboxes = 8 };

    /// <summary>Also when it refuses nothing stays behind.</summary>
    public void Dispose()
    {
        if (Directory.Exists(_directory))
        {
            Assert.Empty(File.Exists(Path.Combine(_directory, "installation")) ? HostState.Cgroups(Options).Concat(HostState.Processes(Options)) : []);
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

    /// <summary>A Python program that changes a config.json, c, and zygote.pl, z, by a statement that has to change something.</summary>
    private string ChangeScript(string statement)
    {
        var path = Path.Combine(Directory.CreateDirectory(_directory).FullName, "change.py");
        File.WriteAllText(path, $$"""
            import json, sys
            config = open(sys.argv[1]).read()
            c = json.loads(config)
            path = c['root']['path'] + '/zygote.pl'
            zygote = z = open(path).read()
            {{statement}}
            assert z != zygote or c != json.loads(config)
            open(path, 'w').write(z)
            json.dump(c, open(sys.argv[1], 'w'))
            """);
        return path;
    }
}
