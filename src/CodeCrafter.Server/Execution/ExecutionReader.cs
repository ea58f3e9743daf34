using CodeCrafter.Server.Platform;
using CodeCrafter.Server.Sessions;

namespace CodeCrafter.Server.Execution;

/// <summary>Jobs as those see them who may: who ran them, and the participants of their session.</summary>
internal sealed class ExecutionReader(ExecutionService executions, IExecutionStore store, SessionAccess access)
{
    /// <summary>The state of a job; null where there is none for this user.</summary>
    public async Task<ExecutionResult?> FindAsync(Guid jobId, Guid userId, CancellationToken cancellationToken)
    {
        var result = executions.Find(jobId) is { } job ? executions.Describe(job)
            : await store.FindAsync(jobId, cancellationToken) is { } stored ? ExecutionResult.From(stored)
            : null;
        if (result is null || result.ExecutedBy.Id == userId)
        {
            return result;
        }

        return result.SessionId is { } sessionId && await access.FindAsync(sessionId, userId, cancellationToken) is { } membership
            ? result.For(userId, membership.Role)
            : null;
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
            [.. executions.Select(execution => Describe(execution).For(userId, membership.Role) with { Files = execution.Files })],
            PaginationResponse.Of(page, limit, total));
    }

    // What is stored of a job that waits or runs is how it began.
    private ExecutionResult Describe(StoredExecution stored) =>
        executions.Find(stored.Id) is { } job ? executions.Describe(job) : ExecutionResult.From(stored);
}
