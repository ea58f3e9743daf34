using Microsoft.Extensions.Options;

namespace CodeCrafter.Server.Auth.SecurityEvents;

/// <summary>Forgets old security events, at start and every hour.</summary>
internal sealed partial class SecurityEventRetention(
    ISecurityEventStore store, TimeProvider clock, IOptions<AuthOptions> options, ILogger<SecurityEventRetention> logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromHours(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, clock);
        do
        {
            try
            {
                var forgotten = await store.ForgetAsync(
                    clock.GetUtcNow().AddDays(-options.Value.SecurityEventDays), options.Value.MaxFailureEvents, stoppingToken);
                LogForgotten(forgotten);
            }
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
            {
                LogFailed(exception);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    [LoggerMessage(LogLevel.Debug, "{Count} old security events were forgotten")]
    private partial void LogForgotten(int count);

    [LoggerMessage(LogLevel.Error, "Old security events could not be forgotten; it is tried again in an hour")]
    private partial void LogFailed(Exception exception);
}
