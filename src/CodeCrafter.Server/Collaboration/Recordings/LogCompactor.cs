using CodeCrafter.Crdt;
using CodeCrafter.Server.Collaboration.Documents;
using Microsoft.Extensions.Options;

namespace CodeCrafter.Server.Collaboration.Recordings;

/// <summary>
/// Makes the old parts of documents' logs smaller, every hour: the updates of a second become one for each author, so that
/// a session can still be replayed second by second. See docs/decisions/0064.
/// </summary>
internal sealed partial class LogCompactor(
    ILogCompactionStore store, TimeProvider clock, IOptions<RecordingOptions> options, ILogger<LogCompactor> logger) : BackgroundService
{
    private const int SessionsAtOnce = 100;

    // Small, since a transaction that rewrites a stretch keeps all other writers waiting.
    private const int StretchUpdates = 1000;
    private const int StretchBytes = 2 << 20;
    private static readonly TimeSpan BetweenStretches = TimeSpan.FromMilliseconds(10);

    /// <summary>Does what is due now, and returns how many updates less there are.</summary>
    public async Task<long> CompactAsync(CancellationToken cancellationToken)
    {
        var horizon = Horizon();
        var (after, saved) = (Guid.Empty, 0L);
        while (true)
        {
            var sessions = await store.ListDueAsync(after, SessionsAtOnce, cancellationToken);
            foreach (var sessionId in sessions)
            {
                saved += await TryCompactAsync(sessionId, horizon, cancellationToken);
            }

            if (sessions.Count < SessionsAtOnce)
            {
                return saved;
            }

            after = sessions[^1];
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(options.Value.CompactEvery, clock);
        do
        {
            try
            {
                await CompactAsync(stoppingToken);
            }
            catch (Exception exception) when (exception is not OperationCanceledException)
            {
                LogRoundFailed(exception);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    // One session's fault must not keep the others from their turn.
    private async Task<long> TryCompactAsync(Guid sessionId, DateTimeOffset horizon, CancellationToken cancellationToken)
    {
        try
        {
            return await CompactAsync(sessionId, horizon, cancellationToken);
        }
        catch (Exception exception) when (exception is MalformedUpdateException or CorruptDocumentException)
        {
            // As it is: whoever repairs it needs all of it.
            LogCorrupt(exception, sessionId);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            LogFailed(exception, sessionId);
        }

        return 0;
    }

    private async Task<long> CompactAsync(Guid sessionId, DateTimeOffset horizon, CancellationToken cancellationToken)
    {
        var saved = 0L;
        while (true)
        {
            var stretch = await store.ReadAsync(sessionId, horizon, StretchUpdates, StretchBytes, cancellationToken);
            var count = stretch.IsLast ? stretch.Updates.Count : LogMerger.CountComplete(stretch.Updates);
            if (count > 0)
            {
                var updates = stretch.Updates.Take(count).ToList();
                var merged = LogMerger.Merge(updates);
                await store.ReplaceAsync(sessionId, stretch.After, updates[^1].Sequence, merged, cancellationToken);
                saved += count - (merged?.Count ?? count);
            }

            if (stretch.IsLast)
            {
                await store.FinishAsync(sessionId, horizon, cancellationToken);
                return saved;
            }

            // By the machine's clock: it is the disk, and who waits for it, that is spared.
            await Task.Delay(BetweenStretches, TimeProvider.System, cancellationToken);
        }
    }

    // Whole seconds: one that is cut in two would become two updates.
    private DateTimeOffset Horizon() => DateTimeOffset.FromUnixTimeSeconds((clock.GetUtcNow() - options.Value.CompactAfter).ToUnixTimeSeconds());

    [LoggerMessage(LogLevel.Error, "The log of session {SessionId} is corrupt; it is not compacted, and stays as it is")]
    private partial void LogCorrupt(Exception exception, Guid sessionId);

    [LoggerMessage(LogLevel.Error, "Compacting the log of session {SessionId} failed; it is tried again")]
    private partial void LogFailed(Exception exception, Guid sessionId);

    [LoggerMessage(LogLevel.Error, "Compacting logs failed; it is tried again")]
    private partial void LogRoundFailed(Exception exception);
}
