using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Text;
using System.Threading.Channels;
using CodeCrafter.Sandbox;
using CodeCrafter.Server.Sessions;

namespace CodeCrafter.Server.Execution;

/// <summary>Something that the participants of a session see of a run in it.</summary>
internal abstract record ExecutionEvent(Guid SessionId, Guid JobId);

/// <summary>The job waits, and its place in the queue is new.</summary>
/// <param name="Position">1 for the next.</param>
internal sealed record ExecutionQueued(Guid SessionId, Guid JobId, string Language, UserNameResponse User, int Position)
    : ExecutionEvent(SessionId, JobId);

/// <summary>A worker took the job.</summary>
internal sealed record ExecutionStarted(Guid SessionId, Guid JobId, string Language, UserNameResponse User, DateTimeOffset StartedAt, TerminalSize? Terminal)
    : ExecutionEvent(SessionId, JobId);

/// <summary>The compiler or the program printed.</summary>
/// <param name="TestCase">The index of the test case that printed it; null where there are none.</param>
/// <param name="Offset">UTF-16 code units that the same stream of the same phase had before.</param>
internal sealed record ExecutionOutput(Guid SessionId, Guid JobId, RunPhase Phase, OutputStream Stream, int? TestCase, long Offset, string Data)
    : ExecutionEvent(SessionId, JobId);

/// <summary>The job ended, and its result is stored. The event has a long one shortened.</summary>
internal sealed record ExecutionFinished(Guid SessionId, Guid JobId, ExecutionResult Result)
    : ExecutionEvent(SessionId, JobId);

/// <summary>
/// Carries what runs do to Collaboration, which drains it. Output that waits is merged: a program that prints a character
/// at a time must not cost an object for each, nor a message.
/// </summary>
/// <remarks>What waits is bounded by the workers times the output limit of a program.</remarks>
internal sealed class ExecutionEvents
{
    private readonly Lock _lock = new();
    private readonly Queue<Waiting> _waiting = [];
    private readonly Channel<bool> _arrivals = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private Waiting? _last;

    public void Publish(ExecutionEvent executionEvent)
    {
        lock (_lock)
        {
            if (executionEvent is ExecutionOutput output && _last?.TryAppend(output) == true)
            {
                return;
            }

            _waiting.Enqueue(_last = new Waiting(executionEvent));
        }

        _arrivals.Writer.TryWrite(true);
    }

    /// <summary>All events in their order, as they come; for one reader.</summary>
    public async IAsyncEnumerable<ExecutionEvent> ReadAllAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var _ in _arrivals.Reader.ReadAllAsync(cancellationToken))
        {
            while (TryTake(out var executionEvent))
            {
                yield return executionEvent;
            }
        }
    }

    /// <summary>The next event, if one waits.</summary>
    public bool TryTake([NotNullWhen(true)] out ExecutionEvent? executionEvent)
    {
        lock (_lock)
        {
            executionEvent = _waiting.TryDequeue(out var first) ? first.Event : null;
            _last = _waiting.Count == 0 ? null : _last;
            return executionEvent is not null;
        }
    }

    private sealed class Waiting(ExecutionEvent executionEvent)
    {
        private const int MaxOutputCharacters = 16 << 10;

        private StringBuilder? _data;

        public ExecutionEvent Event => _data is null ? executionEvent : (ExecutionOutput)executionEvent with { Data = _data.ToString() };

        public bool TryAppend(ExecutionOutput next)
        {
            if (executionEvent is not ExecutionOutput first
                || (first.JobId, first.Phase, first.Stream, first.TestCase) != (next.JobId, next.Phase, next.Stream, next.TestCase)
                || (_data?.Length ?? first.Data.Length) + next.Data.Length > MaxOutputCharacters)
            {
                return false;
            }

            (_data ??= new StringBuilder(first.Data)).Append(next.Data);
            return true;
        }
    }
}
