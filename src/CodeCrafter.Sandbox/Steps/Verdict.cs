namespace CodeCrafter.Sandbox.Steps;

/// <summary>How a step ended and what it used, as a backend saw it.</summary>
internal sealed record StepEnd
{
    /// <summary>The exit code; null where a signal ended it.</summary>
    public int? ExitCode { get; init; }

    /// <summary>The number of the signal that ended it; null where none did.</summary>
    public int? Signal { get; init; }

    /// <summary>The errno for which its program could not be executed, or 0.</summary>
    public int NotExecuted { get; init; }

    /// <summary>Why we killed it; null where it ended by itself.</summary>
    public RunStatus? Killed { get; init; }

    /// <summary>The kernel has killed one of its processes for memory.</summary>
    public bool OutOfMemory { get; init; }

    /// <summary>CPU time of all of its processes.</summary>
    public TimeSpan CpuTime { get; init; }

    /// <summary>Time by the clock.</summary>
    public TimeSpan WallTime { get; init; }

    /// <summary>The most memory of all of its processes, in bytes.</summary>
    public long PeakMemory { get; init; }

    /// <summary>The end that a raw wait status tells of.</summary>
    public static StepEnd OfWaitStatus(int status) => (status & 0x7f) == 0
        ? new StepEnd { ExitCode = (status >> 8) & 0xff }
        : new StepEnd { Signal = status & 0x7f };
}

/// <summary>Turns how a step ended into a status.</summary>
internal static class Verdict
{
    private static readonly Dictionary<int, string> Signals = new()
    {
        [1] = "SIGHUP", [2] = "SIGINT", [3] = "SIGQUIT", [4] = "SIGILL", [5] = "SIGTRAP", [6] = "SIGABRT", [7] = "SIGBUS",
        [8] = "SIGFPE", [9] = "SIGKILL", [10] = "SIGUSR1", [11] = "SIGSEGV", [12] = "SIGUSR2", [13] = "SIGPIPE",
        [14] = "SIGALRM", [15] = "SIGTERM", [16] = "SIGSTKFLT", [24] = "SIGXCPU", [25] = "SIGXFSZ", [26] = "SIGVTALRM",
        [27] = "SIGPROF", [29] = "SIGIO", [30] = "SIGPWR", [31] = "SIGSYS",
    };

    /// <summary>The name of a signal that ends processes; <c>SIGRTMIN+n</c> for real-time ones.</summary>
    public static string SignalName(int signal) => Signals.GetValueOrDefault(signal) ?? $"SIGRTMIN+{signal - 34}";

    /// <summary>The status and the result of a step whose output is complete.</summary>
    /// <exception cref="IOException">What could not be executed is the toolchain.</exception>
    public static (RunStatus Status, StepResult Result) Judge(StepEnd end, StepPlan plan, OutputCollector stdout, OutputCollector stderr)
    {
        var signal = end.Signal is { } number ? SignalName(number) : null;
        var limit = end.Killed is RunStatus.Cancelled ? null
            : stdout.Truncated || stderr.Truncated ? RunStatus.OutputLimitExceeded
            : end.OutOfMemory || end.Killed is RunStatus.MemoryLimitExceeded ? RunStatus.MemoryLimitExceeded
            : end.Killed is RunStatus.TimeLimitExceeded || end.CpuTime >= plan.Limits.CpuTime ? RunStatus.TimeLimitExceeded
            : (RunStatus?)null;
        var result = new StepResult
        {
            Stdout = stdout.Text,
            Stderr = stderr.Text,
            ExitCode = end.ExitCode,
            Signal = signal,
            CpuTime = end.CpuTime,
            WallTime = end.WallTime,
            MemoryBytes = end.PeakMemory,
            StdoutTruncated = stdout.Truncated,
            StderrTruncated = stderr.Truncated,
            LimitExceeded = limit,
        };
        if (end.NotExecuted != 0 && limit is null && end.Killed is null)
        {
            const int enoexec = 8;
            var program = plan.Command.Arguments[0];
            return end.NotExecuted == enoexec || program.StartsWith(SandboxPaths.Build + '/', StringComparison.Ordinal)
                ? (RunStatus.ExecFormatError, result)
                : throw new IOException($"{program} cannot be executed: errno {end.NotExecuted}.");
        }
        return (end.Killed is RunStatus.Cancelled ? RunStatus.Cancelled : limit ?? Of(end.ExitCode, signal), result);
    }

    /// <summary>The status of a step that we did not stop.</summary>
    public static RunStatus Of(int? exitCode, string? signal) => signal switch
    {
        null => exitCode == 0 ? RunStatus.Accepted : RunStatus.RuntimeErrorNzec,
        "SIGSEGV" => RunStatus.RuntimeErrorSigsegv,
        "SIGXFSZ" => RunStatus.RuntimeErrorSigxfsz,
        "SIGFPE" => RunStatus.RuntimeErrorSigfpe,
        "SIGABRT" => RunStatus.RuntimeErrorSigabrt,
        _ => RunStatus.RuntimeErrorOther,
    };
}
