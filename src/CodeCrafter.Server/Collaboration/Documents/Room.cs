using CodeCrafter.Crdt;
using CodeCrafter.Crdt.Sync;
using CodeCrafter.Server.Auth;
using CodeCrafter.Server.Platform;
using CodeCrafter.Server.Sessions;

namespace CodeCrafter.Server.Collaboration.Documents;

/// <summary>
/// An open document and its clients: an actor. Only what is handled from the inbox touches the document, its awareness
/// and the state of its sockets, one command at a time, so none of it needs a lock.
/// </summary>
/// <remarks>
/// The order for an update: decode and check, apply, append to the log, send to the others. Fan-out does not wait for
/// the log; the acknowledgement to the sender does.
/// </remarks>
internal sealed partial class Room : IUpdateLogWriter
{
    // Such frames, and whatever is asked of such documents, may take milliseconds.
    private const int LargeFrameBytes = 64 << 10;
    private const int LargeDocumentBytes = 512 << 10;

    private readonly Inbox<RoomCommand> _inbox;
    private readonly TaskCompletionSource _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly IDocumentStore _store;
    private readonly UpdateLog _log;
    private readonly CollaborationOptions _options;
    private readonly CollaborationMetrics _metrics;
    private readonly SavedNotices _savedNotices;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly RoomDocument _document;
    private readonly RoomAwareness _awareness;
    private readonly HashSet<DocumentSocket> _sockets = [];
    private readonly List<TaskCompletionSource> _draining = [];
    private Task _snapshotting = Task.CompletedTask;
    private readonly Action<Room> _abandoned;

    /// <param name="abandoned">Called when the room gives up, and the document is to be opened anew.</param>
    public Room(
        Guid sessionId, StoredDocument stored, IDocumentStore store, UpdateLog log, CollaborationOptions options,
        CollaborationMetrics metrics, SavedNotices savedNotices, TimeProvider clock, ILogger logger, Action<Room> abandoned)
    {
        _abandoned = abandoned;
        SessionId = sessionId;
        _store = store;
        _log = log;
        _options = options;
        _metrics = metrics;
        _savedNotices = savedNotices;
        _clock = clock;
        _logger = logger;
        _document = new RoomDocument(stored, options.MaxDocumentBytes);
        _awareness = new RoomAwareness(options, clock);
        _savedSequence = _announcedSequence = stored.Sequence;
        _inbox = new Inbox<RoomCommand>(capacity: 1024, RunAsync);
    }

    public Guid SessionId { get; }

    /// <summary>Ends when the room is closed.</summary>
    public Task Completion => _completion.Task;

    /// <summary>Gives the room something to do. Waits while it has too much to do.</summary>
    public ValueTask PostAsync(RoomCommand command, CancellationToken cancellationToken = default) =>
        _inbox.PostAsync(command, cancellationToken);

    /// <summary>The room finishes what it was given and ends.</summary>
    public async Task CloseAsync()
    {
        await PostAsync(new RoomCommand.End());
        _inbox.Close();
        await Completion;
    }

    private async ValueTask RunAsync(RoomCommand command)
    {
        if (MayTakeLong(command))
        {
            await Task.Yield();
        }

        try
        {
            await HandleAsync(command);
        }
        catch (Exception exception)
        {
            // A fault of ours in one command must not take the room from the others.
            LogCommandFailed(exception, SessionId, command.GetType().Name);
            (command as RoomCommand.Frame)?.Socket.Close(CloseReason.Failed);
            (command as RoomCommand.Read)?.Result.TrySetException(exception);
            (command as RoomCommand.Edit)?.Done.TrySetException(exception);
        }

        (command as RoomCommand.Frame)?.Socket.FrameHandled();
        try
        {
            AnnounceSaved();
        }
        catch (Exception exception)
        {
            LogCommandFailed(exception, SessionId, nameof(AnnounceSaved));
        }
    }

