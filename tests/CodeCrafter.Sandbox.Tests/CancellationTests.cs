using CodeCrafter.Sandbox.Limits;

namespace CodeCrafter.Sandbox.Tests;

public abstract class CancellationCases(ProgramFixture fixture)
{
    [Fact]
    public async Task Cancelled_before_its_start_nothing_runs()
    {
        var result = await fixture.Sandbox.RunAsync(fixture.Request("python", "print(1)"), null, new CancellationToken(canceled: true));

        Assert.Equal(new RunResult(RunStatus.Cancelled, null, null), result);
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

public sealed class CancellationTests(SandboxFixture fixture) : CancellationCases(fixture);
