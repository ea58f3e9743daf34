namespace CodeCrafter.Crdt.Tests;

/// <summary>Seeds of randomised tests. CODECRAFTER_TEST_SEED repeats a run.</summary>
internal static class Seeds
{
    private static readonly int s_first =
        int.TryParse(Environment.GetEnvironmentVariable("CODECRAFTER_TEST_SEED"), out var seed) ? seed : Random.Shared.Next(1_000_000);

    /// <summary>Whether all tests run for each of many mutants (mutate.sh), and so do a tenth of what they usually do.</summary>
    public static bool IsBrief { get; } = Environment.GetEnvironmentVariable("CODECRAFTER_MUTATION") is not null;

    /// <summary>How often a test is repeated: so often, times CODECRAFTER_TEST_LENGTH for a long run.</summary>
    public static int Times(int count) =>
        int.TryParse(Environment.GetEnvironmentVariable("CODECRAFTER_TEST_LENGTH"), out var length) ? count * length : count;

    /// <summary>Runs a test with several seeds. A failure says which one to set.</summary>
    public static void Run(int count, Action<int> test)
    {
        count = IsBrief ? Math.Max(1, count / 10) : count;
        var output = TestContext.Current.TestOutputHelper;
        output?.WriteLine($"CODECRAFTER_TEST_SEED={s_first}, {count} runs");
        for (var seed = s_first; seed < s_first + count; seed++)
        {
            try
            {
                test(seed);
            }
            catch (Exception exception)
            {
                throw new InvalidOperationException($"Failed with CODECRAFTER_TEST_SEED={seed}: {exception.Message}", exception);
            }
        }
    }
}