    // The thread belongs to whoever posted, or to whoever posted something before: it may be the log's, which serves all.
    private bool MayTakeLong(RoomCommand command) => command switch
    {
        RoomCommand.Frame frame => frame.Data.Length > LargeFrameBytes || _document.Bytes > LargeDocumentBytes,
        RoomCommand.Read or RoomCommand.Edit => true,
        _ => _document.IsSnapshotDue,
    };

    private ValueTask HandleAsync(RoomCommand command)
    {
        switch (command)
        {
            case RoomCommand.Frame frame:
                return OnFrameAsync(frame.Socket, frame.Data.Span);
            case RoomCommand.Join join:
                OnJoin(join.Socket);
                break;
            case RoomCommand.Leave leave:
                OnLeave(leave.Socket);
                break;
            case RoomCommand.ChangeRole change:
                foreach (var socket in _sockets.Where(socket => socket.UserId == change.UserId))
                {
                    socket.Role = change.Role;
                }

                break;
            case RoomCommand.Disconnect disconnect:
                foreach (var socket in _sockets.Where(socket => disconnect.UserId is null || socket.UserId == disconnect.UserId).ToList())
                {
                    // Out at once: a frame of it that is still in the inbox is not taken any more.
                    OnLeave(socket);
                    socket.Close(disconnect.Reason);
                }

                break;
            case RoomCommand.ListUsers list:
                list.Users.TrySetResult(_sockets.Select(socket => socket.UserId).ToHashSet());
                break;
            case RoomCommand.Edit edit:
                return EditAsync(edit);
            case RoomCommand.Drain drain:
                _draining.Add(drain.Drained);
                break;
            case RoomCommand.Read read:
                read.Result.TrySetResult(read.Of(_document));
                break;
            case RoomCommand.AskAgain:
                AskAgain();
                break;
            case RoomCommand.Abandon:
                Abandon();
                break;
            case RoomCommand.End:
                return EndAsync();
        }

        return ValueTask.CompletedTask;
    }

    private async ValueTask EndAsync()
    {
        foreach (var socket in _sockets)
        {
            socket.Close(CloseReason.Stopping);
        }

        await _snapshotting;
        _completion.TrySetResult();
    }

    private void OnJoin(DocumentSocket socket)
    {
        if (_isAbandoned || _sockets.Count >= _options.MaxSocketsPerDocument)
        {
            socket.Close(_isAbandoned ? CloseReason.Reloading : CloseReason.Full);
            return;
        }

        _sockets.Add(socket);
        socket.Send(SyncProtocol.WriteStep1(_document.Doc.EncodeStateVector()));
        if (_awareness.EncodeAll() is { } states)
        {
            socket.Send(SyncProtocol.WriteAwareness(states));
        }
    }

    private void OnLeave(DocumentSocket socket)
    {
        if (_sockets.Remove(socket) && _awareness.Remove(socket) is { } removal)
        {
            Broadcast(SyncProtocol.WriteAwareness(removal), except: null);
        }
    }

    private ValueTask OnFrameAsync(DocumentSocket socket, ReadOnlySpan<byte> frame)
    {
        if (!_sockets.Contains(socket))
        {
            return ValueTask.CompletedTask;
        }

        try
        {
            var message = SyncProtocol.Read(frame);
            switch (message.Type)
            {
                case SyncMessageType.Sync when message.Step == SyncStep.Step1:
                    Answer(socket, SyncProtocol.WriteStep2(_document.Doc.EncodeStateAsUpdate(message.Payload)));
                    break;
                case SyncMessageType.Sync:
                    return OnUpdateAsync(socket, message.Payload, isWhole: message.Step == SyncStep.Step2);
                case SyncMessageType.Awareness:
                    OnAwareness(socket, message.Payload);
                    break;
                case SyncMessageType.QueryAwareness when _awareness.EncodeAll() is { } states:
                    Answer(socket, SyncProtocol.WriteAwareness(states));
                    break;
            }
        }
        catch (MalformedUpdateException exception)
        {
            _metrics.MalformedFrame();
            LogMalformed(SessionId, socket.UserId, exception.Message);
            OnLeave(socket);
            socket.Close(CloseReason.Malformed);
        }

        return ValueTask.CompletedTask;
    }

