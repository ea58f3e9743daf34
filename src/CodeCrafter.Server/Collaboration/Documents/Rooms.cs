using CodeCrafter.Crdt;
using Microsoft.Extensions.Options;

namespace CodeCrafter.Server.Collaboration.Documents;

/// <summary>The open documents. Each is open once, and stays in memory while somebody uses it and some time after.</summary>
internal sealed partial class Rooms(
    IDocumentStore store,
    UpdateLog log,
    SavedNotices savedNotices,
    CollaborationMetrics metrics,
    TimeProvider clock,
    IOptions<CollaborationOptions> options,
    ILogger<Rooms> logger) : IHostedService
{
    private readonly Lock _lock = new();
    private readonly Dictionary<Guid, Entry> _entries = [];

    /// <summary>Documents in memory.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _entries.Count;
            }
        }
    }

    /// <summary>Of them, those that nobody uses any more, and that close once their last edits are saved.</summary>
    public int Closing
    {
        get
        {
            lock (_lock)
            {
                return _entries.Values.Count(entry => entry.Closing is not null);
            }
        }
    }

    /// <summary>Opens the document if need be, and keeps it open until the lease is disposed.</summary>
    /// <exception cref="CorruptDocumentException">It cannot be opened.</exception>
    public async Task<RoomLease> EnterAsync(Guid sessionId, CancellationToken cancellationToken)
    {
        while (true)
        {
            Entry? entry;
            Task? closing;
            lock (_lock)
            {
                if (!_entries.TryGetValue(sessionId, out entry))
                {
                    _entries[sessionId] = entry = new Entry(OpenAsync(sessionId));
                }

                closing = entry.Closing;
                if (closing is null)
                {
                    entry.Enter();
                }
            }

            if (closing is not null)
            {
                // Its last edits may not be in the store yet: whoever comes now waits until they are.
                await closing.WaitAsync(cancellationToken);
                continue;
            }

            try
            {
                return new RoomLease(await entry.Opening.WaitAsync(cancellationToken), () => Leave(sessionId, entry));
            }
            catch
            {
                Leave(sessionId, entry);
                throw;
            }
        }
    }

    /// <summary>Asks the room of a session to do something, if it is open.</summary>
    public async Task PostIfOpenAsync(Guid sessionId, RoomCommand command)
    {
        if (IsInUse(sessionId))
        {
            await using var lease = await EnterAsync(sessionId, CancellationToken.None);
            await lease.Room.PostAsync(command);
        }
    }

    /// <summary>The users who are connected to the document.</summary>
    public async Task<IReadOnlySet<Guid>> UsersOfAsync(Guid sessionId)
    {
        var users = new TaskCompletionSource<IReadOnlySet<Guid>>(TaskCreationOptions.RunContinuationsAsynchronously);
        if (!IsInUse(sessionId))
        {
            return new HashSet<Guid>();
        }

        await using var lease = await EnterAsync(sessionId, CancellationToken.None);
        await lease.Room.PostAsync(new RoomCommand.ListUsers(users));
        return await users.Task;
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Everything that was received is in the store when this completes, deadline permitting.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        List<Entry> entries;
        lock (_lock)
        {
            entries = [.. _entries.Values];
        }

        // One that closes drains itself.
        var draining = entries
            .Where(entry => entry.Opening.IsCompletedSuccessfully)
            .Select(entry => entry.Closing ?? DrainAsync(entry.Opening.Result)).ToList();
        await Task.WhenAll(draining).WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (draining.Count(drain => !drain.IsCompletedSuccessfully) is > 0 and var unsaved)
        {
            LogUnsaved(unsaved);
        }
    }

    // A room that is idle or closing has no sockets; whoever comes to it next looks up what holds then.
    private bool IsInUse(Guid sessionId)
    {
        lock (_lock)
        {
            return _entries.TryGetValue(sessionId, out var entry) && !entry.IsIdle;
        }
    }

    private async Task<Room> OpenAsync(Guid sessionId)
    {
        // Off the caller's lock, whatever the store does before its first wait.
        await Task.Yield();
        try
        {
            var room = await ReadAsync(sessionId);
            metrics.RoomOpened();
            return room;
        }
        catch (CorruptDocumentException exception)
        {
            LogCorrupt(exception, sessionId);
            throw;
        }
    }

    private async Task<Room> ReadAsync(Guid sessionId)
    {
        var stored = await store.LoadAsync(sessionId, CancellationToken.None);
        if (stored.Sequence == 0)
        {
            throw new CorruptDocumentException(sessionId, "A document begins with its session's files, and nothing is there.");
        }

        try
        {
            return new Room(sessionId, stored, store, log, options.Value, metrics, savedNotices, clock, logger, Abandon);
        }
        catch (MalformedUpdateException exception)
        {
            throw new CorruptDocumentException(sessionId, exception);
        }
    }

    // Whoever comes from now on opens it anew; those who still hold it find that it has ended.
    private void Abandon(Room room)
    {
        lock (_lock)
        {
            if (_entries.TryGetValue(room.SessionId, out var entry) && entry.Opening.IsCompletedSuccessfully && entry.Opening.Result == room)
            {
                Forget(room.SessionId, entry);
            }
        }
    }

    private void Leave(Guid sessionId, Entry entry)
    {
        lock (_lock)
        {
            if (!entry.Leave())
            {
                return;
            }

            if (entry.Opening.IsFaulted)
            {
                // Nothing is kept of a document that did not open: the next one who comes tries again.
                Forget(sessionId, entry);
                return;
            }

            entry.IdleTimer = clock.CreateTimer(_ => OnIdle(sessionId, entry), null, options.Value.IdleTime, Timeout.InfiniteTimeSpan);
        }
    }

    private void OnIdle(Guid sessionId, Entry entry)
    {
        lock (_lock)
        {
            if (entry.IsIdle && entry.Closing is null)
            {
                entry.Closing = CloseAsync(sessionId, entry);
            }
        }
    }

    private async Task CloseAsync(Guid sessionId, Entry entry)
    {
        await Task.Yield();
        try
        {
            var room = await entry.Opening;
            if (!room.IsAbandoned)
            {
                await DrainAsync(room);
            }

            await room.CloseAsync();
            metrics.RoomClosed();
        }
        catch (Exception exception)
        {
            LogCloseFailed(exception, sessionId);
        }
        finally
        {
            lock (_lock)
            {
                Forget(sessionId, entry);
            }
        }
    }

    private void Forget(Guid sessionId, Entry entry)
    {
        if (_entries.TryGetValue(sessionId, out var current) && current == entry)
        {
            _entries.Remove(sessionId);
        }
    }

    private static async Task DrainAsync(Room room)
    {
        var drained = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await room.PostAsync(new RoomCommand.Drain(drained));
        await drained.Task;
    }

    [LoggerMessage(LogLevel.Critical, "The stored document of session {SessionId} is corrupt; it stays closed, and as it is")]
    private partial void LogCorrupt(Exception exception, Guid sessionId);

    [LoggerMessage(LogLevel.Critical, "{Count} documents have edits that could not be saved before the server had to stop; nobody was told that they were")]
    private partial void LogUnsaved(int count);

    [LoggerMessage(LogLevel.Error, "Closing the document of session {SessionId} failed")]
    private partial void LogCloseFailed(Exception exception, Guid sessionId);

    /// <summary>A document that is open, opening or closing. Used under the lock.</summary>
    private sealed class Entry(Task<Room> opening)
    {
        private int _users;

        public Task<Room> Opening { get; } = opening;

        public Task? Closing { get; set; }

        public ITimer? IdleTimer { get; set; }

        public bool IsIdle => _users == 0;

        public void Enter()
        {
            _users++;
            IdleTimer?.Dispose();
            IdleTimer = null;
        }

        /// <summary>Returns whether nobody is left.</summary>
        public bool Leave() => --_users == 0;
    }
}

/// <summary>Keeps a document open.</summary>
internal sealed class RoomLease(Room room, Action release) : IAsyncDisposable
{
    private Action? _release = release;

    public Room Room { get; } = room;

    public ValueTask DisposeAsync()
    {
        Interlocked.Exchange(ref _release, null)?.Invoke();
        return ValueTask.CompletedTask;
    }
}
