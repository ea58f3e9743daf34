using CodeCrafter.Sandbox.Languages;
using CodeCrafter.Server.Collaboration.Documents;
using CodeCrafter.Server.Sessions;
using CodeCrafter.Server.Sessions.Snapshots;
using Microsoft.AspNetCore.SignalR;

namespace CodeCrafter.Server.Collaboration.Hubs;

/// <summary>
/// Tells sessions, a few times a second, that edits to their documents are saved, and keeps what sessions say of
/// themselves in step with their documents: the language, and the time of the last activity.
/// </summary>
internal sealed partial class SavedNoticePump(
    SavedNotices notices,
    ISessionStore sessions,
    AutomaticSnapshots snapshots,
    LanguageCatalog languages,
    IHubContext<SessionHub, ISessionClient> hub,
    TimeProvider clock,
    ILogger<SavedNoticePump> logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan TouchInterval = TimeSpan.FromMinutes(1);

    private readonly Dictionary<Guid, (string? Language, long? Touched)> _known = [];

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, clock);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            foreach (var notice in notices.Take())
            {
                // Not waited for: whoever reads slowly must not hold up the others.
                _ = TellAsync(notice.SessionId);
                snapshots.OnEdited(notice.SessionId);
                try
                {
                    await FollowAsync(notice, stoppingToken);
                }
                catch (Exception exception) when (exception is not OperationCanceledException)
                {
                    LogFailed(exception, notice.SessionId);
                }
            }
        }
    }

    private async Task TellAsync(Guid sessionId)
    {
        try
        {
            await hub.Clients.Group(SessionHub.GroupOf(sessionId)).SessionSaved(new SessionSavedEvent(sessionId, clock.GetUtcNow()));
        }
        catch (Exception exception)
        {
            LogFailed(exception, sessionId);
        }
    }

    private async Task FollowAsync(SavedNotice notice, CancellationToken stoppingToken)
    {
        var now = clock.GetTimestamp();
        var known = _known.GetValueOrDefault(notice.SessionId);
        if (notice.Language is { } name && name != known.Language && languages.Find(name) is { } language)
        {
            await sessions.SetLanguageAsync(notice.SessionId, language.Id, stoppingToken);
        }

        if (known.Touched is { } touched && clock.GetElapsedTime(touched, now) < TouchInterval)
        {
            _known[notice.SessionId] = known with { Language = notice.Language };
            return;
        }

        await sessions.TouchAsync(notice.SessionId, clock.GetUtcNow(), executions: 0, stoppingToken);
        foreach (var (sessionId, old) in _known)
        {
            if (clock.GetElapsedTime(old.Touched!.Value, now) >= TouchInterval)
            {
                _known.Remove(sessionId);
            }
        }

        _known[notice.SessionId] = (notice.Language, now);
    }

    [LoggerMessage(LogLevel.Error, "Saved edits of session {SessionId} were not announced")]
    private partial void LogFailed(Exception exception, Guid sessionId);
}
