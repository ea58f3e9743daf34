using System.Collections.Concurrent;
using CodeCrafter.Sandbox;
using CodeCrafter.Server.Execution.Queueing;
using Microsoft.Extensions.Options;

namespace CodeCrafter.Server.Execution;

/// <summary>The jobs that wait and run. <see cref="ExecutionWorkers"/> takes them from the queue.</summary>
internal sealed partial class ExecutionService(
    FairQueue<ExecutionJob> queue,
    QueuePlaces places,
    JobAdmission admission,
    IExecutionStore store,
    ResultKeeper results,
    ExecutionEvents events,
    ExecutionMetrics metrics,
    ExecutionStats stats,
    TimeProvider clock,
    IOptions<ExecutionOptions> options,
    ILogger<ExecutionService> logger)
{
    private readonly ExecutionOptions _options = options.Value;
    private readonly ConcurrentDictionary<Guid, ExecutionJob> _jobs = new();

    /// <summary>Queues the job, stores it and returns it; it may run already while it is being stored.</summary>
    /// <exception cref="ExecutionRefusedException">The queue is full, or the user or the session has too many jobs.</exception>
    public async Task<ExecutionJob> SubmitAsync(ExecutionPlan plan)
    {
        admission.Enter(plan);
        var job = new ExecutionJob(plan, events, clock.GetUtcNow(), _options.MaxInputBytes);
        _jobs[job.Id] = job;
        metrics.Queued();
        if (!queue.TryAdd(job))
        {
            // The server stops.
            job.Stored.SetResult(false);
            await FinishAsync(job, JobOutcome.NotRun(job.Plan, RunStatus.Cancelled));
            throw JobAdmission.QueueFull();
        }

        places.OnChanged();
        try
        {
            // To its end, even for a caller who has gone: a job that is stored but does not end would stay In Queue.
            var stored = ToStored(job);
            stored.Shorten(_options.ShortenedResultBytes);
            await store.AddAsync(stored, CancellationToken.None);
            job.Stored.SetResult(true);
        }
        catch (Exception exception)
        {
            LogNotAdded(exception, job.Id);
            job.Stored.SetResult(false);
            await StopAsync(job);
            throw;
        }

        return job;
    }

    /// <summary>The job, while it waits or runs, or while its result is not stored yet.</summary>
    public ExecutionJob? Find(Guid id) => _jobs.GetValueOrDefault(id);

    /// <summary>The jobs of a session that wait or run, oldest first.</summary>
    public IReadOnlyList<ExecutionJob> InSession(Guid sessionId) =>
        [.. _jobs.Values.Where(job => job.Plan.SessionId == sessionId && !job.Completion.IsCompleted).OrderBy(job => job.CreatedAt)];

    /// <summary>The state of the job, with its place where it waits.</summary>
    public ExecutionResult Describe(ExecutionJob job) => job.Describe(queue.PlaceOf(job));

    /// <summary>Stops a job. One that waits is over when this returns; one that runs ends soon after.</summary>
    public async Task StopAsync(ExecutionJob job)
    {
        job.Cancel();
        // Either this or a worker gets it, so it ends once.
        if (queue.Remove(job))
        {
            places.OnChanged();
            await FinishAsync(job, JobOutcome.NotRun(job.Plan, RunStatus.Cancelled));
        }
    }

    /// <summary>Stores the result, then tells those who wait for it. Called once for a job, by whoever took it out of the queue.</summary>
    public async Task FinishAsync(ExecutionJob job, JobOutcome outcome)
    {
        var stored = ToStored(job);
        stored.FinishedAt = clock.GetUtcNow();
        stored.StatusId = (int)outcome.Status;
        stored.Compile = outcome.Compile;
        stored.Run = outcome.Run;
        stored.TestCases = outcome.TestCases;
        stored.OutputFiles = [.. outcome.Files.Select(file => new StoredOutputFile(file.Path, file.Content.Length))];
        stored.OutputFilesOmitted = outcome.FilesOmitted;
        stored.Shorten(_options.ShortenedResultBytes, outcome.Files.Sum(file => (long)file.Content.Length));
        var isAtRest = true;
        if (await job.Stored.Task)
        {
            isAtRest = await results.StoreAsync(stored, outcome.Files, storedLate: () => _jobs.TryRemove(job.Id, out _));
        }
        else
        {
            stored.StatusId = (int)RunStatus.InternalError;
        }

        admission.Leave(job.Plan);
        metrics.Finished(stored);
        stats.Finished(stored);
        await job.CompleteAsync(ExecutionResult.From(stored), _options.ShortenedResultBytes);
        if (isAtRest)
        {
            _jobs.TryRemove(job.Id, out _);
        }
    }

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
        StatusId = (int)RunStatus.InQueue,
        Terminal = job.TerminalSize,
        Files = [.. job.Plan.Files.Select(file => new ExecutedFile(file.Path, file.Content))],
    };

    [LoggerMessage(LogLevel.Error, "Job {JobId} could not be stored, so it was stopped")]
    private partial void LogNotAdded(Exception exception, Guid jobId);
}
