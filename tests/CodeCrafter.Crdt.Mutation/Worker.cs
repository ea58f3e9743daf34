using System.Diagnostics;
using Xunit.Sdk;

namespace CodeCrafter.Crdt.Mutation;

/// <summary>Runs, for mutant after mutant, the tests that reach it, in one process for as long as that is in order.</summary>
internal sealed class Worker
{
    private const int Done = 0;
    private const int StartAgain = 3;

    private static readonly TimeSpan s_lifetime = TimeSpan.FromSeconds(60);
    private readonly Coverage _coverage;
    private readonly Results _results;
    private readonly Watchdog _watchdog;
    private int _current;
    private bool _isFresh = true;
    private TestHost? _host;
    private Dictionary<string, ITestCase> _cases = [];

    private Worker(string folder, int part)
    {
        _coverage = Coverage.Read(folder);
        _results = new(folder, part);
        _watchdog = new(() =>
        {
            _results.Close(_current, Outcome.Timeout);
            Environment.Exit(StartAgain);
        });
    }

    /// <summary>Tests the mutants of one part. Returns 3 where another process shall go on.</summary>
    public static async Task<int> RunAsync(string folder, int part, int parts)
    {
        var known = Results.Read(folder);
        var worker = new Worker(folder, part);
        var start = Stopwatch.GetTimestamp();
        foreach (var mutant in Mutant.ReadAll(folder).Where(mutant => mutant.Id % parts == part))
        {
            if (known.GetValueOrDefault(mutant.Id) != Outcome.Started)
            {
                continue;
            }

            if (Stopwatch.GetElapsedTime(start) > s_lifetime || !await worker.TryTestAsync(mutant))
            {
                return StartAgain;
            }
        }

        return Done;
    }

    private async Task<bool> TryTestAsync(Mutant mutant)
    {
        if (mutant.IsStatic && !_isFresh)
        {
            return false;
        }

        _current = mutant.Id;
        _results.Add(mutant.Id, Outcome.Started);
        MutantSwitch.Activate(mutant.IsStatic ? mutant.Id : MutantSwitch.None);
        await StartHostAsync();
        MutantSwitch.Activate(mutant.Id);
        var outcome = Outcome.NoCoverage;
        foreach (var tests in _coverage.TestsOf(mutant, _cases))
        {
            if (await FirstFailureAsync(tests) is not { } failed)
            {
                outcome = Outcome.Survived;
                continue;
            }

            // The mutant may have left something behind that also fails without it. Then a new process shall say.
            MutantSwitch.Activate(MutantSwitch.None);
            if (!_isFresh && (!_cases.TryGetValue(failed, out var test) || await FirstFailureAsync([test]) is not null))
            {
                return false;
            }

            outcome = Outcome.Killed;
            break;
        }

        _results.Add(mutant.Id, outcome);
        _isFresh &= outcome == Outcome.NoCoverage;
        return !mutant.IsStatic;
    }

    private async Task StartHostAsync()
    {
        if (_host is null)
        {
            _host = await TestHost.CreateAsync();
            _host.TestStarting = test => _watchdog.Expect(TimeSpan.FromMilliseconds(2000 + (10 * _coverage.Milliseconds.GetValueOrDefault(test))));
            _cases = _host.Cases.ToDictionary(test => test.UniqueID);
        }
    }

    private async Task<string?> FirstFailureAsync(IReadOnlyCollection<ITestCase> tests)
    {
        _watchdog.Expect(TimeSpan.FromSeconds(10));
        var failed = await _host!.FirstFailureAsync(tests);
        _watchdog.ExpectNothing();
        return failed;
    }
}
