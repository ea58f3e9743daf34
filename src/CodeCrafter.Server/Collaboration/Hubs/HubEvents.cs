using CodeCrafter.Server.Execution;
using CodeCrafter.Server.Sessions;

namespace CodeCrafter.Server.Collaboration.Hubs;

/// <summary>What the server calls on the clients of the hub: one object each, with the session's id in it.</summary>
internal interface ISessionClient
{
    Task ParticipantJoined(ParticipantJoinedEvent message);
    Task ParticipantLeft(ParticipantLeftEvent message);
    Task RoleChanged(RoleChangedEvent message);
    Task Removed(SessionEventMessage message);
    Task MessageReceived(ChatMessageEvent message);
    Task TypingChanged(TypingChangedEvent message);
    Task ExecutionQueued(ExecutionQueuedEvent message);
    Task ExecutionStarted(ExecutionStartedEvent message);
    Task ExecutionResized(ExecutionResizedEvent message);
    Task ExecutionOutput(ExecutionOutputEvent message);
    Task ExecutionFinished(ExecutionResult message);
    Task SessionSaved(SessionSavedEvent message);
    Task SessionUpdated(SessionEventMessage message);
    Task SessionDeleted(SessionEventMessage message);
}

internal sealed record SessionEventMessage(Guid SessionId);

/// <summary>Somebody came online, or was added (and may be offline).</summary>
internal sealed record ParticipantJoinedEvent(Guid SessionId, UserNameResponse User, SessionRole Role, bool IsOnline);

/// <summary>Somebody went offline, or is no participant any more.</summary>
internal sealed record ParticipantLeftEvent(Guid SessionId, UserNameResponse User, bool Removed);

internal sealed record RoleChangedEvent(Guid SessionId, UserNameResponse User, SessionRole Role);

internal sealed record ChatMessageEvent(Guid SessionId, Guid Id, UserNameResponse User, string Text, DateTimeOffset SentAt)
{
    public static ChatMessageEvent From(ChatMessage message) => new(
        message.SessionId, message.Id, new UserNameResponse(message.UserId, message.Username), message.Text, message.SentAt);
}

internal sealed record TypingChangedEvent(Guid SessionId, UserNameResponse User, bool IsTyping);

/// <param name="Position">The place in the queue, 1 for the next.</param>
internal sealed record ExecutionQueuedEvent(Guid SessionId, Guid JobId, string Language, UserNameResponse User, int Position);

internal sealed record ExecutionStartedEvent(Guid SessionId, Guid JobId, string Language, UserNameResponse User, DateTimeOffset StartedAt, TerminalSize? Terminal);

/// <summary>Somebody changed the size of a run's terminal.</summary>
internal sealed record ExecutionResizedEvent(Guid SessionId, Guid JobId, int Columns, int Rows);

/// <param name="Phase"><c>compile</c> or <c>run</c>.</param>
/// <param name="Stream"><c>stdout</c> or <c>stderr</c>.</param>
/// <param name="TestCase">The index of the test case that printed it; null where there are none.</param>
/// <param name="Offset">
/// UTF-16 code units that this stream of this phase had before: whoever enters while a program prints may get the same
/// output in the answer to JoinSession and as an event.
/// </param>
internal sealed record ExecutionOutputEvent(Guid SessionId, Guid JobId, string Phase, string Stream, int? TestCase, long Offset, string Data);

internal sealed record SessionSavedEvent(Guid SessionId, DateTimeOffset SavedAt);
