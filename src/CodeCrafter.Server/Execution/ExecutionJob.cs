using CodeCrafter.Sandbox;
using CodeCrafter.Server.Execution.Judging;
using CodeCrafter.Server.Sessions;

namespace CodeCrafter.Server.Execution;

/// <summary>What is to be run, checked and complete.</summary>
internal sealed record ExecutionPlan
{
    public required UserNameResponse User { get; init; }
    public Guid? SessionId { get; init; }
    public required RunRequest Request { get; init; }
    public required IReadOnlyList<SessionFile> Files { get; init; }

    /// <summary>The standard input, or the beginning of it.</summary>
    public required string Stdin { get; init; }

    /// <summary>There will be more: <see cref="ExecutionJob.SendInputAsync"/>.</summary>
    public bool IsInteractive { get; init; }

    /// <summary>None where the program runs once.</summary>
    public IReadOnlyList<TestCase> TestCases { get; init; } = [];

    public bool StopAtFirstFailure { get; init; }

    /// <summary>The memory that the texts of the request take while it waits.</summary>
    public long MemoryBytes => sizeof(char) * (Stdin.Length
        + Files.Sum(file => (long)file.Path.Length + file.Content.Length)
        + TestCases.Sum(testCase => (long)testCase.Stdin.Length + testCase.Request.ExpectedOutput!.Length));
}

/// <summary>A job that waits or runs. Its output is published while it is printed.</summary>
internal sealed class ExecutionJob : IRunObserver
{
    private readonly ExecutionEvents _events;
    private readonly JobInput _input;
    private readonly JobOutput? _output;
    private readonly CancellationTokenSource _cancellation = new();
    private readonly TaskCompletionSource<ExecutionResult> _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _stateLock = new();
    private int? _toldPlace;

    public ExecutionJob(ExecutionPlan plan, ExecutionEvents events, DateTimeOffset createdAt, int maxInputBytes)
    {
        _events = events;
        _input = new JobInput(plan.Stdin, plan.IsInteractive, maxInputBytes);
        _output = plan.SessionId is { } sessionId ? new JobOutput(sessionId, Id, events) : null;
        Plan = plan with { Request = plan.Request with { StandardInput = _input.Reader } };
        CreatedAt = createdAt;
    }

    public Guid Id { get; } = Guid.CreateVersion7();

    public ExecutionPlan Plan { get; }

    public DateTimeOffset CreatedAt { get; }

    public DateTimeOffset? StartedAt { get; private set; }

    /// <summary>Completes when the job is in the storage, which may be while it runs; with false where it could not be stored.</summary>
    public TaskCompletionSource<bool> Stored { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes with the result once it is stored.</summary>
    public Task<ExecutionResult> Completion => _completion.Task;

    /// <summary>Cancelled when somebody stops the job.</summary>
    public CancellationToken Stopped => _cancellation.Token;

    /// <summary>The size of its terminal, as it is now; null where it has none.</summary>
    public TerminalSize? TerminalSize => Plan.Request.Terminal is { } terminal ? new TerminalSize(terminal.Columns, terminal.Rows) : null;

    /// <summary>What has been printed, for those who come late to a session.</summary>
    public IReadOnlyList<OutputPiece> OutputSoFar() => _output?.SoFar() ?? [];

    public void Start(DateTimeOffset now)
    {
        lock (_stateLock)
        {
            StartedAt = now;
            if (Plan.SessionId is { } sessionId)
            {
                _events.Publish(new ExecutionStarted(sessionId, Id, Plan.Request.Language.Id, Plan.User, now, TerminalSize));
            }
        }
    }

    /// <summary>Tells the session the job's place in the queue, unless it knows it; returns whether it did.</summary>
    public bool TellPlace(int place)
    {
        // Never after it has started or ended.
        lock (_stateLock)
        {
            if (Plan.SessionId is not { } sessionId || StartedAt is not null || _completion.Task.IsCompleted || _toldPlace == place)
            {
                return false;
            }

            _toldPlace = place;
            _events.Publish(new ExecutionQueued(sessionId, Id, Plan.Request.Language.Id, Plan.User, place));
            return true;
        }
    }

    public ValueTask OnOutputAsync(RunPhase phase, OutputStream stream, string text)
    {
        Show(phase, stream, testCase: null, text);
        return ValueTask.CompletedTask;
    }

    /// <summary>Shows what was printed to those who watch, if any may.</summary>
    public void Show(RunPhase phase, OutputStream stream, int? testCase, string text) => _output?.Add(phase, stream, testCase, text);

    /// <summary>Changes the size of the job's terminal; false where it has this size already.</summary>
    /// <exception cref="ExecutionRefusedException">It has none, or not of this size.</exception>
    public bool Resize(TerminalSize size)
    {
        if (Plan.Request.Terminal is not { } terminal)
        {
            throw new ExecutionRefusedException("no_terminal", "This run has no terminal.");
        }

        ExecutionPlanner.CheckTerminal(size);
        if (size == TerminalSize)
        {
            return false;
        }

        terminal.Resize(size.Columns, size.Rows);
        return true;
    }

    /// <inheritdoc cref="JobInput.SendAsync"/>
    public Task SendInputAsync(string? data) => _input.SendAsync(data);

    /// <summary>Tells the run to stop, if there is one. See <see cref="ExecutionService.StopAsync"/>.</summary>
    public void Cancel() => _cancellation.Cancel();

    /// <summary>The job is over. Whoever found it before may still stop it or send it input, to no effect.</summary>
    /// <param name="result">How it ended.</param>
    /// <param name="maxEventBytes">The texts of the result take at most so much in the event.</param>
    public async Task CompleteAsync(ExecutionResult result, long maxEventBytes)
    {
        await _input.CloseAsync();
        lock (_stateLock)
        {
            // After the last place, if one was told: it is the end.
            if (_completion.TrySetResult(result) && Plan.SessionId is { } sessionId)
            {
                _events.Publish(new ExecutionFinished(sessionId, Id, result.Shorten(maxEventBytes)));
            }
        }
    }

    /// <summary>The job as it is now.</summary>
    /// <param name="queuePosition">Its place while it waits.</param>
    public ExecutionResult Describe(int? queuePosition = null) => Completion is { IsCompletedSuccessfully: true } completion
        ? completion.Result
        : new ExecutionResult
        {
            JobId = Id,
            SessionId = Plan.SessionId,
            Language = Plan.Request.Language.Id,
            Version = Plan.Request.Language.Version,
            Status = ExecutionStatus.From(StartedAt is null ? RunStatus.InQueue : RunStatus.Processing),
            QueuePosition = queuePosition,
            Terminal = TerminalSize,
            ExecutedBy = Plan.User,
            CreatedAt = CreatedAt,
            StartedAt = StartedAt,
        };
}
