using System.Diagnostics;
using System.Globalization;
using Xunit.Sdk;

namespace CodeCrafter.Crdt.Mutation;

/// <summary>Which mutants each test reaches, and how long it takes without any.</summary>
internal sealed class Coverage
{
    private readonly Dictionary<int, List<string>> _testsByMutant = [];

    private Coverage()
    {
    }

    /// <summary>The time of each test that passes without mutants.</summary>
    public Dictionary<string, double> Milliseconds { get; } = [];

    public static async Task<int> MeasureAsync(string folder)
    {
        var output = Console.Out;
        // Tests of samples write to it.
        Console.SetOut(TextWriter.Null);
        MutantSwitch.Activate(MutantSwitch.None);
        var host = await TestHost.CreateAsync();
        List<string> lines = [];
        foreach (var test in host.Cases)
        {
            MutantSwitch.StartCapture();
            var failed = await host.FirstFailureAsync([test]);
            var reached = MutantSwitch.StopCapture();
            var clock = Stopwatch.StartNew();
            if ((failed ?? await host.FirstFailureAsync([test])) is not null)
            {
                await output.WriteLineAsync($"left out, since it fails without a mutant: {test.TestCaseDisplayName}");
                continue;
            }

            lines.Add(string.Create(CultureInfo.InvariantCulture, $"{test.UniqueID}\t{clock.Elapsed.TotalMilliseconds:F1}\t{string.Join(',', reached)}"));
        }

        await File.WriteAllLinesAsync(PathIn(folder), lines);
        return 0;
    }

    public static Coverage Read(string folder)
    {
        var coverage = new Coverage();
        foreach (var line in File.ReadLines(PathIn(folder)))
        {
            var fields = line.Split('\t');
            coverage.Milliseconds.Add(fields[0], double.Parse(fields[1], CultureInfo.InvariantCulture));
            foreach (var mutant in fields[2].Split(',', StringSplitOptions.RemoveEmptyEntries).Select(int.Parse))
            {
                (coverage._testsByMutant.TryGetValue(mutant, out var tests) ? tests : coverage._testsByMutant[mutant] = []).Add(fields[0]);
            }
        }

        return coverage;
    }

    /// <summary>The tests that reach a mutant (a static one is reached in whichever comes first), class by class, the quickest first.</summary>
    public IEnumerable<IReadOnlyCollection<ITestCase>> TestsOf(Mutant mutant, IReadOnlyDictionary<string, ITestCase> cases) =>
        (mutant.IsStatic ? [.. Milliseconds.Keys] : _testsByMutant.GetValueOrDefault(mutant.Id, []))
            .Where(cases.ContainsKey)
            .GroupBy(test => cases[test].TestClassName)
            .OrderBy(tests => tests.Sum(test => Milliseconds[test]))
            .Select(tests => tests.Select(test => cases[test]).ToList());

    private static string PathIn(string folder) => Path.Combine(folder, "coverage.tsv");
}
