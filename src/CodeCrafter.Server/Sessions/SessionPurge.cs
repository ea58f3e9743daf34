using Microsoft.Extensions.Options;

namespace CodeCrafter.Server.Sessions;

/// <summary>Removes for good, every hour, what was deleted longer ago than it can be restored.</summary>
internal sealed partial class SessionPurge(
    ISessionStore store, TimeProvider clock, IOptions<SessionOptions> options, ILogger<SessionPurge> logger) : BackgroundService
{
    private const int Batch = 100;
    private static readonly TimeSpan Interval = TimeSpan.FromHours(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, clock);
        do
        {
            try
            {
                await PurgeAsync(stoppingToken);
            }
            catch (Exception exception) when (exception is not OperationCanceledException)
            {
                LogFailed(exception);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    /// <summary>Removes what is due now, and returns how many sessions that were.</summary>
    public async Task<int> PurgeAsync(CancellationToken cancellationToken)
    {
        var purged = 0;
        while (true)
        {
            var due = await store.ListDeletedAsync(clock.GetUtcNow().AddDays(-options.Value.RestoreDays), Batch, cancellationToken);
            foreach (var id in due)
            {
                await store.PurgeAsync(id, cancellationToken);
                LogPurged(id);
                purged++;
            }

            if (due.Count < Batch)
            {
                return purged;
            }
        }
    }

    [LoggerMessage(LogLevel.Information, "Session {SessionId} was removed for good: it was deleted too long ago to be restored")]
    private partial void LogPurged(Guid sessionId);

    [LoggerMessage(LogLevel.Error, "Removing deleted sessions failed; it is tried again")]
    private partial void LogFailed(Exception exception);
}
