using CodeCrafter.Server.Collaboration.Documents;
using CodeCrafter.Server.Collaboration.Recordings;
using CodeCrafter.Server.Execution;
using CodeCrafter.Server.Sessions;
using Microsoft.AspNetCore.SignalR;

namespace CodeCrafter.Server.Collaboration.Hubs;

/// <summary>Brings changes of sessions to those who are connected: as events, and by cutting off who may not stay.</summary>
internal sealed partial class SessionEventPump(
    SessionEvents events,
    SessionAccess access,
    SessionPresence presence,
    Rooms rooms,
    SessionJournal journal,
    IHubContext<SessionHub, ISessionClient> hub,
    ILogger<SessionEventPump> logger) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await foreach (var sessionEvent in events.Reader.ReadAllAsync(stoppingToken))
        {
            try
            {
                await DeliverAsync(sessionEvent);
            }
            catch (Exception exception)
            {
                LogFailed(exception, sessionEvent.GetType().Name, sessionEvent.SessionId);
            }
        }
    }

    private async Task DeliverAsync(SessionEvent sessionEvent)
    {
        journal.Record(sessionEvent);
        var sessionId = sessionEvent.SessionId;
        var everybody = hub.Clients.Group(SessionHub.GroupOf(sessionId));
        switch (sessionEvent)
        {
            case ParticipantAdded added:
                _ = TellAsync(sessionEvent, everybody.ParticipantJoined(new ParticipantJoinedEvent(
                    sessionId, new UserNameResponse(added.UserId, added.Username), added.Role, presence.OnlineIn(sessionId).Contains(added.UserId))));
                await FollowAsync(sessionEvent, added.UserId);
                break;
            case ParticipantRoleChanged changed:
                await FollowAsync(sessionEvent, changed.UserId);
                _ = TellAsync(sessionEvent, everybody.RoleChanged(new RoleChangedEvent(sessionId, new UserNameResponse(changed.UserId, changed.Username), changed.Role)));
                break;
            case ParticipantRemoved removed:
                await rooms.PostIfOpenAsync(sessionId, new RoomCommand.Disconnect(removed.UserId, CloseReason.Removed));
                await CutOffAsync(sessionEvent, removed.UserId, client => client.Removed(new SessionEventMessage(sessionId)));
                _ = TellAsync(sessionEvent, everybody.ParticipantLeft(new ParticipantLeftEvent(
                    sessionId, new UserNameResponse(removed.UserId, removed.Username), Removed: true)));
                break;
            case SessionRemoved:
                await rooms.PostIfOpenAsync(sessionId, new RoomCommand.Disconnect(null, CloseReason.Deleted));
                await CutOffAsync(sessionEvent, null, client => client.SessionDeleted(new SessionEventMessage(sessionId)));
                break;
            case SessionChanged:
                // It may be private now, with strangers in it.
                foreach (var userId in presence.OnlineIn(sessionId).Union(await rooms.UsersOfAsync(sessionId)))
                {
                    await FollowAsync(sessionEvent, userId);
                }

                _ = TellAsync(sessionEvent, everybody.SessionUpdated(new SessionEventMessage(sessionId)));
                break;
        }
    }

    // What holds now, not what the event says: requests may publish in another order than they were stored in.
    private async Task FollowAsync(SessionEvent sessionEvent, Guid userId)
    {
        var sessionId = sessionEvent.SessionId;
        if (await access.FindAsync(sessionId, userId, CancellationToken.None) is { } current)
        {
            await rooms.PostIfOpenAsync(sessionId, new RoomCommand.ChangeRole(userId, current.Role));
        }
        else
        {
            await rooms.PostIfOpenAsync(sessionId, new RoomCommand.Disconnect(userId, CloseReason.Removed));
            await CutOffAsync(sessionEvent, userId, client => client.Removed(new SessionEventMessage(sessionId)));
        }
    }

    private async Task CutOffAsync(SessionEvent sessionEvent, Guid? userId, Func<ISessionClient, Task> tell)
    {
        var sessionId = sessionEvent.SessionId;
        foreach (var connectionId in presence.ConnectionsOf(sessionId, userId))
        {
            await hub.Groups.RemoveFromGroupAsync(connectionId, SessionHub.GroupOf(sessionId));
            presence.Disconnect(sessionId, connectionId);
            _ = TellAsync(sessionEvent, tell(hub.Clients.Client(connectionId)));
        }
    }

    // Not waited for: whoever reads slowly must not hold up the others, nor what revokes a right. SignalR keeps the order
    // and cuts off who does not read at all.
    private async Task TellAsync(SessionEvent sessionEvent, Task sending)
    {
        try
        {
            await sending;
        }
        catch (Exception exception)
        {
            LogFailed(exception, sessionEvent.GetType().Name, sessionEvent.SessionId);
        }
    }

    [LoggerMessage(LogLevel.Error, "Event {Event} of session {SessionId} was not delivered")]
    private partial void LogFailed(Exception exception, string @event, Guid sessionId);
}

