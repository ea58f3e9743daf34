using System.Text.Json.Serialization;
using CodeCrafter.Sandbox;
using CodeCrafter.Server.Execution.Judging;

namespace CodeCrafter.Server.Execution;

/// <summary>A job and its outcome as they are stored: the queue survives a crash, and the history is kept.</summary>
internal sealed class StoredExecution
{
    // What a run takes that printed nothing.
    private const long RowBytes = 1024;

    public required Guid Id { get; init; }
    public Guid? SessionId { get; init; }
    public required Guid UserId { get; init; }
    public required string Username { get; init; }
    public required string Language { get; init; }
    public string? Version { get; init; }
    public required string Entry { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public DateTimeOffset? StartedAt { get; set; }
    public DateTimeOffset? FinishedAt { get; set; }

    /// <summary>A <see cref="CodeCrafter.Sandbox.RunStatus"/>.</summary>
    public required int StatusId { get; set; }

    /// <summary>The files as they ran; shortened where <see cref="IsShortened"/>.</summary>
    public required IReadOnlyList<ExecutedFile> Files { get; set; }

    /// <summary>The size of its terminal, at the end; null where it had none.</summary>
    public TerminalSize? Terminal { get; init; }

    public ExecutionStep? Compile { get; set; }
    public ExecutionStep? Run { get; set; }

    /// <summary>Null where there are none.</summary>
    public IReadOnlyList<TestCaseResult>? TestCases { get; set; }

    /// <summary>What there is to be had from <see cref="IExecutionStore.FindFileAsync"/>.</summary>
    public IReadOnlyList<StoredOutputFile> OutputFiles { get; set; } = [];

    public int OutputFilesOmitted { get; set; }

    /// <summary>Texts are the beginnings of longer ones, which <see cref="Details"/> has.</summary>
    public bool IsShortened { get; set; }

    /// <summary>About the bytes that all of it takes in the storage.</summary>
    public long Size { get; set; } = RowBytes;

    /// <summary>What is shortened, whole; null where nothing is, and in lists.</summary>
    public ExecutionDetails? Details { get; set; }

    /// <summary>
    /// Moves texts that take more than so many bytes of JSON, those of the files and those of the results each, to
    /// <see cref="Details"/>, and counts <see cref="Size"/>.
    /// </summary>
    /// <param name="maxBytes">The most that stay here, of each.</param>
    /// <param name="outputFileBytes">The content of the files that the program made.</param>
    public void Shorten(long maxBytes, long outputFileBytes = 0)
    {
        var texts = new ResultTexts(Compile, Run, TestCases);
        var (shortTexts, shortFiles) = (texts.Shorten(maxBytes), ExecutedFile.Shorten(Files, maxBytes));
        Size = RowBytes + texts.Size + Files.Sum(file => (long)file.Path.Length + file.Content.Length) + outputFileBytes;
        if (ReferenceEquals(shortTexts, texts) && ReferenceEquals(shortFiles, Files))
        {
            return;
        }

        Details = new ExecutionDetails(Files, Compile, Run, TestCases);
        (Compile, Run, TestCases) = shortTexts;
        Files = shortFiles;
        IsShortened = true;
    }

    /// <summary>All that was printed and given, as far as it was loaded.</summary>
    public ResultTexts Texts => Details is { } whole ? new(whole.Compile, whole.Run, whole.TestCases) : new(Compile, Run, TestCases);
}

/// <summary>The texts of an execution that are too long to be loaded with every list.</summary>
internal sealed record ExecutionDetails(
    IReadOnlyList<ExecutedFile> Files, ExecutionStep? Compile, ExecutionStep? Run, IReadOnlyList<TestCaseResult>? TestCases);

/// <summary>A file as it ran.</summary>
/// <param name="Path">Its path.</param>
/// <param name="Content">Its text.</param>
/// <param name="Truncated">The text is the beginning of a longer one.</param>
internal sealed record ExecutedFile(
    string Path, string Content, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] bool Truncated = false)
{
    /// <summary>The files with texts of at most so many bytes of JSON in all; the same list where they have no more.</summary>
    public static IReadOnlyList<ExecutedFile> Shorten(IReadOnlyList<ExecutedFile> files, long maxBytes)
    {
        var share = JsonSize.ShareOf([.. files.Select(file => file.Content)], maxBytes);
        return share == long.MaxValue ? files : [.. files.Select(file => file.Shorten(share))];
    }

    private ExecutedFile Shorten(long maxBytes) =>
        JsonSize.Shorten(Content, maxBytes) is var content && content.Length < Content.Length ? this with { Content = content, Truncated = true } : this;
}

/// <summary>A file that a program made, without its content.</summary>
internal sealed record StoredOutputFile(string Path, long Size);

/// <summary>What executions need of the storage.</summary>
internal interface IExecutionStore
{
    /// <summary>Stores an execution, with its details where it has some.</summary>
    Task AddAsync(StoredExecution execution, CancellationToken cancellationToken);

    /// <summary>
    /// Stores start, end, status and results of an execution that was added before, with the files that the program made;
    /// all or nothing. Doing it again changes nothing. The oldest executions of the session and of the user go where these
    /// have more than the settings allow (<see cref="ExecutionOptions.KeptRunsPerSession"/> and those beside it).
    /// </summary>
    Task UpdateAsync(StoredExecution execution, IReadOnlyList<OutputFile> files, CancellationToken cancellationToken);

    /// <summary>The content of a file that a program made.</summary>
    Task<byte[]?> FindFileAsync(Guid executionId, string path, CancellationToken cancellationToken);

    /// <summary>An execution, with its details where it has some.</summary>
    Task<StoredExecution?> FindAsync(Guid id, CancellationToken cancellationToken);

    /// <summary>Who ran an execution, and in which session; null where there is no such execution.</summary>
    Task<(Guid UserId, Guid? SessionId)?> FindOwnerAsync(Guid id, CancellationToken cancellationToken);

    /// <summary>The executions of a session without their details, newest first, and how many there are.</summary>
    Task<(IReadOnlyList<StoredExecution> Page, int Total)> ListAsync(Guid sessionId, int skip, int take, CancellationToken cancellationToken);

    /// <summary>
    /// Ends what was waiting or running when the server stopped, with Internal Error, so that nothing stays In Queue
    /// for ever. Returns how many there were.
    /// </summary>
    Task<int> FailUnfinishedAsync(DateTimeOffset now, CancellationToken cancellationToken);
}
