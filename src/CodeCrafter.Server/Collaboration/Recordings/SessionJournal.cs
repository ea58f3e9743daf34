using System.Threading.Channels;
using CodeCrafter.Server.Auth;
using CodeCrafter.Server.Sessions;
using Microsoft.Extensions.Options;

namespace CodeCrafter.Server.Collaboration.Recordings;

/// <summary>
/// Notes who comes and goes in sessions, for playback. Nobody waits for it: entries are stored together, a little later,
/// and where the storage fails for so long that too many wait, new ones are left out.
/// </summary>
internal sealed partial class SessionJournal(
    IJournalStore store, TimeProvider clock, IOptions<RecordingOptions> options, ILogger<SessionJournal> logger) : BackgroundService
{
    private const int MaxWaiting = 10_000;
    private const int MaxTogether = 500;
    private static readonly TimeSpan LongestRetryWait = TimeSpan.FromSeconds(5);

    private readonly Channel<JournalEntry> _entries =
        Channel.CreateBounded<JournalEntry>(new BoundedChannelOptions(MaxWaiting) { SingleReader = true });

    /// <summary>Notes that something happened just now. Who only reads by a public link is not noted: nobody sees them either.</summary>
    public void Record(Guid sessionId, RecordedEventKind kind, UserNameResponse user, SessionRole? role = null)
    {
        if (VisitorId.IsReader(user.Id))
        {
            return;
        }

        var now = clock.GetUtcNow();
        var entry = new JournalEntry
        {
            Id = Guid.CreateVersion7(now),
            SessionId = sessionId,
            At = now,
            Kind = kind,
            UserId = user.Id,
            Username = user.Username,
            Role = role,
        };
        if (!_entries.Writer.TryWrite(entry))
        {
            LogLeftOut(kind, sessionId);
        }
    }

    /// <summary>Notes a change of who is a participant, or as what.</summary>
    public void Record(SessionEvent sessionEvent)
    {
        switch (sessionEvent)
        {
            case ParticipantAdded added:
                Record(added.SessionId, RecordedEventKind.Added, new UserNameResponse(added.UserId, added.Username), added.Role);
                break;
            case ParticipantRoleChanged changed:
                Record(changed.SessionId, RecordedEventKind.RoleChanged, new UserNameResponse(changed.UserId, changed.Username), changed.Role);
                break;
            case ParticipantRemoved removed:
                Record(removed.SessionId, RecordedEventKind.Removed, new UserNameResponse(removed.UserId, removed.Username));
                break;
        }
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        _entries.Writer.TryComplete();
        if (ExecuteTask is { } task)
        {
            await task.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        await base.StopAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var together = new List<JournalEntry>();
        while (await _entries.Reader.WaitToReadAsync(stoppingToken))
        {
            while (together.Count < MaxTogether && _entries.Reader.TryRead(out var entry))
            {
                together.Add(entry);
            }

            await StoreAsync(together, stoppingToken);
            together.Clear();
        }
    }

    private async Task StoreAsync(List<JournalEntry> entries, CancellationToken stoppingToken)
    {
        for (var wait = TimeSpan.FromMilliseconds(100); ; wait = wait * 2 < LongestRetryWait ? wait * 2 : LongestRetryWait)
        {
            try
            {
                await store.AddAsync(entries, options.Value.KeptJournalEntries, stoppingToken);
                return;
            }
            catch (Exception exception) when (exception is not OperationCanceledException)
            {
                LogNotStored(exception, entries.Count, wait);
                await Task.Delay(wait, clock, stoppingToken);
            }
        }
    }

    [LoggerMessage(LogLevel.Warning, "'{Kind}' in session {SessionId} is left out of its recording: too much waits to be stored")]
    private partial void LogLeftOut(RecordedEventKind kind, Guid sessionId);

    [LoggerMessage(LogLevel.Error, "Storing {Count} entries of the journal failed; trying again in {Wait}")]
    private partial void LogNotStored(Exception exception, int count, TimeSpan wait);
}
