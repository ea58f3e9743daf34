namespace CodeCrafter.Sandbox;

/// <summary>
/// How a run ended. The numbers and words are Judge0's, the field's standard; 15 and up are ours.
/// </summary>
public enum RunStatus
{
    /// <summary>Waiting for its turn.</summary>
    InQueue = 1,
    /// <summary>Compiling or running.</summary>
    Processing = 2,
    /// <summary>Ended with exit code 0 (and, with a test case, the expected output).</summary>
    Accepted = 3,
    /// <summary>Ended with exit code 0 but another output than expected.</summary>
    WrongAnswer = 4,
    /// <summary>Used up its CPU or wall time.</summary>
    TimeLimitExceeded = 5,
    /// <summary>The compiler refused it, or ran into a limit.</summary>
    CompilationError = 6,
    /// <summary>Killed by SIGSEGV.</summary>
    RuntimeErrorSigsegv = 7,
    /// <summary>Killed by SIGXFSZ.</summary>
    RuntimeErrorSigxfsz = 8,
    /// <summary>Killed by SIGFPE.</summary>
    RuntimeErrorSigfpe = 9,
    /// <summary>Killed by SIGABRT.</summary>
    RuntimeErrorSigabrt = 10,
    /// <summary>Ended with an exit code other than 0.</summary>
    RuntimeErrorNzec = 11,
    /// <summary>Killed by another signal.</summary>
    RuntimeErrorOther = 12,
    /// <summary>We failed, not the program.</summary>
    InternalError = 13,
    /// <summary>What was to be run is not a program.</summary>
    ExecFormatError = 14,
    /// <summary>The kernel killed it for its memory.</summary>
    MemoryLimitExceeded = 15,
    /// <summary>Wrote more than it may; what came first is kept.</summary>
    OutputLimitExceeded = 16,
    /// <summary>Stopped by a person.</summary>
    Cancelled = 17,
}

/// <summary>How one step, the compilation or the run, went.</summary>
public sealed record StepResult
{
    /// <summary>Standard output up to its cap; invalid UTF-8 is replaced by U+FFFD.</summary>
    public required string Stdout { get; init; }

    /// <summary>Standard error up to its cap; invalid UTF-8 is replaced by U+FFFD.</summary>
    public required string Stderr { get; init; }

    /// <summary>The exit code, or null where a signal ended the step.</summary>
    public int? ExitCode { get; init; }

    /// <summary>The signal that ended the step (<c>SIGSEGV</c>), or null.</summary>
    public string? Signal { get; init; }

    /// <summary>CPU time of the whole tree of processes.</summary>
    public TimeSpan CpuTime { get; init; }

    /// <summary>Time by the clock.</summary>
    public TimeSpan WallTime { get; init; }

    /// <summary>Peak memory of the whole tree of processes, in bytes.</summary>
    public long MemoryBytes { get; init; }

    /// <summary>Standard output was longer than its cap.</summary>
    public bool StdoutTruncated { get; init; }

    /// <summary>Standard error was longer than its cap.</summary>
    public bool StderrTruncated { get; init; }

    /// <summary>
    /// The limit that ended the step: <see cref="RunStatus.TimeLimitExceeded"/>,
    /// <see cref="RunStatus.MemoryLimitExceeded"/>, <see cref="RunStatus.OutputLimitExceeded"/>; null where none did.
    /// It says why where the verdict of a compilation is <see cref="RunStatus.CompilationError"/> alone.
    /// </summary>
    public RunStatus? LimitExceeded { get; init; }
}

/// <summary>The outcome of a <see cref="RunRequest"/>. A program's failure is a value, not an exception.</summary>
/// <param name="Status">The verdict.</param>
/// <param name="Compile">The compilation; null where the language has no such step.</param>
/// <param name="Run">The run; null where it did not come to it.</param>
public sealed record RunResult(RunStatus Status, StepResult? Compile, StepResult? Run)
{
    /// <summary>
    /// The compilation is that of an identical program shortly before: <see cref="Compile"/> tells what it printed and
    /// took then.
    /// </summary>
    public bool CompileFromCache { get; init; }

    /// <summary>
    /// The files that the program made or changed, where <see cref="RunRequest.Collect"/> asked for them. A program that a
    /// limit or a person ended has none: its files died with it.
    /// </summary>
    public IReadOnlyList<OutputFile> Files { get; init; } = [];

    /// <summary>
    /// How many more there were: beyond the caps, or no plain files (links of both kinds, FIFOs, sockets, devices), or with
    /// a name that breaks <see cref="RequestRules.CheckPath"/>, or not readable.
    /// </summary>
    public int FilesOmitted { get; init; }
}
