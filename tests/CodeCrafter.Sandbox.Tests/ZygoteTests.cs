using CodeCrafter.Sandbox.Interop;
using CodeCrafter.Sandbox.Oci;

namespace CodeCrafter.Sandbox.Tests;

/// <summary>Sandboxes are forked from one container: what that leaves them, and what happens when it dies.</summary>
public sealed class ZygoteTests(SandboxFixture fixture) : IAsyncLifetime
{
    private readonly SandboxOptions _options = new()
    {
        StateDirectory = SandboxFixture.NewStateDirectory(),
        FirstUid = fixture.Options.FirstUid + 70_000,
        MaxSandboxes = 4,
        Parked = 1,
    };

    private OciSandbox _sandbox = null!;

    public async ValueTask InitializeAsync() => _sandbox = await fixture.StartAsync(_options);

    public async ValueTask DisposeAsync()
    {
        Assert.Empty(await HostState.LeftoversAsync(_sandbox, _options));
        await _sandbox.DisposeAsync();
        Assert.Empty(HostState.Leftovers(_options));
        Directory.Delete(_options.StateDirectory, recursive: true);
    }

    [Fact]
    public async Task Another_takes_the_place_of_one_that_has_died()
    {
        var first = Assert.Single(Zygotes());
        Native.KillPid(first);
        // Only then what it had forked is dead too.
        await KilledServerTests.UntilAsync(() => !Directory.Exists($"/proc/{first}"));

        var result = await _sandbox.RunAsync(fixture.Request("python", "print('hello')"), cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal((RunStatus.Accepted, "hello\n"), (result.Status, result.Run!.Stdout));
        Assert.NotEqual(first, Assert.Single(Zygotes()));
    }

    [Fact]
    public async Task Init_has_given_up_every_privilege()
    {
        var result = await _sandbox.RunAsync(fixture.Request("python", """
            facts = dict(line.rstrip('\n').split(':\t', 1) for line in open('/proc/1/status') if ':\t' in line)
            print(*(facts[name] for name in ('CapInh', 'CapPrm', 'CapEff', 'CapBnd', 'CapAmb', 'NoNewPrivs', 'Seccomp')))
            print(set(facts['Uid'].split()) | set(facts['Gid'].split()), facts['Groups'].split())
            """), cancellationToken: TestContext.Current.CancellationToken);

        var none = string.Join(' ', Enumerable.Repeat("0000000000000000", 5));
        var lines = result.Run!.Stdout.Split('\n');
        Assert.Equal(none + " 1 2", lines[0]);
        Assert.Matches(@"^\{'\d{9,}'\} \[\]$", lines[1]);
    }

    [Fact]
    public async Task Sandbox_has_a_loopback_and_devices_of_its_own()
    {
        var result = await _sandbox.RunAsync(fixture.Request("python", """
            import os, socket
            server = socket.create_server(('127.0.0.1', 5000))
            client = socket.create_connection(server.getsockname(), 5)
            server.accept()[0].sendall(b'over loopback')
            print(client.recv(100).decode())
            open('/dev/null', 'w').write('x')
            print(len(open('/dev/urandom', 'rb').read(8)), os.ttyname(os.openpty()[1]), os.getsid(1))
            for path in ('/dev/x', '/dev/null/x', '/x', '/etc/x'):
                try: open(path, 'w'); print('wrote', path)
                except OSError: pass
            """), cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal((RunStatus.Accepted, "over loopback\n8 /dev/pts/0 1\n"), (result.Status, result.Run!.Stdout));
    }

    /// <summary>Processes that run zygote.pl, and whose runtime was started in our state directory.</summary>
    private IEnumerable<int> Zygotes() =>
        from directory in Directory.GetDirectories("/proc")
        let pid = int.TryParse(Path.GetFileName(directory), out var number) ? number : 0
        where pid > 0 && CommandLine(pid).Contains(SandboxRoot.ZygotePath) && ParentsCommandLine(pid).Contains(_options.StateDirectory)
        select pid;

    private static string ParentsCommandLine(int pid) => CommandLine(int.Parse(File.ReadAllText($"/proc/{pid}/stat").Split(") ")[^1].Split(' ')[1]));

    private static string CommandLine(int pid)
    {
        try
        {
            return File.ReadAllText($"/proc/{pid}/cmdline");
        }
        catch (IOException)
        {
            return ""; // It ended meanwhile.
        }
    }
}
