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
        var compile = new ResultTexts(ExecutionStep.From(program.Compile, request.CompileLimits, program.FromCache), null, null)
            .Shorten(_options.MaxResultBytes / 2);
        var outcome = JobOutcome.NotRun(job.Plan, program.Status) with { Compile = compile.Compile };
        if (program.Status != RunStatus.Accepted)
        {
            return outcome;
        }

        var results = new CaseResults(job, _options.TestCaseOutputChars, _options.MaxResultBytes - compile.Size);
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

            var verdict = await RunAsync(sandbox, program, RequestOf(job, testCase, left), testCase, results, stopped);
            status = verdict == RunStatus.Cancelled ? verdict : status ?? (verdict == RunStatus.Accepted ? null : verdict);
            if (verdict is RunStatus.Cancelled or RunStatus.InternalError
                || (verdict != RunStatus.Accepted && job.Plan.StopAtFirstFailure))
            {
                break;
            }
        }

        return outcome with { Status = status ?? RunStatus.Accepted, TestCases = results.All };
    }

    private static RunRequest RequestOf(ExecutionJob job, TestCase testCase, TimeSpan left)
    {
        var limits = job.Plan.Request.Limits;
        return job.Plan.Request with
        {
            StandardInput = testCase.Stdin.Length == 0 ? Stream.Null : new MemoryStream(Encoding.UTF8.GetBytes(testCase.Stdin), writable: false),
            Limits = limits with { WallTime = left < limits.WallTime ? left : limits.WallTime },
        };
    }

    private static async Task<RunStatus> RunAsync(
        ISandbox sandbox, CompiledProgram program, RunRequest request, TestCase testCase, CaseResults results, CancellationToken stopped)
    {
        var result = await sandbox.RunAsync(program, request, results.ObserverOf(testCase), stopped);
        var verdict = result.Status != RunStatus.Accepted ? result.Status
            : testCase.Expected.Matches(result.Run!.Stdout) ? RunStatus.Accepted
            : RunStatus.WrongAnswer;
        results.Add(testCase, verdict, ExecutionStep.From(result.Run, request.Limits));
        return verdict;
    }
}
