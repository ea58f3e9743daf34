using CodeCrafter.Sandbox;
using CodeCrafter.Server.Execution.Judging;
using CodeCrafter.Server.Execution.Queueing;
using CodeCrafter.Server.Sessions;
using Microsoft.Extensions.Options;

namespace CodeCrafter.Server.Execution;

/// <summary>Runs the jobs of the queue, as many at once as there are workers.</summary>
internal sealed partial class ExecutionWorkers(
    FairQueue<ExecutionJob> queue,
    QueuePlaces places,
    ExecutionService executions,
    SandboxHost sandboxes,
    Judge judge,
    ExecutionStats stats,
    ISessionStore sessions,
    IExecutionStore store,
    IHostApplicationLifetime lifetime,
    TimeProvider clock,
    IOptions<ExecutionOptions> options,
    ILogger<ExecutionWorkers> logger) : BackgroundService
{
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        // Before the first request can come: its job is unfinished too.
        var unfinished = await store.FailUnfinishedAsync(clock.GetUtcNow(), cancellationToken);
        if (unfinished > 0)
        {
            LogUnfinished(unfinished);
        }

        await base.StartAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // When the stop begins, not when it is this service's turn: the web server waits for its requests first, and they
        // for their programs.
        using var stopping = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken, lifetime.ApplicationStopping);
        using var closing = stopping.Token.Register(queue.Close);
        await Task.WhenAll(Enumerable.Range(0, options.Value.WorkerCount).Select(_ => WorkAsync(stopping.Token)));
    }

    private async Task WorkAsync(CancellationToken stoppingToken)
    {
        // If there is a next program it runs while the result of the last one is being stored.
        var finishing = Task.CompletedTask;
        while (await queue.TakeAsync() is { } job)
        {
            places.OnChanged();
            var outcome = await RunAsync(job, stoppingToken);
            await finishing;
            finishing = queue.Count > 0 ? Task.Run(() => FinishAsync(job, outcome), CancellationToken.None) : FinishAsync(job, outcome);
        }

        await finishing;
    }

    private async Task FinishAsync(ExecutionJob job, JobOutcome outcome)
    {
        try
        {
            await executions.FinishAsync(job, outcome);
        }
        catch (Exception exception)
        {
            // One job's fault must not end the worker.
            LogFailed(exception, job.Id);
        }
    }

    private async Task<JobOutcome> RunAsync(ExecutionJob job, CancellationToken stoppingToken)
    {
        using var stopped = CancellationTokenSource.CreateLinkedTokenSource(job.Stopped, stoppingToken);
        if (stopped.IsCancellationRequested)
        {
            return JobOutcome.NotRun(job.Plan, RunStatus.Cancelled);
        }

        job.Start(clock.GetUtcNow());
        stats.Started();
        var counting = CountAsync(job);
        try
        {
            var sandbox = await sandboxes.GetAsync(stopped.Token);
            // Nobody watches a private run.
            var observer = job.Plan.SessionId is null ? null : job;
            return job.Plan.TestCases.Count > 0
                ? await judge.RunAsync(sandbox, job, stopped.Token)
                : JobOutcome.Of(job.Plan.Request, await sandbox.RunAsync(job.Plan.Request, observer, stopped.Token), options.Value.MaxResultBytes);
        }
        catch (OperationCanceledException) when (stopped.IsCancellationRequested)
        {
            return JobOutcome.NotRun(job.Plan, RunStatus.Cancelled);
        }
        catch (Exception exception)
        {
            LogFailed(exception, job.Id);
            return JobOutcome.NotRun(job.Plan, RunStatus.InternalError);
        }
        finally
        {
            stats.Ended();
            // Before anybody hears of the end, and may look.
            await counting;
        }
    }

    // While the program runs. On another thread, since SQLite's work is not asynchronous.
    private Task CountAsync(ExecutionJob job) => job.Plan.SessionId is not { } sessionId ? Task.CompletedTask : Task.Run(async () =>
    {
        try
        {
            await sessions.TouchAsync(sessionId, clock.GetUtcNow(), executions: 1, CancellationToken.None);
        }
        catch (Exception exception)
        {
            LogNotCounted(exception, sessionId);
        }
    });

    [LoggerMessage(LogLevel.Error, "Job {JobId} failed for a fault of the server")]
    private partial void LogFailed(Exception exception, Guid jobId);

    [LoggerMessage(LogLevel.Error, "A run in session {SessionId} was not counted")]
    private partial void LogNotCounted(Exception exception, Guid sessionId);

    [LoggerMessage(LogLevel.Warning, "{Count} jobs were waiting or running when the server stopped; they are marked as failed")]
    private partial void LogUnfinished(int count);
}
