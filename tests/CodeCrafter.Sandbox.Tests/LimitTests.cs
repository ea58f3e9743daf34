using CodeCrafter.Sandbox.Limits;

namespace CodeCrafter.Sandbox.Tests;

/// <summary>Where limits are exact, and what they leave alone. Whether they hold against programs that mean it: Hostile/.</summary>
public abstract class LimitCases(ProgramFixture fixture)
{
    protected ProgramFixture Fixture => fixture;

    [Fact]
    public async Task Exit_code_137_alone_is_no_memory_limit()
    {
        var result = await fixture.RunAsync("python", "import os; os._exit(137)");

        Assert.Equal(RunStatus.RuntimeErrorNzec, result.Status);
    }

    [Fact]
    public async Task Output_of_exactly_the_cap_is_whole()
    {
        var result = await fixture.RunAsync("python", "print('x' * 999)", RunLimits.Default with { OutputBytes = 1000 });

        Assert.Equal((RunStatus.Accepted, 1000, false), (result.Status, result.Run!.Stdout.Length, result.Run.StdoutTruncated));
    }

    [Fact]
    public async Task Cap_never_cuts_a_character_in_two()
    {
        var result = await fixture.RunAsync("python", "print('€' * 1000)", RunLimits.Default with { OutputBytes = 1000 });

        Assert.Equal((RunStatus.OutputLimitExceeded, new string('€', 333)), (result.Status, result.Run!.Stdout));
    }

    [Fact]
    public async Task Processes_are_exactly_as_many_as_allowed()
    {
        var result = await fixture.RunAsync("python", """
            import os, time
            count = 1
            try:
                while True:
                    if os.fork() == 0: time.sleep(1000)
                    count += 1
            except BlockingIOError:
                print(count)
            """, RunLimits.Default with { Processes = 20 });

        Assert.Equal("20\n", result.Run!.Stdout);
    }
}

public sealed class LimitTests(SandboxFixture fixture) : LimitCases(fixture)
{
    [Fact]
    public async Task Compile_and_run_are_measured_apart()
    {
        var result = await Fixture.RunAsync("cpp", Fixture.Language("cpp").Sample);

        Assert.True(result.Compile!.MemoryBytes > 20 << 20, $"g++ with {result.Compile.MemoryBytes} bytes");
        Assert.True(result.Run!.MemoryBytes < 10 << 20, $"hello with {result.Run.MemoryBytes} bytes");
        Assert.True(result.Run.CpuTime < result.Compile.CpuTime);
    }

    [Fact]
    public async Task Java_heap_fits_into_the_memory_limit()
    {
        var result = await Fixture.RunAsync("java", """
            class Garbage { public static void main(String[] a) { long sum = 0; for (int i = 0; i < 4000; i++) sum += new byte[1 << 20].length; System.out.println(sum); } }
            """);

        Assert.Equal((RunStatus.Accepted, "4194304000\n"), (result.Status, result.Run!.Stdout));
    }
}
