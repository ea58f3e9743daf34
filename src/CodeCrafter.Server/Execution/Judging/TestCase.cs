using System.Text.Json.Serialization;
using CodeCrafter.Sandbox;

namespace CodeCrafter.Server.Execution.Judging;

/// <summary>An input, and the output that is expected for it.</summary>
// One whose hidden is misspelt must not be shown.
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
internal sealed record TestCaseRequest
{
    /// <summary>What the author calls it.</summary>
    public string? Name { get; init; }

    /// <summary>Its standard input; the request's <c>stdin</c> if absent.</summary>
    public string? Stdin { get; init; }

    /// <summary>The expected standard output; with <c>compare: regex</c> a pattern.</summary>
    public string? ExpectedOutput { get; init; }

    /// <summary>
    /// How the output is compared. <c>exact</c>: every character. <c>trimmed</c> (the default): line by line, without the
    /// white space at the end of each and empty lines at the end. <c>tokens</c>: word by word. <c>float</c>: word by word,
    /// but numbers may differ by <c>tolerance</c>, absolutely or relative to the expected one. <c>regex</c>: a regular
    /// expression for the whole output without the white space at its end; no look-around, no backreferences.
    /// </summary>
    public string? Compare { get; init; }

    /// <summary>For <c>float</c>: from 0; 0.000001 by default.</summary>
    public double? Tolerance { get; init; }

    /// <summary>Only whoever runs it and the session's admins see its input, its expected output and what was printed.</summary>
    public bool? Hidden { get; init; }
}

/// <summary>A test case, checked and complete.</summary>
internal sealed record TestCase(TestCaseRequest Request, int Index, CompareMode Mode, string Stdin, ExpectedOutput Expected)
{
    public bool IsHidden => Request.Hidden == true;

    /// <summary>The result; without a status where the case did not run.</summary>
    public TestCaseResult ToResult(RunStatus? status = null, ExecutionStep? run = null) => new()
    {
        Index = Index,
        Name = Request.Name,
        Hidden = IsHidden,
        Status = status is { } known ? ExecutionStatus.From(known) : null,
        Run = run,
        Compare = Mode.ToString().ToLowerInvariant(),
        Tolerance = Mode == CompareMode.Float ? Request.Tolerance ?? ExpectedOutput.DefaultTolerance : null,
        Stdin = Stdin,
        ExpectedOutput = Request.ExpectedOutput,
    };
}

/// <summary>What became of a test case.</summary>
internal sealed record TestCaseResult
{
    /// <summary>Its place in the request, from 0.</summary>
    public required int Index { get; init; }

    public string? Name { get; init; }

    public required bool Hidden { get; init; }

    /// <summary>The verdict; null where the case did not run.</summary>
    public ExecutionStatus? Status { get; init; }

    /// <summary>The run; null where the case did not run.</summary>
    public ExecutionStep? Run { get; init; }

    public required string Compare { get; init; }

    public double? Tolerance { get; init; }

    /// <summary>Null for those who may not see a hidden case.</summary>
    public string? Stdin { get; init; }

    /// <summary>Null for those who may not see a hidden case.</summary>
    public string? ExpectedOutput { get; init; }

    /// <summary>The same with shorter texts.</summary>
    public TestCaseResult Shorten(Func<string, string> shorten) => this with
    {
        Run = Run?.Shorten(shorten),
        Stdin = Stdin is null ? null : shorten(Stdin),
        ExpectedOutput = ExpectedOutput is null ? null : shorten(ExpectedOutput),
    };

    /// <summary>What others may see of a hidden case: verdict, times and memory.</summary>
    public TestCaseResult WithoutSecrets() => !Hidden ? this : this with
    {
        Stdin = null,
        ExpectedOutput = null,
        // An exit code is something that a program prints, too.
        Run = Run is null ? null : Run with { Stdout = "", Stderr = "", ExitCode = null },
    };
}
