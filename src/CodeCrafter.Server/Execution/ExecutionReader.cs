using CodeCrafter.Server.Platform;
using CodeCrafter.Server.Sessions;
using Microsoft.Extensions.Options;

namespace CodeCrafter.Server.Execution;

/// <summary>Jobs as those see them who may: who ran them, and the participants of their session.</summary>
internal sealed class ExecutionReader(
    ExecutionService executions, IExecutionStore store, SessionAccess access, IOptions<ExecutionOptions> options)
{
    private readonly ExecutionOptions _options = options.Value;

    /// <summary>The state of a job; null where there is none for this user.</summary>
    public async Task<ExecutionResult?> FindAsync(Guid jobId, Guid userId, CancellationToken cancellationToken)
    {
        var result = executions.Find(jobId) is { } job ? executions.Describe(job)
            : await store.FindAsync(jobId, cancellationToken) is { } stored ? ExecutionResult.From(stored) with { Files = stored.Details?.Files ?? stored.Files }
            : null;
        if (result is null || result.ExecutedBy.Id == userId)
        {
            return result;
        }

        return result.SessionId is { } sessionId && await access.FindAsync(sessionId, userId, cancellationToken) is { } membership
            ? result.For(userId, membership.Role)
            : null;
    }

    /// <summary>The user may see the job.</summary>
    public async Task<bool> CanSeeAsync(Guid jobId, Guid userId, CancellationToken cancellationToken)
    {
        var owner = executions.Find(jobId) is { } job ? (job.Plan.User.Id, job.Plan.SessionId) : await store.FindOwnerAsync(jobId, cancellationToken);
        return owner is var (runner, session)
            && (runner == userId || (session is { } sessionId && await access.FindAsync(sessionId, userId, cancellationToken) is not null));
    }

    /// <summary>What was run in a session, newest first; null where there is no such session for this user.</summary>
    public async Task<ExecutionHistory?> ListAsync(Guid sessionId, Guid userId, int page, int limit, CancellationToken cancellationToken)
    {
        if (await access.FindAsync(sessionId, userId, cancellationToken) is not { } membership)
        {
            return null;
        }

        var (executions, total) = await store.ListAsync(sessionId, (page - 1) * limit, limit, cancellationToken);
        return new ExecutionHistory(
            [.. executions.Select(execution => Describe(execution).For(userId, membership.Role))],
            PaginationResponse.Of(page, limit, total));
    }

    // What is stored of a job that waits or runs is how it began.
    private ExecutionResult Describe(StoredExecution stored) =>
        (executions.Find(stored.Id) is { } job ? executions.Describe(job).Shorten(_options.ShortenedResultBytes) : ExecutionResult.From(stored))
        with { Files = stored.Files };
}
