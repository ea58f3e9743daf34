using CodeCrafter.Sandbox;
using CodeCrafter.Server.Execution.Judging;

namespace CodeCrafter.Server.Execution;

/// <summary>How a job ended.</summary>
internal sealed record JobOutcome(RunStatus Status)
{
    public ExecutionStep? Compile { get; init; }

    /// <summary>The run; null where it did not come to it, and where there are test cases.</summary>
    public ExecutionStep? Run { get; init; }

    /// <summary>Null where there are none.</summary>
    public IReadOnlyList<TestCaseResult>? TestCases { get; init; }

    /// <summary>What the program made in its workspace.</summary>
    public IReadOnlyList<OutputFile> Files { get; init; } = [];

    /// <summary>How many more files it made.</summary>
    public int FilesOmitted { get; init; }

    /// <summary>The outcome of a job whose program did not run.</summary>
    public static JobOutcome NotRun(ExecutionPlan plan, RunStatus status) => new(status)
    {
        TestCases = plan.TestCases.Count == 0 ? null : [.. plan.TestCases.Select(testCase => testCase.ToResult())],
    };

    /// <summary>The outcome of a job that ran once, with output of at most so many bytes of JSON.</summary>
    public static JobOutcome Of(RunRequest request, RunResult result, long maxBytes)
    {
        var texts = new ResultTexts(
            ExecutionStep.From(result.Compile, request.CompileLimits, result.CompileFromCache), ExecutionStep.From(result.Run, request.Limits), null).Shorten(maxBytes);
        return new JobOutcome(result.Status)
        {
            Compile = texts.Compile,
            Run = texts.Run,
            Files = result.Files,
            FilesOmitted = result.FilesOmitted,
        };
    }
}
