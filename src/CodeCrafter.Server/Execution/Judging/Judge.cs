using System.Text;
using CodeCrafter.Sandbox;
using Microsoft.Extensions.Options;

namespace CodeCrafter.Server.Execution.Judging;

/// <summary>Compiles a program once, runs it on each test case, each in a sandbox of its own, and gives each a verdict.</summary>
internal sealed class Judge(TimeProvider clock, IOptions<ExecutionOptions> options)
{
    private readonly ExecutionOptions _options = options.Value;

    /// <summary>
    /// The overall status is the first verdict that is not Accepted; Cancelled where somebody stopped it in between, and
    /// Time Limit Exceeded where the cases before the last used up the time of all.
    /// </summary>
    public async Task<JobOutcome> RunAsync(ISandbox sandbox, ExecutionJob job, CancellationToken stopped)
    {
        var request = job.Plan.Request;
        var program = await sandbox.CompileAsync(request, job, stopped);
        var outcome = JobOutcome.NotRun(job.Plan, program.Status) with
        {
            Compile = ExecutionStep.From(program.Compile, request.CompileLimits, program.FromCache),
        };
        if (program.Status != RunStatus.Accepted)
        {
            return outcome;
        }

        var results = outcome.TestCases!.ToArray();
        var started = clock.GetTimestamp();
        RunStatus? status = null;
        foreach (var testCase in job.Plan.TestCases)
        {
            var left = TimeSpan.FromMilliseconds(_options.TestCasesWallTimeMs) - clock.GetElapsedTime(started);
            if (stopped.IsCancellationRequested || left < TimeSpan.FromMilliseconds(1))
            {
                status = stopped.IsCancellationRequested ? RunStatus.Cancelled : status ?? RunStatus.TimeLimitExceeded;
                break;
            }

            var verdict = await RunAsync(sandbox, program, job, testCase, left, results, stopped);
            status = verdict == RunStatus.Cancelled ? verdict : status ?? (verdict == RunStatus.Accepted ? null : verdict);
            if (verdict is RunStatus.Cancelled or RunStatus.InternalError
                || (verdict != RunStatus.Accepted && job.Plan.StopAtFirstFailure))
            {
                break;
            }
        }

        return outcome with { Status = status ?? RunStatus.Accepted, TestCases = results };
    }

    private async Task<RunStatus> RunAsync(
        ISandbox sandbox, CompiledProgram program, ExecutionJob job, TestCase testCase, TimeSpan left, TestCaseResult[] results, CancellationToken stopped)
    {
        var limits = job.Plan.Request.Limits;
        var request = job.Plan.Request with
        {
            StandardInput = testCase.Stdin.Length == 0 ? Stream.Null : new MemoryStream(Encoding.UTF8.GetBytes(testCase.Stdin), writable: false),
            Limits = limits with { WallTime = left < limits.WallTime ? left : limits.WallTime },
        };
        // Nobody watches a hidden case.
        var observer = testCase.IsHidden ? null : new CaseObserver(job, testCase.Index, _options.TestCaseOutputChars);
        var result = await sandbox.RunAsync(program, request, observer, stopped);
        var verdict = result.Status != RunStatus.Accepted ? result.Status
            : testCase.Expected.Matches(result.Run!.Stdout) ? RunStatus.Accepted
            : RunStatus.WrongAnswer;
        results[testCase.Index] = testCase.ToResult(
            verdict, ExecutionStep.From(result.Run, request.Limits)?.Shorten(_options.TestCaseOutputChars));
        return verdict;
    }

    /// <summary>Shows what a case prints, up to a length: what many cases print adds up.</summary>
    private sealed class CaseObserver(ExecutionJob job, int index, int maxChars) : IRunObserver
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
