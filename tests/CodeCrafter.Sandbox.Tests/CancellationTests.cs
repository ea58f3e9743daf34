using CodeCrafter.Sandbox.Limits;

namespace CodeCrafter.Sandbox.Tests;

public sealed class CancellationTests(SandboxFixture fixture)
{
    [Fact]
    public async Task Running_program_is_cancelled_with_what_it_printed()
    {
        var observer = new RecordingObserver();
        using var cancel = new CancellationTokenSource();
        var run = fixture.Sandbox.RunAsync(fixture.Request("python", """
            import os, time
            for i in range(5):
                if os.fork() == 0: os.setsid(); time.sleep(1000)
            print('before', flush=True)
            time.sleep(1000)
            """), observer, cancel.Token);

        await observer.WaitAsync(text => text == "before\n");
        await cancel.CancelAsync();
        var result = await run;

        Assert.Equal((RunStatus.Cancelled, "before\n"), (result.Status, result.Run!.Stdout));
        Assert.Null(result.Run.LimitExceeded);
    }

    [Fact]
    public async Task Compilation_is_cancelled()
    {
        var observer = new RecordingObserver();
        using var cancel = new CancellationTokenSource();
        var run = fixture.Sandbox.RunAsync(fixture.Request("c", "#warning started\n#include \"/dev/stdin\"\n#include \"slow.h\"\nint main(void) {}") with
        {
            Language = fixture.Language("c") with
            {
                Recipe = fixture.Language("c").Recipe! with { Compile = new() { Command = ["/bin/sh", "-c", "echo started; sleep 1000"] } },
            },
        }, observer, cancel.Token);

        await observer.WaitAsync(text => text == "started\n");
        await cancel.CancelAsync();
        var result = await run;

        Assert.Equal((RunStatus.Cancelled, "started\n"), (result.Status, result.Compile!.Stdout));
        Assert.Null(result.Run);
    }

    [Fact]
    public async Task Cancelled_before_its_start_nothing_runs()
    {
        var result = await fixture.Sandbox.RunAsync(fixture.Request("python", "print(1)"), null, new CancellationToken(canceled: true));

        Assert.Equal(new RunResult(RunStatus.Cancelled, null, null), result);
    }

    [Fact]
    public async Task Cancelled_at_any_moment_it_is_cancelled_or_done()
    {
        var seed = Environment.TickCount;
        var random = new Random(seed);
        foreach (var _ in Enumerable.Range(0, 25))
        {
            using var cancel = new CancellationTokenSource(TimeSpan.FromMilliseconds(random.Next(0, 150)));
            var observer = new RecordingObserver();

            var result = await fixture.Sandbox.RunAsync(fixture.Request("c", fixture.Language("c").Sample), observer, cancel.Token);

            Assert.True(result.Status is RunStatus.Cancelled or RunStatus.Accepted, $"seed {seed}: {result}");
            var printed = observer.Text(RunPhase.Run, OutputStream.Stdout);
            Assert.Equal(result.Run?.Stdout ?? "", printed);
            if (result.Status == RunStatus.Accepted)
            {
                Assert.Equal("Hello, CodeCrafter!\n", printed);
            }
        }
    }

    [Fact]
    public async Task Program_that_reached_a_limit_is_not_cancelled_by_a_late_cancellation()
    {
        using var cancel = new CancellationTokenSource();

        var result = await fixture.Sandbox.RunAsync(fixture.Request("python", "while True: print('x' * 1000)") with
        {
            Limits = RunLimits.Default with { OutputBytes = 1000 },
        }, null, cancel.Token);
        await cancel.CancelAsync();

        Assert.Equal(RunStatus.OutputLimitExceeded, result.Status);
    }
}
