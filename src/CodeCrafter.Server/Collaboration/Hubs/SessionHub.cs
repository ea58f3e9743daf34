using CodeCrafter.Server.Auth;
using CodeCrafter.Server.Collaboration.Documents;
using CodeCrafter.Server.Collaboration.Recordings;
using CodeCrafter.Server.Execution;
using CodeCrafter.Server.Execution.Judging;
using CodeCrafter.Server.Sessions;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.Options;

namespace CodeCrafter.Server.Collaboration.Hubs;

/// <summary><c>/hubs/session</c>: presence, chat and runs. Each call looks up the caller's role anew.</summary>
[Authorize]
internal sealed class SessionHub(
    SessionAccess access,
    SessionPresence presence,
    SessionJournal journal,
    SessionOverview overview,
    IChatStore chat,
    ChatHistory history,
    ExecutionGate executions,
    ExecutionService jobs,
    OpenConnections connections,
    TimeProvider clock,
    IOptions<CollaborationOptions> options) : Hub<ISessionClient>
{
    private static readonly object LoginItem = new();

    /// <summary>Enters a session and returns what has happened in it: messages, participants, what runs now.</summary>
    public async Task<SessionOverviewMessage> JoinSession(Guid sessionId)
    {
        await RequireMemberAsync(sessionId);
        await Groups.AddToGroupAsync(Context.ConnectionId, GroupOf(sessionId));
        var isFirst = presence.Connect(sessionId, Caller, Context.ConnectionId);
        SessionMembership membership;
        try
        {
            // Again, now that a removal would find this connection.
            membership = await RequireMemberAsync(sessionId);
        }
        catch
        {
            await LeaveSession(sessionId);
            throw;
        }

        if (isFirst && !VisitorId.IsReader(Caller.Id))
        {
            journal.Record(sessionId, RecordedEventKind.Joined, Caller, membership.Role);
            await Clients.OthersInGroup(GroupOf(sessionId))
                .ParticipantJoined(new ParticipantJoinedEvent(sessionId, Caller, membership.Role, IsOnline: true));
        }

        return await overview.GetAsync(sessionId, Caller.Id, Context.ConnectionAborted);
    }

    /// <summary>Leaves the session with this connection; the user stays a participant.</summary>
    public async Task LeaveSession(Guid sessionId)
    {
        await Groups.RemoveFromGroupAsync(Context.ConnectionId, GroupOf(sessionId));
        if (presence.Disconnect(sessionId, Context.ConnectionId) is { } user && !VisitorId.IsReader(user.Id))
        {
            journal.Record(sessionId, RecordedEventKind.Left, user);
            await Clients.Group(GroupOf(sessionId)).ParticipantLeft(new ParticipantLeftEvent(sessionId, user, Removed: false));
        }
    }

    /// <summary>Stores a chat message, shows it to everybody in the session and returns it.</summary>
    public async Task<ChatMessageEvent> SendMessage(Guid sessionId, string text)
    {
        if (await RequireMemberAsync(sessionId) is var membership && (membership.Role < membership.ChatRole || VisitorId.IsReader(Caller.Id)))
        {
            throw HubError.Create("forbidden_role", "Your role in this session does not allow writing messages.");
        }

        if (string.IsNullOrWhiteSpace(text) || text.Length > options.Value.MaxMessageLength)
        {
            throw HubError.Create("invalid_message", $"A message has from 1 to {options.Value.MaxMessageLength} characters.");
        }

        var message = new ChatMessage
        {
            Id = Guid.CreateVersion7(),
            SessionId = sessionId,
            UserId = Caller.Id,
            Username = Caller.Username,
            Text = text,
            SentAt = clock.GetUtcNow(),
        };
        await chat.AddAsync(message, CancellationToken.None);
        var sent = ChatMessageEvent.From(message);
        await Clients.Group(GroupOf(sessionId)).MessageReceived(sent);
        return sent;
    }

    /// <summary>A page of the session's messages, which ends right before one of them; null for the newest.</summary>
    public async Task<ChatPage> GetMessages(Guid sessionId, Guid? before, int limit)
    {
        await RequireMemberAsync(sessionId);
        if (limit is < 1 or > ChatHistory.MaxPage)
        {
            throw HubError.Create("invalid_limit", $"A page has from 1 to {ChatHistory.MaxPage} messages.");
        }

        return await history.PageAsync(sessionId, before, limit, Context.ConnectionAborted)
            ?? throw HubError.Create("invalid_cursor", "'before' is no message of this session.");
    }

    /// <summary>Tells the others whether the caller is writing a message.</summary>
    public Task SetTyping(Guid sessionId, bool isTyping) => !presence.IsIn(sessionId, Context.ConnectionId)
        ? throw HubError.NotJoined()
        : VisitorId.IsReader(Caller.Id) ? Task.CompletedTask
        : Clients.OthersInGroup(GroupOf(sessionId)).TypingChanged(new TypingChangedEvent(sessionId, Caller, isTyping));

    /// <summary>Runs the session's document, or the files of the request, and returns the job's id.</summary>
    public async Task<Guid> Run(Guid sessionId, HubRunRequest? request)
    {
        request ??= new HubRunRequest();
        var job = await executions.SubmitAsync(
            new ExecuteRequest
            {
                SessionId = sessionId,
                Language = request.Language,
                Code = request.Code,
                Files = request.Files,
                Entry = request.Entry,
                Stdin = request.Stdin,
                Args = request.Args,
                Limits = request.Limits,
                TestCases = request.TestCases,
                StopAtFirstFailure = request.StopAtFirstFailure,
                Terminal = request.Terminal,
            },
            Context.User!,
            request.Interactive,
            Context.ConnectionAborted);
        return job.Id;
    }

    /// <summary>Gives an interactive run more to read; null is the end of its input.</summary>
    public async Task SendInput(Guid jobId, string? data) => await (await RequireJobAsync(jobId)).SendInputAsync(data);

    /// <summary>Changes the size of a run's terminal, and tells the others who see it.</summary>
    public async Task Resize(Guid jobId, int columns, int rows)
    {
        var job = await RequireJobAsync(jobId);
        if (job.Resize(new TerminalSize(columns, rows)) && job.Plan.SessionId is { } sessionId)
        {
            await Clients.OthersInGroup(GroupOf(sessionId)).ExecutionResized(new ExecutionResizedEvent(sessionId, jobId, columns, rows));
        }
    }

    /// <summary>Stops a job that waits or runs.</summary>
    public async Task Kill(Guid jobId) => await jobs.StopAsync(await RequireJobAsync(jobId));

    public override Task OnConnectedAsync()
    {
        Context.Items[LoginItem] = connections.TryAdd(Context.User!, Context.Abort)
            ?? throw HubError.Create("too_many_connections", "There are as many connections as a user may have.");
        return Task.CompletedTask;
    }

    public override async Task OnDisconnectedAsync(Exception? exception)
    {
        (Context.Items[LoginItem] as IDisposable)?.Dispose();
        foreach (var sessionId in presence.SessionsOf(Context.ConnectionId))
        {
            await LeaveSession(sessionId);
        }
    }

    public static string GroupOf(Guid sessionId) => $"session:{sessionId}";

    private UserNameResponse Caller => new(Context.User!.GetUserId(), Context.User!.GetUsername());

    private async Task<SessionMembership> RequireMemberAsync(Guid sessionId) =>
        await access.FindAsync(sessionId, Caller.Id, Context.ConnectionAborted) ?? throw HubError.SessionNotFound();

    private async Task<ExecutionJob> RequireJobAsync(Guid jobId) =>
        await executions.FindJobAsync(jobId, Caller.Id, Context.ConnectionAborted)
            ?? throw HubError.Create("job_not_found", "No such program waits or runs.");
}

/// <summary>What <see cref="SessionHub.Run"/> takes; all of it is optional.</summary>
internal sealed record HubRunRequest
{
    public string? Language { get; init; }
    public string? Code { get; init; }
    public IReadOnlyList<SessionFile>? Files { get; init; }
    public string? Entry { get; init; }
    public string? Stdin { get; init; }
    public IReadOnlyList<string>? Args { get; init; }
    public LimitsRequest? Limits { get; init; }

    public IReadOnlyList<TestCaseRequest>? TestCases { get; init; }
    public bool? StopAtFirstFailure { get; init; }

    /// <summary>Standard input stays open for <see cref="SessionHub.SendInput"/>.</summary>
    public bool Interactive { get; init; }

    /// <summary>Runs in a terminal of this size, which is interactive too.</summary>
    public TerminalSize? Terminal { get; init; }
}
