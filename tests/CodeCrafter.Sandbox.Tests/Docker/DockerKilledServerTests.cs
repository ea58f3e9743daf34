using System.Diagnostics;
using CodeCrafter.Sandbox.Docker;
using CodeCrafter.Sandbox.Limits;

namespace CodeCrafter.Sandbox.Tests.Docker;

/// <summary>A server that is killed takes its programs with it, and the next start removes their containers, and no others.</summary>
[Collection("docker")]
public sealed class DockerKilledServerTests(DockerFixture fixture)
{
    internal const string VictimVariable = "CODECRAFTER_SANDBOX_TEST_DOCKER_VICTIM";

    private const int UidOffset = 43_000;

    [Fact]
    public async Task Programs_of_a_killed_server_die_with_it_and_its_containers_go_at_the_next_start()
    {
        var options = fixture.Engine.Options(SandboxFixture.FirstUid + UidOffset);
        var start = new ProcessStartInfo(Environment.ProcessPath!);
        start.Environment[VictimVariable] = $"{fixture.Engine.Endpoint} {options.StateDirectory} {options.FirstUid}";
        using (var server = Process.Start(start)!)
        {
            try
            {
                await KilledServerTests.UntilAsync(() => server.HasExited || File.Exists(Path.Combine(options.StateDirectory, "running")));
                Assert.False(server.HasExited);
                Assert.NotEmpty(HostState.Processes(options.FirstUid, 16));
            }
            finally
            {
                server.Kill();
            }
            await server.WaitForExitAsync(TestContext.Current.CancellationToken);
        }

        // By themselves, since nobody is there to kill them: the relay sees the end of its standard input.
        await KilledServerTests.UntilAsync(() => !HostState.Processes(options.FirstUid, 16).Any());
        var observer = new RecordingObserver();
        using var cancel = new CancellationTokenSource();
        var other = fixture.Sandbox.RunAsync(fixture.Request("python", "print('other'); import time; time.sleep(1000)"), observer, cancel.Token);
        await observer.WaitAsync(text => text == "other\n");
        Assert.NotEmpty(await fixture.Engine.LeftoversAsync(options));
        await using (await DockerSandbox.CreateAsync(options, await TestEngine.CatalogAsync(), new TestLog(), cancellationToken: TestContext.Current.CancellationToken))
        {
            Assert.False(other.IsCompleted);
        }
        Assert.Empty(await fixture.Engine.LeftoversAsync(options));
        await cancel.CancelAsync();
        Assert.Equal(RunStatus.Cancelled, (await other).Status);
        Directory.Delete(options.StateDirectory, recursive: true);
    }

    internal static async Task RunUntilKilledAsync(string arguments)
    {
        var parts = arguments.Split(' ');
        var options = new DockerSandboxOptions { Endpoint = new Uri(parts[0]), StateDirectory = parts[1], FirstUid = int.Parse(parts[2]), MaxSandboxes = 8 };
        var catalog = await TestEngine.CatalogAsync();
        await using var sandbox = await DockerSandbox.CreateAsync(options, catalog, new TestLog());
        await sandbox.RunAsync(
            new RunRequest
            {
                Language = catalog.Find("python")!,
                Entry = "main.py",
                Files = [new("main.py", "import os, time\nif os.fork() == 0: os.setsid()\nprint('running')\ntime.sleep(1000)")],
                Limits = RunLimits.Default with { WallTime = TimeSpan.FromSeconds(100) },
            },
            new KilledServerTests.Marker(Path.Combine(options.StateDirectory, "running")));
    }
}
