using CodeCrafter.Sandbox;
using CodeCrafter.Server.Execution.Judging;
using CodeCrafter.Server.Sessions;

namespace CodeCrafter.Server.Execution;

/// <summary>A job and its outcome as they are stored: the queue survives a crash, and the history is kept.</summary>
internal sealed class StoredExecution
{
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

    /// <summary>The files as they ran.</summary>
    public required IReadOnlyList<SessionFile> Files { get; init; }

    /// <summary>The size of its terminal, at the end; null where it had none.</summary>
    public TerminalSize? Terminal { get; init; }

    public ExecutionStep? Compile { get; set; }
    public ExecutionStep? Run { get; set; }

    /// <summary>Null where there are none.</summary>
    public IReadOnlyList<TestCaseResult>? TestCases { get; set; }

    /// <summary>What there is to be had from <see cref="IExecutionStore.FindFileAsync"/>.</summary>
    public IReadOnlyList<StoredOutputFile> OutputFiles { get; set; } = [];

    public int OutputFilesOmitted { get; set; }
}

/// <summary>A file that a program made, without its content.</summary>
internal sealed record StoredOutputFile(string Path, long Size);

/// <summary>What executions need of the storage.</summary>
internal interface IExecutionStore
{
    Task AddAsync(StoredExecution execution, CancellationToken cancellationToken);

    /// <summary>
    /// Stores start, end, status and results of an execution that was added before, with the files that the program made;
    /// all or nothing. Doing it again changes nothing.
    /// </summary>
    Task UpdateAsync(StoredExecution execution, IReadOnlyList<OutputFile> files, CancellationToken cancellationToken);

    /// <summary>The content of a file that a program made.</summary>
    Task<byte[]?> FindFileAsync(Guid executionId, string path, CancellationToken cancellationToken);

    Task<StoredExecution?> FindAsync(Guid id, CancellationToken cancellationToken);

    /// <summary>The executions of a session, newest first, and how many there are.</summary>
    Task<(IReadOnlyList<StoredExecution> Page, int Total)> ListAsync(Guid sessionId, int skip, int take, CancellationToken cancellationToken);

    /// <summary>
    /// Ends what was waiting or running when the server stopped, with Internal Error, so that nothing stays In Queue
    /// for ever. Returns how many there were.
    /// </summary>
    Task<int> FailUnfinishedAsync(DateTimeOffset now, CancellationToken cancellationToken);
}
