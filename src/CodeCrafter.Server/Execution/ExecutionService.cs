using System.Collections.Concurrent;
using System.Threading.Channels;
using CodeCrafter.Sandbox;
using CodeCrafter.Server.Sessions;
using Microsoft.Extensions.Options;

namespace CodeCrafter.Server.Execution;

/// <summary>The jobs that wait and run. <see cref="ExecutionWorkers"/> takes them from here.</summary>
internal sealed partial class ExecutionService(
    IExecutionStore store,
    ExecutionEvents events,
    ExecutionMetrics metrics,
    TimeProvider clock,
    IOptions<ExecutionOptions> options,
    ILogger<ExecutionService> logger)
{
    private const int MaxStoreAttempts = 5;
    private static readonly TimeSpan StoreRetryWait = TimeSpan.FromMilliseconds(200);

    private readonly ExecutionOptions _options = options.Value;
    private readonly ConcurrentDictionary<Guid, ExecutionJob> _jobs = new();
    private readonly Channel<ExecutionJob> _queue = Channel.CreateBounded<ExecutionJob>(options.Value.QueueCapacity);
    private readonly Lock _admission = new();

    /// <summary>Jobs in the order in which they came.</summary>
    public ChannelReader<ExecutionJob> Queue => _queue.Reader;

    /// <summary>Jobs that wait or run.</summary>
    public int Count => _jobs.Count;

    /// <summary>Stores the job, queues it and returns it.</summary>
    /// <exception cref="ExecutionRefusedException">The queue is full, or the user has too many jobs.</exception>
    public async Task<ExecutionJob> SubmitAsync(ExecutionPlan plan)
    {
        var job = new ExecutionJob(plan, events, clock.GetUtcNow(), _options.MaxInputBytes);
        Admit(job);
        try
        {
            // To its end, even for a caller who has gone: a job that is stored but not queued would never finish.
            await store.AddAsync(ToStored(job), CancellationToken.None);
            if (!_queue.Writer.TryWrite(job))
            {
                throw QueueFull();
            }
        }
        catch (Exception exception)
        {
            await AbandonAsync(job, stored: exception is ExecutionRefusedException);
            throw;
        }

        return job;
    }

    /// <summary>The job, while it waits or runs.</summary>
    public ExecutionJob? Find(Guid id) => _jobs.GetValueOrDefault(id);

    /// <summary>The jobs of a session that wait or run, oldest first.</summary>
    public IReadOnlyList<ExecutionJob> InSession(Guid sessionId) =>
        [.. _jobs.Values.Where(job => job.Plan.SessionId == sessionId).OrderBy(job => job.CreatedAt)];

    /// <summary>Stores the result, then tells those who wait for it.</summary>
    public async Task FinishAsync(ExecutionJob job, RunResult outcome)
    {
        var stored = ToStored(job);
        stored.StatusId = (int)outcome.Status;
        stored.FinishedAt = clock.GetUtcNow();
        stored.Compile = ExecutionStep.From(outcome.Compile);
        stored.Run = ExecutionStep.From(outcome.Run);
        try
        {
            await StoreAsync(stored);
        }
        finally
        {
            _jobs.TryRemove(job.Id, out _);
            metrics.Finished(stored);
            var result = ToResult(stored, withFiles: false);
            if (job.Plan.SessionId is { } sessionId)
            {
                events.Publish(new ExecutionFinished(sessionId, job.Id, result));
            }

            await job.CompleteAsync(result);
        }
    }

    /// <summary>No more jobs are taken.</summary>
    public void Close() => _queue.Writer.TryComplete();

    public static ExecutionResult ToResult(StoredExecution stored, bool withFiles) => new()
    {
        JobId = stored.Id,
        SessionId = stored.SessionId,
        Language = stored.Language,
        Version = stored.Version,
        Status = ExecutionStatus.From((RunStatus)stored.StatusId),
        Compile = stored.Compile,
        Run = stored.Run,
        ExecutedBy = new UserNameResponse(stored.UserId, stored.Username),
        CreatedAt = stored.CreatedAt,
        StartedAt = stored.StartedAt,
        FinishedAt = stored.FinishedAt,
        Files = withFiles ? stored.Files : null,
    };

    // The database may be locked for a while, and the result is not to be had again.
    private async Task StoreAsync(StoredExecution stored)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await store.UpdateAsync(stored, CancellationToken.None);
                return;
            }
            catch (Exception exception) when (attempt < MaxStoreAttempts)
            {
                LogNotStored(exception, stored.Id);
                await Task.Delay(StoreRetryWait * attempt, clock);
            }
        }
    }

    private void Admit(ExecutionJob job)
    {
        lock (_admission)
        {
            if (_jobs.Count >= _options.QueueCapacity)
            {
                throw QueueFull();
            }

            if (_jobs.Values.Count(other => other.Plan.User.Id == job.Plan.User.Id) >= _options.JobsPerUser)
            {
                throw new ExecutionRefusedException(
                    "too_many_jobs",
                    $"You have {_options.JobsPerUser} programs waiting or running; wait for one to end, or stop one.",
                    StatusCodes.Status429TooManyRequests)
                { RetryAfter = TimeSpan.FromSeconds(1) };
            }

            _jobs[job.Id] = job;
            metrics.Queued();
        }
    }

    private async Task AbandonAsync(ExecutionJob job, bool stored)
    {
        if (stored)
        {
            await FinishAsync(job, new RunResult(RunStatus.InternalError, null, null));
        }
        else
        {
            _jobs.TryRemove(job.Id, out _);
            metrics.Dropped();
            await job.EndAsync();
        }
    }

    private static ExecutionRefusedException QueueFull() => new(
        "queue_full", "Too many programs are waiting to run. Try again in a moment.", StatusCodes.Status503ServiceUnavailable)
    { RetryAfter = TimeSpan.FromSeconds(5) };

    private static StoredExecution ToStored(ExecutionJob job) => new()
    {
        Id = job.Id,
        SessionId = job.Plan.SessionId,
        UserId = job.Plan.User.Id,
        Username = job.Plan.User.Username,
        Language = job.Plan.Request.Language.Id,
        Version = job.Plan.Request.Language.Version,
        Entry = job.Plan.Request.Entry,
        CreatedAt = job.CreatedAt,
        StartedAt = job.StartedAt,
        StatusId = (int)(job.StartedAt is null ? RunStatus.InQueue : RunStatus.Processing),
        Files = job.Plan.Files,
    };

    [LoggerMessage(LogLevel.Warning, "The result of job {JobId} could not be stored; trying again")]
    private partial void LogNotStored(Exception exception, Guid jobId);
}
