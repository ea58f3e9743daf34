using CodeCrafter.Sandbox;

namespace CodeCrafter.Server.Execution.Judging;

/// <summary>
/// The verdicts of a job's test cases as they come. What the cases print adds up, so all of them share the room that the
/// result has: each may use its share, and what those before it left of theirs.
/// </summary>
internal sealed class CaseResults
{
    private readonly ExecutionJob _job;
    private readonly int _maxChars;
    private readonly int _maxShown;
    private readonly TestCaseResult[] _results;
    private long _room;
    private int _casesLeft;

    /// <param name="job">The job; none of its cases has run.</param>
    /// <param name="maxChars">UTF-16 code units of each stream that are kept of a case.</param>
    /// <param name="maxBytes">Bytes of JSON that are kept of all cases.</param>
    public CaseResults(ExecutionJob job, int maxChars, long maxBytes)
    {
        _job = job;
        _maxChars = maxChars;
        _room = maxBytes;
        _results = [.. job.Plan.TestCases.Select(testCase => testCase.ToResult())];
        _casesLeft = _results.Length;
        _maxShown = (int)Math.Min(maxChars, maxBytes / JsonSize.MaxOfChar / _casesLeft);
    }

    /// <summary>A result for each case, in their order.</summary>
    public IReadOnlyList<TestCaseResult> All => _results;

    /// <summary>Takes how the next case ended.</summary>
    public void Add(TestCase testCase, RunStatus verdict, ExecutionStep? run)
    {
        var kept = new ResultTexts(null, run?.Shorten(text => ExecutionStep.Shorten(text, _maxChars)), null).Shorten(_room / _casesLeft--);
        _room -= kept.Size;
        _results[testCase.Index] = testCase.ToResult(verdict, kept.Run);
    }

    /// <summary>Shows what a case prints, up to a length; null for a hidden case, which nobody watches.</summary>
    public IRunObserver? ObserverOf(TestCase testCase) => testCase.IsHidden ? null : new Observer(_job, testCase.Index, _maxShown);

    private sealed class Observer(ExecutionJob job, int index, int maxChars) : IRunObserver
    {
        private readonly int[] _left = [maxChars, maxChars];

        public ValueTask OnOutputAsync(RunPhase phase, OutputStream stream, string text)
        {
            var shown = ExecutionStep.Shorten(text, _left[(int)stream]);
            _left[(int)stream] -= shown.Length == text.Length ? shown.Length : _left[(int)stream];
            if (shown.Length > 0)
            {
                job.Show(phase, stream, index, shown);
            }

            return ValueTask.CompletedTask;
        }
    }
}
