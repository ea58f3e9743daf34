using Microsoft.Extensions.Options;

namespace CodeCrafter.Server.Execution.Queueing;

/// <summary>Counts the jobs that wait and run: all, of each user and of each session. Each count has a cap.</summary>
internal sealed class JobAdmission(IOptions<ExecutionOptions> options)
{
    private readonly ExecutionOptions _options = options.Value;
    private readonly Lock _lock = new();
    private readonly Dictionary<Guid, int> _users = [];
    private readonly Dictionary<Guid, int> _sessions = [];
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

            if (_all >= _options.WorkerCount + _options.QueueCapacity)
            {
                throw QueueFull();
            }

            _all++;
            Count(_users, plan.User.Id, 1);
            if (plan.SessionId is { } sessionId)
            {
                Count(_sessions, sessionId, 1);
            }
        }
    }

    /// <summary>The job is over.</summary>
    public void Leave(ExecutionPlan plan)
    {
        lock (_lock)
        {
            _all--;
            Count(_users, plan.User.Id, -1);
            if (plan.SessionId is { } sessionId)
            {
                Count(_sessions, sessionId, -1);
            }
        }
    }

    public static ExecutionRefusedException QueueFull() => new(
        "queue_full", "Too many programs are waiting to run. Try again in a moment.", StatusCodes.Status503ServiceUnavailable)
    { RetryAfter = TimeSpan.FromSeconds(5) };

    private static ExecutionRefusedException TooMany(string detail) => new("too_many_jobs", detail, StatusCodes.Status429TooManyRequests)
    {
        RetryAfter = TimeSpan.FromSeconds(1),
    };

    private static void Count(Dictionary<Guid, int> counts, Guid id, int change)
    {
        var count = counts.GetValueOrDefault(id) + change;
        if (count == 0)
        {
            counts.Remove(id);
        }
        else
        {
            counts[id] = count;
        }
    }
}
