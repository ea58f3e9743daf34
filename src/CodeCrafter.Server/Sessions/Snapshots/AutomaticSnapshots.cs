using System.Collections.Concurrent;
using CodeCrafter.Server.Auth;

namespace CodeCrafter.Server.Sessions.Snapshots;

/// <summary>How often a session wants automatic snapshots, and in whose name.</summary>
internal sealed record AutoSavePlan(int Minutes, Guid OwnerId, string OwnerName);

/// <summary>
/// Takes a snapshot of each session that is being edited, as often as its settings say: so long after the first edit
/// that no snapshot has. Edits themselves are saved in any case, each at once.
/// </summary>
internal sealed partial class AutomaticSnapshots(
    ISessionStore sessions, SnapshotTaker snapshots, TimeProvider clock, ILogger<AutomaticSnapshots> logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(30);

    private readonly ConcurrentDictionary<Guid, long> _editedSince = new();
    private readonly SemaphoreSlim _taking = new(1);

    /// <summary>Edits of a session's document were saved. Cheap.</summary>
    public void OnEdited(Guid sessionId) => _editedSince.TryAdd(sessionId, clock.GetTimestamp());

    /// <summary>Takes the snapshots that are due now; they are there when it completes.</summary>
    public async Task TakeDueAsync(CancellationToken cancellationToken)
    {
        await _taking.WaitAsync(cancellationToken);
        try
        {
            foreach (var (sessionId, since) in _editedSince)
            {
                await TakeIfDueAsync(sessionId, clock.GetElapsedTime(since), cancellationToken);
            }
        }
        finally
        {
            _taking.Release();
        }
    }

    public override void Dispose()
    {
        _taking.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, clock);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            await TakeDueAsync(stoppingToken);
        }
    }

    private async Task TakeIfDueAsync(Guid sessionId, TimeSpan waited, CancellationToken cancellationToken)
    {
        if (waited < TimeSpan.FromMinutes(1))
        {
            return;
        }

        try
        {
            var plan = await sessions.FindAutoSaveAsync(sessionId, cancellationToken);
            if (plan is not null && waited < TimeSpan.FromMinutes(plan.Minutes))
            {
                return;
            }

            // Before the snapshot: an edit that comes while it is taken counts for the next.
            _editedSince.TryRemove(sessionId, out _);
            if (plan is not null)
            {
                await snapshots.TakeAutomaticAsync(sessionId, new UserName(plan.OwnerId, plan.OwnerName), "Automatic snapshot", cancellationToken);
            }
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            // Tried again after the next edit.
            _editedSince.TryRemove(sessionId, out _);
            LogFailed(exception, sessionId);
        }
    }

    [LoggerMessage(LogLevel.Error, "No automatic snapshot of session {SessionId} could be taken")]
    private partial void LogFailed(Exception exception, Guid sessionId);
}
