using CodeCrafter.Sandbox;

namespace CodeCrafter.Server.Execution.Queueing;

/// <summary>Stores results. The database may be locked for a while, and a result is not to be had again.</summary>
internal sealed partial class ResultKeeper(
    IExecutionStore store, TimeProvider clock, IHostApplicationLifetime lifetime, ILogger<ResultKeeper> logger)
{
    /// <summary>So often those who wait for the result are kept waiting.</summary>
    public const int PromptAttempts = 5;

    private static readonly TimeSpan _firstWait = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan _longestWait = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Stores the result, at once if it can be. Otherwise it returns false after a while and goes on trying until the
    /// server stops; <paramref name="storedLate"/> is called then, if it succeeds.
    /// </summary>
    public async Task<bool> StoreAsync(StoredExecution execution, IReadOnlyList<OutputFile> files, Action storedLate)
    {
        for (var attempt = 1; attempt <= PromptAttempts; attempt++)
        {
            if (await TryAsync(execution, files))
            {
                return true;
            }

            if (attempt < PromptAttempts)
            {
                await Task.Delay(_firstWait * attempt, clock);
            }
        }

        _ = GoOnAsync(execution, files, storedLate);
        return false;
    }

    private async Task GoOnAsync(StoredExecution execution, IReadOnlyList<OutputFile> files, Action storedLate)
    {
        try
        {
            var wait = _firstWait * PromptAttempts;
            do
            {
                await Task.Delay(wait, clock, lifetime.ApplicationStopping);
                wait = wait * 2 < _longestWait ? wait * 2 : _longestWait;
            }
            while (!await TryAsync(execution, files));

            storedLate();
        }
        catch (OperationCanceledException) when (lifetime.ApplicationStopping.IsCancellationRequested)
        {
            // The last chance; the next start marks the job as failed otherwise.
            if (!await TryAsync(execution, files))
            {
                LogLost(execution.Id);
            }
        }
    }

    private async Task<bool> TryAsync(StoredExecution execution, IReadOnlyList<OutputFile> files)
    {
        try
        {
            await store.UpdateAsync(execution, files, CancellationToken.None);
            return true;
        }
        catch (Exception exception)
        {
            LogNotStored(exception, execution.Id);
            return false;
        }
    }

    [LoggerMessage(LogLevel.Warning, "The result of job {JobId} could not be stored; trying again")]
    private partial void LogNotStored(Exception exception, Guid jobId);

    [LoggerMessage(LogLevel.Error, "The result of job {JobId} was never stored: the job counts as failed from the next start on")]
    private partial void LogLost(Guid jobId);
}
