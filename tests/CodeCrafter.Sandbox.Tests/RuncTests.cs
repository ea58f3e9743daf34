using CodeCrafter.Sandbox.Limits;

namespace CodeCrafter.Sandbox.Tests;

/// <summary>The same on the other runtime, which makes cgroups of its own and needs no help on a hybrid tree.</summary>
public sealed class RuncTests(SandboxFixture fixture)
{
    [Fact]
    public async Task Programs_run_the_same_on_runc()
    {
        var options = new SandboxOptions { StateDirectory = SandboxFixture.NewStateDirectory(), Runtime = "runc", FirstUid = fixture.Options.FirstUid + 20_000, MaxSandboxes = 4 };
        await using (var sandbox = await fixture.StartAsync(options))
        {
            Assert.StartsWith("runc ", sandbox.Description);
            async Task<RunResult> RunAsync(string language, string code, RunLimits? limits = null) =>
                await sandbox.RunAsync(fixture.Request(language, code) with { Limits = limits ?? RunLimits.Default }, cancellationToken: TestContext.Current.CancellationToken);

            var hello = await RunAsync("c", fixture.Language("c").Sample);
            Assert.Equal((RunStatus.Accepted, "Hello, CodeCrafter!\n"), (hello.Status, hello.Run?.Stdout));
            Assert.Equal(RunStatus.RuntimeErrorSigabrt, (await RunAsync("python", "import os; os.abort()")).Status);
            Assert.Equal(RunStatus.MemoryLimitExceeded, (await RunAsync("python", "x = 'x' * (1 << 30)")).Status);
            Assert.Equal(RunStatus.OutputLimitExceeded, (await RunAsync("python", "while True: print(1)")).Status);
            Assert.Equal(RunStatus.TimeLimitExceeded, (await RunAsync("python", "while True: pass", RunLimits.Default with { CpuTime = TimeSpan.FromSeconds(0.3) })).Status);

            var observer = new RecordingObserver();
            using var cancel = new CancellationTokenSource();
            var run = sandbox.RunAsync(fixture.Request("python", "print('started'); import time; time.sleep(1000)"), observer, cancel.Token);
            await observer.WaitAsync(text => text == "started\n");
            await cancel.CancelAsync();
            Assert.Equal(RunStatus.Cancelled, (await run).Status);

            Assert.Empty(await HostState.LeftoversAsync(sandbox, options));
        }
        Assert.Empty(HostState.Cgroups(options));
        Directory.Delete(options.StateDirectory, recursive: true);
    }
}
