using System.Diagnostics;
using CodeCrafter.Sandbox.Limits;

namespace CodeCrafter.Sandbox.Tests;

/// <summary>A server that is killed takes its programs with it, and the next start finds what it left.</summary>
public sealed class KilledServerTests(SandboxFixture fixture)
{
    public const int FirstUid = 1_900_030_000;

    [Fact]
    public async Task Programs_of_a_killed_server_die_with_it()
    {
        var options = new SandboxOptions { StateDirectory = SandboxFixture.NewStateDirectory(), FirstUid = FirstUid };
        var start = new ProcessStartInfo(Environment.ProcessPath!, ["-method", $"*.{nameof(Runs_until_it_is_killed)}", "-explicit", "only"]) { RedirectStandardOutput = true };
        start.Environment["CODECRAFTER_SANDBOX_TEST_VICTIM"] = options.StateDirectory;
        using (var server = Process.Start(start)!)
        {
            await UntilAsync(() => server.HasExited || File.Exists(Path.Combine(options.StateDirectory, "running")));
            Assert.False(server.HasExited);
            Assert.NotEmpty(HostState.Processes(options));
            server.Kill();
            await server.WaitForExitAsync(TestContext.Current.CancellationToken);
        }

        // By themselves, since nobody is there to kill them: init sees the end of its control socket.
        await UntilAsync(() => !HostState.Processes(options).Any());
        await using (await fixture.StartAsync(options))
        {
            Assert.Empty(HostState.Leftovers(options));
        }
        Assert.Empty(HostState.Cgroups(options));
        Directory.Delete(options.StateDirectory, recursive: true);
    }

    [Fact(Explicit = true)]
    public async Task Runs_until_it_is_killed()
    {
        Assert.True(SandboxFixture.Victim is not null, "This is the process that the other test starts.");
        var observer = new RecordingObserver();
        var run = fixture.RunAsync(fixture.Request("python", """
            import os, time
            if os.fork() == 0: os.setsid()
            print('running', flush=True)
            time.sleep(1000)
            """) with { Limits = RunLimits.Default with { WallTime = TimeSpan.FromSeconds(100) } }, observer);
        await observer.WaitAsync(text => text.Contains("running"));
        await File.WriteAllTextAsync(Path.Combine(SandboxFixture.Victim!, "running"), "", TestContext.Current.CancellationToken);
        await run;
    }

    private static async Task UntilAsync(Func<bool> condition)
    {
        for (var i = 0; i < 1000 && !condition(); i++)
        {
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }
        Assert.True(condition());
    }
}
