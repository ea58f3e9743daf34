using System.IO.Pipelines;
using System.Text;
using CodeCrafter.Sandbox;
using CodeCrafter.Server.Sessions;

namespace CodeCrafter.Server.Execution;

/// <summary>What is to be run, checked and complete.</summary>
internal sealed record ExecutionPlan
{
    public required UserNameResponse User { get; init; }
    public Guid? SessionId { get; init; }
    public required RunRequest Request { get; init; }
    public required IReadOnlyList<SessionFile> Files { get; init; }

    /// <summary>The whole standard input; null leaves it open for <see cref="ExecutionJob.SendInputAsync"/>.</summary>
    public required string? Stdin { get; init; }
}

/// <summary>A piece of output.</summary>
internal sealed record OutputPiece(RunPhase Phase, OutputStream Stream, string Data);

/// <summary>A job that waits or runs. Its output is published while it is printed.</summary>
internal sealed class ExecutionJob : IRunObserver
{
    private readonly ExecutionEvents _events;
    private readonly int _maxInputBytes;
    private readonly Pipe _input;
    private readonly CancellationTokenSource _cancellation = new();
    private readonly TaskCompletionSource<ExecutionResult> _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly SemaphoreSlim _inputGate = new(1, 1);
    private readonly Lock _outputLock = new();
    private readonly List<(RunPhase Phase, OutputStream Stream, StringBuilder Text)> _output = [];
    private readonly Dictionary<(RunPhase, OutputStream), long> _printed = [];
    private bool _inputClosed;
    private int _inputBytes;

    public ExecutionJob(ExecutionPlan plan, ExecutionEvents events, DateTimeOffset createdAt, int maxInputBytes)
    {
        _events = events;
        _maxInputBytes = maxInputBytes;
        // The cap on input is ours, so the pipe never makes a writer wait for a program that does not read.
        _input = new Pipe(new PipeOptions(pauseWriterThreshold: 0));
        if (plan.Stdin is { } stdin)
        {
            _input.Writer.Write(stdin);
            CloseInput();
        }

        Plan = plan with { Request = plan.Request with { StandardInput = _input.Reader.AsStream() } };
        CreatedAt = createdAt;
    }

    public Guid Id { get; init; } = Guid.CreateVersion7();

    public ExecutionPlan Plan { get; }

    public DateTimeOffset CreatedAt { get; }

    public DateTimeOffset? StartedAt { get; private set; }

    /// <summary>Completes with the result once it is stored.</summary>
    public Task<ExecutionResult> Completion => _completion.Task;

    /// <summary>Cancelled when somebody stops the job.</summary>
    public CancellationToken Stopped => _cancellation.Token;

    /// <summary>What has been printed, for those who come late.</summary>
    public IReadOnlyList<OutputPiece> OutputSoFar()
    {
        lock (_outputLock)
        {
            return [.. _output.Select(piece => new OutputPiece(piece.Phase, piece.Stream, piece.Text.ToString()))];
        }
    }

    public void Start(DateTimeOffset now)
    {
        StartedAt = now;
        if (Plan.SessionId is { } sessionId)
        {
            _events.Publish(new ExecutionStarted(sessionId, Id, Plan.Request.Language.Id, Plan.User, now));
        }
    }

    public ValueTask OnOutputAsync(RunPhase phase, OutputStream stream, string text)
    {
        if (Plan.SessionId is { } sessionId)
        {
            // Published under the lock, so that whoever joins misses none: a piece that comes in the list and as an event is
            // told by its offset.
            lock (_outputLock)
            {
                var offset = _printed.GetValueOrDefault((phase, stream));
                _printed[(phase, stream)] = offset + text.Length;
                Keep(phase, stream, text);
                _events.Publish(new ExecutionOutput(sessionId, Id, phase, stream, offset, text));
            }
        }

        return ValueTask.CompletedTask;
    }

    /// <summary>Gives the program more to read; null is the end of its input.</summary>
    /// <exception cref="ExecutionRefusedException">The input is closed, or its cap reached.</exception>
    public async Task SendInputAsync(string? data)
    {
        await _inputGate.WaitAsync();
        try
        {
            if (_inputClosed)
            {
                throw new ExecutionRefusedException("input_closed", "This run has all of its input.");
            }

            if (data is null)
            {
                CloseInput();
                return;
            }

            var bytes = Encoding.UTF8.GetByteCount(data);
            if (bytes > _maxInputBytes - _inputBytes)
            {
                throw new ExecutionRefusedException("input_too_large", $"A run takes at most {_maxInputBytes} bytes of input.");
            }

            _inputBytes += bytes;
            _input.Writer.Write(data);
            await _input.Writer.FlushAsync();
        }
        finally
        {
            _inputGate.Release();
        }
    }

    public void Stop() => _cancellation.Cancel();

    /// <summary>The job is over. Whoever found it before may still stop it or send it input, to no effect.</summary>
    public async Task CompleteAsync(ExecutionResult result)
    {
        await EndAsync();
        _completion.TrySetResult(result);
    }

    /// <summary>The job takes no more input.</summary>
    public async Task EndAsync()
    {
        await _inputGate.WaitAsync();
        try
        {
            CloseInput();
        }
        finally
        {
            _inputGate.Release();
        }
    }

    /// <summary>The job as it is now, before its result.</summary>
    public ExecutionResult Describe() => new()
    {
        JobId = Id,
        SessionId = Plan.SessionId,
        Language = Plan.Request.Language.Id,
        Version = Plan.Request.Language.Version,
        Status = ExecutionStatus.From(StartedAt is null ? RunStatus.InQueue : RunStatus.Processing),
        ExecutedBy = Plan.User,
        CreatedAt = CreatedAt,
        StartedAt = StartedAt,
    };

    // A program that prints a character at a time must not cost an object for each.
    private void Keep(RunPhase phase, OutputStream stream, string text)
    {
        if (_output.Count == 0 || (_output[^1].Phase, _output[^1].Stream) != (phase, stream))
        {
            _output.Add((phase, stream, new StringBuilder()));
        }

        _output[^1].Text.Append(text);
    }

    private void CloseInput()
    {
        _inputClosed = true;
        _input.Writer.Complete();
    }
}

internal static class PipeWriterExtensions
{
    public static void Write(this PipeWriter writer, string text) => Encoding.UTF8.GetBytes(text, writer);
}
