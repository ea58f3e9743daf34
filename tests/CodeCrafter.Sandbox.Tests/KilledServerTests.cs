using System.Diagnostics;
using CodeCrafter.Sandbox.Languages;
using CodeCrafter.Sandbox.Limits;
using CodeCrafter.Sandbox.Oci;
using Xunit.Sdk;
using Xunit.v3;

[assembly: TestPipelineStartup(typeof(CodeCrafter.Sandbox.Tests.KilledServer))]

namespace CodeCrafter.Sandbox.Tests;

/// <summary>A server that is killed takes its programs with it, and the next start finds what it left.</summary>
public sealed class KilledServerTests(SandboxFixture fixture)
{
    internal const string VictimVariable = "CODECRAFTER_SANDBOX_TEST_VICTIM";

    [Fact]
    public async Task Programs_of_a_killed_server_die_with_it()
    {
        var options = new SandboxOptions { StateDirectory = SandboxFixture.NewStateDirectory(), FirstUid = fixture.Options.FirstUid + 30_000 };
        var start = new ProcessStartInfo(Environment.ProcessPath!);
        start.Environment[VictimVariable] = $"{options.FirstUid} {options.StateDirectory}";
        using (var server = Process.Start(start)!)
        {
            try
            {
                await UntilAsync(() => server.HasExited || File.Exists(Path.Combine(options.StateDirectory, "running")));
                Assert.False(server.HasExited);
                Assert.NotEmpty(HostState.Processes(options));
            }
            finally
            {
                server.Kill();
            }
            await server.WaitForExitAsync(TestContext.Current.CancellationToken);
        }

        // By themselves, since nobody is there to kill them: init sees the end of its control socket.
        await UntilAsync(() => !HostState.Processes(options).Any());
        await using (var sandbox = await fixture.StartAsync(options))
        {
            Assert.Empty(await HostState.LeftoversAsync(sandbox, options));
        }
        Assert.Empty(HostState.Cgroups(options));
        Directory.Delete(options.StateDirectory, recursive: true);
    }

    internal static async Task RunUntilKilledAsync(SandboxOptions options)
    {
        var catalog = await LanguageCatalog.LoadAsync(SandboxFixture.LanguagesDirectory);
        var python = catalog.Find("python")!;
        await using var sandbox = await OciSandbox.CreateAsync(options, catalog, new TestLog());
        await sandbox.RunAsync(
            new RunRequest
            {
                Language = python,
                Entry = "main.py",
                Files = [new("main.py", "import os, time\nif os.fork() == 0: os.setsid()\nprint('running')\ntime.sleep(1000)")],
                Limits = RunLimits.Default with { WallTime = TimeSpan.FromSeconds(100) },
            },
            new Marker(Path.Combine(options.StateDirectory, "running")));
    }

    internal static async Task UntilAsync(Func<bool> condition)
    {
        for (var i = 0; i < 1500 && !condition(); i++)
        {
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }
        Assert.True(condition());
    }

    /// <summary>Makes a file when the program prints.</summary>
    internal sealed class Marker(string path) : IRunObserver
    {
        public async ValueTask OnOutputAsync(RunPhase phase, OutputStream stream, string text) => await File.WriteAllTextAsync(path, text);
    }
}

/// <summary>This executable as the server that is killed: it runs a program in place of the tests.</summary>
public sealed class KilledServer : ITestPipelineStartup
{
    public async ValueTask StartAsync(IMessageSink diagnosticMessageSink)
    {
        if (Environment.GetEnvironmentVariable(KilledServerTests.VictimVariable) is { } victim)
        {
            var parts = victim.Split(' ', 2);
            await KilledServerTests.RunUntilKilledAsync(new SandboxOptions { FirstUid = int.Parse(parts[0]), StateDirectory = parts[1] });
            Environment.Exit(1);
        }
        if (Environment.GetEnvironmentVariable(Docker.DockerKilledServerTests.VictimVariable) is { } endpointAndDirectory)
        {
            await Docker.DockerKilledServerTests.RunUntilKilledAsync(endpointAndDirectory);
            Environment.Exit(1);
        }
    }

    public ValueTask StopAsync() => ValueTask.CompletedTask;
}
