using System.Numerics;
using CodeCrafter.Server.Platform;
using Microsoft.Extensions.Options;

namespace CodeCrafter.Server.Execution.Queueing;

/// <summary>
/// Counts the jobs that wait and run: all, of each user and of each session, and the memory of what they were given. Each
/// count has a cap, and so has what a user runs in a minute, which only counts what is let in.
/// </summary>
internal sealed class JobAdmission(IOptions<ExecutionOptions> options, RunRates rates)
{
    // What one user's jobs may take of the memory of all.
    private const int ShareOfUser = 4;

    private readonly ExecutionOptions _options = options.Value;
    private readonly Lock _lock = new();
    private readonly Dictionary<Guid, int> _users = [];
    private readonly Dictionary<Guid, int> _sessions = [];
    private readonly Dictionary<Guid, long> _bytesOfUsers = [];
    private long _bytes;
    private int _all;

    /// <summary>Counts a job in, until <see cref="Leave"/>.</summary>
    /// <exception cref="ExecutionRefusedException">There are too many already.</exception>
    public void Enter(ExecutionPlan plan)
    {
        lock (_lock)
        {
            // First what the caller can do something about.
            if (_users.GetValueOrDefault(plan.User.Id) >= _options.JobsPerUser)
            {
                throw TooMany($"You have {_options.JobsPerUser} programs waiting or running; wait for one to end, or stop one.");
            }

            if (plan.SessionId is { } session && _sessions.GetValueOrDefault(session) >= _options.JobsPerSession)
            {
                throw TooMany($"The session has {_options.JobsPerSession} programs waiting or running; wait for one to end, or stop one.");
            }

            var bytes = plan.MemoryBytes;
            if (_bytesOfUsers.GetValueOrDefault(plan.User.Id) is > 0 and var own && own + bytes > _options.QueueBytes / ShareOfUser)
            {
                throw TooMany("Your programs that wait or run are too large together; wait for one to end, or stop one.");
            }

            if (_all >= _options.WorkerCount + _options.QueueCapacity || (_all > 0 && _bytes + bytes > _options.QueueBytes))
            {
                throw QueueFull();
            }

            if (rates.Count(plan.User.Id) is { } wait)
            {
                throw new ExecutionRefusedException(
                    "rate_limited", $"Too many runs. Try again in {RateLimits.RetryAfterSeconds(wait)} s.", StatusCodes.Status429TooManyRequests)
                { RetryAfter = wait };
            }

            Count(plan, 1);
        }
    }

    /// <summary>The job is over.</summary>
    public void Leave(ExecutionPlan plan)
    {
        lock (_lock)
        {
            Count(plan, -1);
        }
    }

    public static ExecutionRefusedException QueueFull() => new(
        "queue_full", "Too many programs are waiting to run. Try again in a moment.", StatusCodes.Status503ServiceUnavailable)
    { RetryAfter = TimeSpan.FromSeconds(5) };

    private static ExecutionRefusedException TooMany(string detail) => new("too_many_jobs", detail, StatusCodes.Status429TooManyRequests)
    {
        RetryAfter = TimeSpan.FromSeconds(1),
    };

    private void Count(ExecutionPlan plan, int change)
    {
        var bytes = change * plan.MemoryBytes;
        _all += change;
        _bytes += bytes;
        Count(_users, plan.User.Id, change);
        Count(_bytesOfUsers, plan.User.Id, bytes);
        if (plan.SessionId is { } sessionId)
        {
            Count(_sessions, sessionId, change);
        }
    }

    private static void Count<T>(Dictionary<Guid, T> counts, Guid id, T change) where T : INumber<T>
    {
        var count = counts.GetValueOrDefault(id, T.Zero) + change;
        if (T.IsZero(count))
        {
            counts.Remove(id);
        }
        else
        {
            counts[id] = count;
        }
    }
}
