using System.Text.Json.Serialization;
using CodeCrafter.Sandbox;
using CodeCrafter.Server.Execution.Judging;
using CodeCrafter.Server.Sessions;

namespace CodeCrafter.Server.Execution;

/// <summary>How it went: Judge0's numbers, and 15 Memory Limit Exceeded, 16 Output Limit Exceeded and 17 Cancelled.</summary>
/// <param name="Id">The number: 3 is Accepted.</param>
/// <param name="Description">The same in words.</param>
internal sealed record ExecutionStatus(int Id, string Description)
{
    public static ExecutionStatus From(RunStatus status) => new((int)status, status switch
    {
        RunStatus.InQueue => "In Queue",
        RunStatus.Processing => "Processing",
        RunStatus.Accepted => "Accepted",
        RunStatus.WrongAnswer => "Wrong Answer",
        RunStatus.TimeLimitExceeded => "Time Limit Exceeded",
        RunStatus.CompilationError => "Compilation Error",
        RunStatus.RuntimeErrorSigsegv => "Runtime Error (SIGSEGV)",
        RunStatus.RuntimeErrorSigxfsz => "Runtime Error (SIGXFSZ)",
        RunStatus.RuntimeErrorSigfpe => "Runtime Error (SIGFPE)",
        RunStatus.RuntimeErrorSigabrt => "Runtime Error (SIGABRT)",
        RunStatus.RuntimeErrorNzec => "Runtime Error (NZEC)",
        RunStatus.RuntimeErrorOther => "Runtime Error (Other)",
        RunStatus.InternalError => "Internal Error",
        RunStatus.ExecFormatError => "Exec Format Error",
        RunStatus.MemoryLimitExceeded => "Memory Limit Exceeded",
        RunStatus.OutputLimitExceeded => "Output Limit Exceeded",
        RunStatus.Cancelled => "Cancelled",
        _ => throw new ArgumentOutOfRangeException(nameof(status), status, null),
    });
}

/// <summary>The state of a job: its result once <c>finishedAt</c> is set.</summary>
internal sealed record ExecutionResult
{
    public required Guid JobId { get; init; }

    /// <summary>The session that it ran in; null for a private run.</summary>
    public Guid? SessionId { get; init; }

    /// <summary>A language id.</summary>
    public required string Language { get; init; }

    /// <summary>The version of the language's toolchain.</summary>
    public string? Version { get; init; }

    public required ExecutionStatus Status { get; init; }

    /// <summary>The place in the queue while the job waits, 1 for the next; null otherwise.</summary>
    public int? QueuePosition { get; init; }

    /// <summary>The size of its terminal; null where it ran without, as all runs over HTTP do.</summary>
    public TerminalSize? Terminal { get; init; }

    /// <summary>Null before the compiler has run, and where the language has none.</summary>
    public ExecutionStep? Compile { get; init; }

    /// <summary>Null before the program has run, and where there are test cases.</summary>
    public ExecutionStep? Run { get; init; }

    /// <summary>A verdict for each test case; only where there are some, and at the end.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<TestCaseResult>? TestCases { get; init; }

    /// <summary>The files that the program made or changed, within the server's caps.</summary>
    public IReadOnlyList<OutputFileItem> OutputFiles { get; init; } = [];

    /// <summary>How many more there were: beyond the caps, or not plain files.</summary>
    public int OutputFilesOmitted { get; init; }

    public required UserNameResponse ExecutedBy { get; init; }

    /// <summary>When it was asked for.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it left the queue; null while it waits, and where it never ran.</summary>
    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>When it was over; null until then.</summary>
    public DateTimeOffset? FinishedAt { get; init; }

    /// <summary>The files as they ran; of a job that is over, in a session's history and where the job is asked for.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<ExecutedFile>? Files { get; init; }

    /// <summary>
    /// Texts of this answer are the beginnings of longer ones: <c>GET /api/execute/status/{jobId}</c> has all of them. It
    /// happens in the history, in <c>ExecutionFinished</c> and in the answer to <c>JoinSession</c>.
    /// </summary>
    public bool Shortened { get; init; }

    /// <summary>
    /// The result as this reader may see it: hidden test cases show all to who ran them and to the session's admins, and
    /// their verdicts to everybody else.
    /// </summary>
    public ExecutionResult For(Guid userId, SessionRole? role) =>
        TestCases is null || userId == ExecutedBy.Id || role >= SessionRole.Admin
            ? this
            : this with { TestCases = [.. TestCases.Select(testCase => testCase.WithoutSecrets())] };

    /// <summary>The same with texts that take at most so many bytes of JSON, and as many of the files.</summary>
    public ExecutionResult Shorten(long maxBytes)
    {
        var texts = new ResultTexts(Compile, Run, TestCases);
        var (shortTexts, shortFiles) = (texts.Shorten(maxBytes), Files is null ? null : ExecutedFile.Shorten(Files, maxBytes));
        return ReferenceEquals(shortTexts, texts) && ReferenceEquals(shortFiles, Files) ? this : this with
        {
            Compile = shortTexts.Compile,
            Run = shortTexts.Run,
            TestCases = shortTexts.TestCases,
            Files = shortFiles,
            Shortened = true,
        };
    }

    /// <summary>The execution as it is stored, with its details where they were loaded, and without its files.</summary>
    public static ExecutionResult From(StoredExecution stored) => new()
    {
        JobId = stored.Id,
        SessionId = stored.SessionId,
        Language = stored.Language,
        Version = stored.Version,
        Status = ExecutionStatus.From((RunStatus)stored.StatusId),
        Terminal = stored.Terminal,
        Compile = stored.Texts.Compile,
        Run = stored.Texts.Run,
        TestCases = stored.Texts.TestCases,
        Shortened = stored.IsShortened && stored.Details is null,
        OutputFiles = [.. stored.OutputFiles.Select(file => new OutputFileItem(file.Path, file.Size, Execution.OutputFiles.ContentTypeOf(file.Path)))],
        OutputFilesOmitted = stored.OutputFilesOmitted,
        ExecutedBy = new UserNameResponse(stored.UserId, stored.Username),
        CreatedAt = stored.CreatedAt,
        StartedAt = stored.StartedAt,
        FinishedAt = stored.FinishedAt,
    };
}
