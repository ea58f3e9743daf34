using CodeCrafter.Sandbox;
using CodeCrafter.Server.Sessions;
using Microsoft.Extensions.Options;

namespace CodeCrafter.Server.Execution;

/// <summary>Runs the jobs of the queue, as many at once as there are workers.</summary>
internal sealed partial class ExecutionWorkers(
    ExecutionService executions,
    SandboxHost sandboxes,
    ISessionStore sessions,
    IExecutionStore store,
    IHostApplicationLifetime lifetime,
    TimeProvider clock,
    IOptions<ExecutionOptions> options,
    ILogger<ExecutionWorkers> logger) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var unfinished = await store.FailUnfinishedAsync(clock.GetUtcNow(), stoppingToken);
        if (unfinished > 0)
        {
            LogUnfinished(unfinished);
        }

        // When the stop begins, not when it is this service's turn: the web server waits for its requests first, and they
        // for their programs.
        using var stopping = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken, lifetime.ApplicationStopping);
        using var closing = stopping.Token.Register(executions.Close);
        var count = options.Value.Workers > 0 ? options.Value.Workers : Environment.ProcessorCount;
        await Task.WhenAll(Enumerable.Range(0, count).Select(_ => WorkAsync(stopping.Token)));
    }

    private async Task WorkAsync(CancellationToken stoppingToken)
    {
        await foreach (var job in executions.Queue.ReadAllAsync(CancellationToken.None))
        {
            try
            {
                await RunAsync(job, stoppingToken);
            }
            catch (Exception exception)
            {
                // One job's fault must not end the worker. The job itself was completed by FinishAsync.
                LogFailed(exception, job.Id);
            }
        }
    }

    private async Task RunAsync(ExecutionJob job, CancellationToken stoppingToken)
    {
        using var stopped = CancellationTokenSource.CreateLinkedTokenSource(job.Stopped, stoppingToken);
        RunResult outcome;
        if (stopped.IsCancellationRequested)
        {
            outcome = new RunResult(RunStatus.Cancelled, null, null);
        }
        else
        {
            job.Start(clock.GetUtcNow());
            try
            {
                var sandbox = await sandboxes.GetAsync(stopped.Token);
                outcome = await sandbox.RunAsync(job.Plan.Request, job, stopped.Token);
            }
            catch (OperationCanceledException) when (stopped.IsCancellationRequested)
            {
                outcome = new RunResult(RunStatus.Cancelled, null, null);
            }
            catch (Exception exception)
            {
                LogFailed(exception, job.Id);
                outcome = new RunResult(RunStatus.InternalError, null, null);
            }
        }

        try
        {
            // Counted before anybody hears of the end, and may look.
            if (job.Plan.SessionId is { } sessionId)
            {
                await sessions.TouchAsync(sessionId, clock.GetUtcNow(), executions: 1, CancellationToken.None);
            }
        }
        finally
        {
            await executions.FinishAsync(job, outcome);
        }
    }

    [LoggerMessage(LogLevel.Error, "Job {JobId} failed for a fault of the server")]
    private partial void LogFailed(Exception exception, Guid jobId);

    [LoggerMessage(LogLevel.Warning, "{Count} jobs were waiting or running when the server stopped; they are marked as failed")]
    private partial void LogUnfinished(int count);
}