/// <summary>Brings what runs print to the participants, and says when they start and end.</summary>
internal sealed partial class ExecutionEventPump(
    ExecutionEvents events,
    SessionAccess access,
    SessionPresence presence,
    RunTimelines timelines,
    IHubContext<SessionHub, ISessionClient> hub,
    ILogger<ExecutionEventPump> logger) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await foreach (var executionEvent in events.ReadAllAsync(stoppingToken))
        {
            timelines.Observe(executionEvent);
            // Not waited for, as above.
            _ = DeliverAsync(executionEvent);
        }
    }

    private async Task DeliverAsync(ExecutionEvent executionEvent)
    {
        try
        {
            await SendAsync(executionEvent);
        }
        catch (Exception exception)
        {
            LogFailed(exception, executionEvent.JobId);
        }
    }

    private Task SendAsync(ExecutionEvent executionEvent)
    {
        var everybody = hub.Clients.Group(SessionHub.GroupOf(executionEvent.SessionId));
        return executionEvent switch
        {
            ExecutionQueued queued => everybody.ExecutionQueued(new ExecutionQueuedEvent(
                queued.SessionId, queued.JobId, queued.Language, queued.User, queued.Position)),
            ExecutionStarted started => everybody.ExecutionStarted(new ExecutionStartedEvent(
                started.SessionId, started.JobId, started.Language, started.User, started.StartedAt, started.Terminal)),
            ExecutionOutput output => everybody.ExecutionOutput(HubOutput.Describe(output)),
            ExecutionFinished { Result.TestCases: { } cases } finished when cases.Any(testCase => testCase.Hidden) => SendHiddenAsync(finished),
            ExecutionFinished finished => everybody.ExecutionFinished(finished.Result),
            _ => throw new InvalidOperationException($"Nobody knows what {executionEvent.GetType().Name} is."),
        };
    }

    // Hidden test cases are shown to who ran them and to admins; a connection of which that is not known gets no secrets.
    private async Task SendHiddenAsync(ExecutionFinished finished)
    {
        var (sessionId, result) = (finished.SessionId, finished.Result);
        var trusted = new List<string>();
        foreach (var userId in presence.OnlineIn(sessionId))
        {
            if (await access.FindAsync(sessionId, userId, CancellationToken.None) is { } membership
                && ReferenceEquals(result.For(userId, membership.Role), result))
            {
                trusted.AddRange(presence.ConnectionsOf(sessionId, userId));
            }
        }

        await Task.WhenAll(
            hub.Clients.Clients(trusted).ExecutionFinished(result),
            hub.Clients.GroupExcept(SessionHub.GroupOf(sessionId), trusted).ExecutionFinished(result.For(Guid.Empty, role: null)));
    }

    [LoggerMessage(LogLevel.Error, "An event of job {JobId} was not delivered")]
    private partial void LogFailed(Exception exception, Guid jobId);
}
