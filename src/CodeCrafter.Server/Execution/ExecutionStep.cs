using System.Text.Json.Serialization;
using CodeCrafter.Sandbox;
using CodeCrafter.Sandbox.Limits;

namespace CodeCrafter.Server.Execution;

/// <summary>How the compilation or the run went.</summary>
internal sealed record ExecutionStep
{
    /// <summary>Standard output up to its limit, or less where <c>stdoutTruncated</c>; of a run with a terminal all output.</summary>
    public required string Stdout { get; init; }

    /// <summary>Standard error, likewise.</summary>
    public required string Stderr { get; init; }

    /// <summary>Null where a signal ended it.</summary>
    public required int? ExitCode { get; init; }

    /// <summary>The signal that ended it, such as <c>SIGSEGV</c>.</summary>
    public required string? Signal { get; init; }

    /// <summary>Of all its processes.</summary>
    public required double CpuTimeMs { get; init; }

    /// <summary>From its start to its end.</summary>
    public required double WallTimeMs { get; init; }

    /// <summary>The peak, of all its processes together.</summary>
    public required long MemoryBytes { get; init; }

    /// <summary>There was more, which is not kept.</summary>
    public required bool StdoutTruncated { get; init; }

    /// <summary>There was more, which is not kept.</summary>
    public required bool StderrTruncated { get; init; }

    /// <summary>The limit that ended it: <c>cpuTime</c>, <c>wallTime</c>, <c>memory</c> or <c>output</c>; null where none did.</summary>
    public string? LimitExceeded { get; init; }

    /// <summary>Only of a compilation: an identical program was compiled before, and this is what the compiler said then.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public bool? Cached { get; init; }

    public static ExecutionStep? From(StepResult? step, RunLimits limits, bool? cached = null) => step is null ? null : new ExecutionStep
    {
        Stdout = step.Stdout,
        Stderr = step.Stderr,
        ExitCode = step.ExitCode,
        Signal = step.Signal,
        CpuTimeMs = Math.Round(step.CpuTime.TotalMilliseconds, 3),
        WallTimeMs = Math.Round(step.WallTime.TotalMilliseconds, 3),
        MemoryBytes = step.MemoryBytes,
        StdoutTruncated = step.StdoutTruncated,
        StderrTruncated = step.StderrTruncated,
        LimitExceeded = step.LimitExceeded switch
        {
            null => null,
            RunStatus.TimeLimitExceeded => step.CpuTime >= limits.CpuTime ? "cpuTime" : "wallTime",
            RunStatus.MemoryLimitExceeded => "memory",
            RunStatus.OutputLimitExceeded => "output",
            var other => throw new InvalidOperationException($"{other} is no limit."),
        },
        Cached = cached,
    };

    /// <summary>The same with shorter streams, which counts as truncated.</summary>
    public ExecutionStep Shorten(Func<string, string> shorten)
    {
        var (stdout, stderr) = (shorten(Stdout), shorten(Stderr));
        return stdout.Length == Stdout.Length && stderr.Length == Stderr.Length ? this : this with
        {
            Stdout = stdout,
            Stderr = stderr,
            StdoutTruncated = StdoutTruncated || stdout.Length < Stdout.Length,
            StderrTruncated = StderrTruncated || stderr.Length < Stderr.Length,
        };
    }

    /// <summary>The beginning of a text; a character of two code units is not cut.</summary>
    public static string Shorten(string text, int maxChars) =>
        text.Length <= maxChars ? text
        : maxChars > 0 && char.IsHighSurrogate(text[maxChars - 1]) ? text[..(maxChars - 1)]
        : text[..maxChars];
}
