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

/// <summary>The job ended, and its result is stored.</summary>
internal sealed record ExecutionFinished(Guid SessionId, Guid JobId, ExecutionResult Result)
    : ExecutionEvent(SessionId, JobId);

/// <summary>Carries what runs do to Collaboration, which drains it.</summary>
internal sealed class ExecutionEvents
{
    // Unbounded, since what it holds is bounded already: by the workers times the output limit of a program.
    private readonly Channel<ExecutionEvent> _channel =
        Channel.CreateUnbounded<ExecutionEvent>(new UnboundedChannelOptions { SingleReader = true });

    public ChannelReader<ExecutionEvent> Reader => _channel.Reader;

    public void Publish(ExecutionEvent executionEvent) => _channel.Writer.TryWrite(executionEvent);
}
