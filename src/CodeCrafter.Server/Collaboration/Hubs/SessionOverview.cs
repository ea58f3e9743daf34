using CodeCrafter.Sandbox;
using CodeCrafter.Server.Execution;
using CodeCrafter.Server.Sessions;

namespace CodeCrafter.Server.Collaboration.Hubs;

/// <summary>What somebody who enters a session must know of what happened before.</summary>
internal sealed class SessionOverview(
    ISessionStore sessions, SessionDescriber describer, ChatHistory chat, ExecutionService jobs, IExecutionStore executions)
{
    private const int Messages = 100;

    public async Task<SessionOverviewMessage> GetAsync(Guid sessionId, Guid userId, CancellationToken cancellationToken)
    {
        var chatPage = await chat.PageAsync(sessionId, before: null, Messages, cancellationToken);
        var session = (await sessions.FindAsync(sessionId, new SessionCaller(userId), cancellationToken)).Session
            ?? throw HubError.SessionNotFound();
        var current = jobs.InSession(sessionId);
        var (latest, _) = await executions.ListAsync(sessionId, 0, 1, cancellationToken);
        return new SessionOverviewMessage(
            chatPage!.Messages,
            chatPage.NextBefore,
            describer.Describe(session, userId).Participants,
            [.. current.Where(job => job.StartedAt is not null).Select(HubOutput.Describe)],
            [.. current.Select(jobs.Describe).Where(job => job.QueuePosition is not null).Select(HubOutput.DescribeQueued)],
            latest.Where(execution => execution.FinishedAt is not null)
                .Select(execution => ExecutionResult.From(execution).For(userId, session.RoleOf(userId))).FirstOrDefault());
    }
}

/// <summary>The answer to <see cref="SessionHub.JoinSession"/>.</summary>
/// <param name="Messages">The latest, oldest first.</param>
/// <param name="NextBefore">For the page before them; null where these are all.</param>
/// <param name="Participants">Who is in the session.</param>
/// <param name="Executions">What runs now.</param>
/// <param name="Queued">What waits.</param>
/// <param name="LastResult">Of what ran last.</param>
internal sealed record SessionOverviewMessage(
    IReadOnlyList<ChatMessageEvent> Messages,
    Guid? NextBefore,
    IReadOnlyList<ParticipantResponse> Participants,
    IReadOnlyList<RunningExecution> Executions,
    IReadOnlyList<ExecutionQueuedEvent> Queued,
    ExecutionResult? LastResult);

/// <summary>A run that goes on, with its output so far.</summary>
internal sealed record RunningExecution(
    Guid JobId, string Language, UserNameResponse User, DateTimeOffset StartedAt, TerminalSize? Terminal, IReadOnlyList<RunningOutput> Output);

/// <param name="Phase"><c>compile</c> or <c>run</c>.</param>
/// <param name="Stream"><c>stdout</c> or <c>stderr</c>.</param>
/// <param name="TestCase">The index of the test case that printed it; null where there are none.</param>
/// <param name="Offset">As in <see cref="ExecutionOutputEvent"/>; of long output only the newest part is told.</param>
/// <param name="Data">The text.</param>
internal sealed record RunningOutput(string Phase, string Stream, int? TestCase, long Offset, string Data);

/// <summary>Output in the words of the hub.</summary>
internal static class HubOutput
{
    public static ExecutionOutputEvent Describe(ExecutionOutput output) => new(
        output.SessionId, output.JobId, Word(output.Phase), Word(output.Stream), output.TestCase, output.Offset, output.Data);

    public static RunningExecution Describe(ExecutionJob job) => new(
        job.Id,
        job.Plan.Request.Language.Id,
        job.Plan.User,
        job.StartedAt ?? job.CreatedAt,
        job.TerminalSize,
        [.. job.OutputSoFar().Select(piece => new RunningOutput(Word(piece.Phase), Word(piece.Stream), piece.TestCase, piece.Offset, piece.Data))]);

    public static ExecutionQueuedEvent DescribeQueued(ExecutionResult job) => new(
        job.SessionId!.Value, job.JobId, job.Language, job.ExecutedBy, job.QueuePosition!.Value);

    private static string Word(RunPhase phase) => phase == RunPhase.Compile ? "compile" : "run";

    private static string Word(OutputStream stream) => stream == OutputStream.Stdout ? "stdout" : "stderr";
}