    // A few bytes may ask for the whole document: such answers count towards the pace of who asks.
    private static void Answer(DocumentSocket socket, byte[] frame)
    {
        socket.Send(frame);
        socket.ChargeAnswer(frame.Length);
    }

    private ValueTask OnUpdateAsync(DocumentSocket socket, ReadOnlySpan<byte> update, bool isWhole)
    {
        if (Refusal(socket, update) is { } reason)
        {
            _metrics.UpdateRefused();
            socket.Send(SyncProtocol.WritePermissionDenied(reason));
            return ValueTask.CompletedTask;
        }

        return AcceptAsync(socket, _document.Apply(update), isWhole);
    }

    private async ValueTask AcceptAsync(DocumentSocket socket, IReadOnlyList<byte[]> changes, bool isWhole)
    {
        await PublishAsync(changes, from: socket);
        socket.Saves.Received(_document.Sequence, isWhole);
        // It brought nothing new: no commit will follow to announce it.
        _isSaveUnannounced |= _document.Sequence <= _announcedSequence;
    }

    private async ValueTask EditAsync(RoomCommand.Edit edit)
    {
        if (Fault is { } fault)
        {
            throw new StorageUnavailableException(fault);
        }

        await PublishAsync(_document.Edit(edit.Change), from: null);
        edit.Done.TrySetResult();
    }

    private async ValueTask PublishAsync(IReadOnlyList<byte[]> changes, DocumentSocket? from)
    {
        foreach (var change in changes)
        {
            _metrics.UpdateApplied();
            var update = new LoggedUpdate(SessionId, _document.NextSequence(), change) { Author = from?.User, At = _clock.GetUtcNow() };
            await _log.AppendAsync(update, this);
            Broadcast(SyncProtocol.WriteUpdate(change), from);
        }
    }

    private void OnAwareness(DocumentSocket socket, ReadOnlySpan<byte> update)
    {
        if (VisitorId.IsReader(socket.UserId))
        {
            // Nobody sees who came by the public link; the client only hears that the connection lives.
            socket.Send(SyncProtocol.WriteAwareness(update));
            return;
        }

        // The sender hears its own change too: it is how stock clients know that the connection lives.
        if (_awareness.Apply(socket, update, out var correction) is { } change)
        {
            Broadcast(SyncProtocol.WriteAwareness(change), except: null);
        }

        if (correction is not null)
        {
            socket.Send(SyncProtocol.WriteAwareness(correction));
        }
    }

    // A viewer's client answers the server's sync step 1 like any other; only what is news to the document is refused.
    private string? Refusal(DocumentSocket socket, ReadOnlySpan<byte> update)
    {
        if (socket.Role < SessionRole.Editor)
        {
            return _document.Knows(update) ? null : "viewers_cannot_edit";
        }

        if (Fault is { } fault && !_document.Knows(update))
        {
            socket.Saves.Deferred();
            _log.TellWhenWritable(this);
            return fault.Code;
        }

        return _document.HasRoomFor(update.Length) ? null : "document_too_large";
    }

    private void Broadcast(byte[] frame, DocumentSocket? except)
    {
        foreach (var socket in _sockets)
        {
            if (socket != except)
            {
                socket.Send(frame);
            }
        }
    }

    [LoggerMessage(LogLevel.Error, "Document of session {SessionId}: {Command} failed")]
    private partial void LogCommandFailed(Exception exception, Guid sessionId, string command);

    [LoggerMessage(LogLevel.Warning, "Document of session {SessionId}: a malformed frame of user {UserId} was refused: {Detail}")]
    private partial void LogMalformed(Guid sessionId, Guid userId, string detail);
}
