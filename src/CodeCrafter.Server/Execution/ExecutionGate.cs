using System.Security.Claims;
using CodeCrafter.Server.Auth;
using CodeCrafter.Server.Sessions;

namespace CodeCrafter.Server.Execution;

/// <summary>The one way in for runs, from HTTP and from the hub: role, then plan, then queue.</summary>
internal sealed class ExecutionGate(
    SessionAccess access,
    ExecutionPlanner planner,
    ExecutionService executions,
    IExecutionStore store,
    SandboxHost sandboxes)
{
    /// <exception cref="ExecutionRefusedException">It may not or cannot be run.</exception>
    public async Task<ExecutionJob> SubmitAsync(
        ExecuteRequest request, ClaimsPrincipal principal, bool interactive, CancellationToken cancellationToken)
    {
        var user = new UserNameResponse(principal.GetUserId(), principal.GetUsername());
        if (request.SessionId is { } sessionId)
        {
            await RequireRunnerAsync(sessionId, user.Id, cancellationToken);
        }
        else if (principal.GetVisitedSession() is not null)
        {
            throw new ExecutionRefusedException("account_required", "Guests run programs in their session only.", StatusCodes.Status403Forbidden);
        }

        var plan = await planner.PlanAsync(request, user, interactive, cancellationToken);
        await sandboxes.GetAsync(cancellationToken);
        return await executions.SubmitAsync(plan);
    }

    /// <summary>A job that the user may steer: their own, or any in a session where they may run programs. Null where it is over.</summary>
    /// <exception cref="ExecutionRefusedException">They may see it, but no more, whether it is over or not.</exception>
    public async Task<ExecutionJob?> FindJobAsync(Guid jobId, Guid userId, CancellationToken cancellationToken)
    {
        var job = executions.Find(jobId);
        var owner = job is null ? await store.FindOwnerAsync(jobId, cancellationToken) : (job.Plan.User.Id, job.Plan.SessionId);
        if (owner is not var (runner, session))
        {
            return null;
        }

        if (session is not { } sessionId)
        {
            return runner == userId ? job : null;
        }

        if (await access.FindAsync(sessionId, userId, cancellationToken) is { } membership)
        {
            RequireRunner(membership);
            return job;
        }

        // To strangers the job is as unknown as its session; who ran it and has left since sees it still.
        return runner == userId ? throw Forbidden() : null;
    }

    /// <exception cref="ExecutionRefusedException">The user may not run programs in the session, or not know of it.</exception>
    public async Task RequireRunnerAsync(Guid sessionId, Guid userId, CancellationToken cancellationToken)
    {
        var membership = await access.FindAsync(sessionId, userId, cancellationToken)
            ?? throw new ExecutionRefusedException("session_not_found", "There is no such session.", StatusCodes.Status404NotFound);
        RequireRunner(membership);
    }

    private static void RequireRunner(SessionMembership membership)
    {
        if (membership.Role < SessionRole.Editor || membership.Role < membership.RunRole)
        {
            throw Forbidden();
        }
    }

    private static ExecutionRefusedException Forbidden() =>
        new("forbidden_role", "Your role in this session does not allow running programs.", StatusCodes.Status403Forbidden);
}
