using CodeCrafter.Crdt.Sync;
using CodeCrafter.Server.Platform;

namespace CodeCrafter.Server.Collaboration.Documents;

/// <summary>What a room has to do with the log: saying what is saved, and what to do when nothing can be.</summary>
internal sealed partial class Room
{
    private long _savedSequence;
    private long _announcedSequence;
    private bool _isSaveUnannounced;
    private volatile bool _isAbandoned;

    public bool IsAbandoned => _isAbandoned;

    private StorageFault? Fault => _isAbandoned ? StorageFault.Busy : _log.Fault;

    void IUpdateLogWriter.OnSaved(long sequence)
    {
        Interlocked.Exchange(ref _savedSequence, sequence);
        // Where the inbox is full something is being handled, and it is looked after every command.
        _inbox.TryPost(RoomCommand.Saved);
    }

    void IUpdateLogWriter.OnConflict()
    {
        _isAbandoned = true;
        _ = PostAsync(new RoomCommand.Abandon()).AsTask();
    }

    void IUpdateLogWriter.OnWritable() => _ = PostAsync(new RoomCommand.AskAgain()).AsTask();

    // The answer brings all that was refused meanwhile.
    private void AskAgain()
    {
        var question = SyncProtocol.WriteStep1(_document.Doc.EncodeStateVector());
        foreach (var socket in _sockets.Where(socket => socket.Saves.HasDeferred))
        {
            socket.Send(question);
        }
    }

    // Nothing is lost by it: the clients have what they typed, and bring it to the room that takes this one's place.
    private void Abandon()
    {
        LogAbandoned(SessionId);
        foreach (var socket in _sockets)
        {
            socket.Close(CloseReason.Reloading);
        }

        _sockets.Clear();
        _abandoned(this);
    }

    private void AnnounceSaved()
    {
        var saved = Interlocked.Read(ref _savedSequence);
        if (saved > _announcedSequence || _isSaveUnannounced)
        {
            _isSaveUnannounced = false;
            AcknowledgeSaved(saved);
        }

        if (saved > _announcedSequence)
        {
            _announcedSequence = saved;
            _savedNotices.Publish(SessionId, SessionDocument.LanguageOf(_document.Doc));
            if (_document.IsSnapshotDue && _snapshotting.IsCompleted)
            {
                _snapshotting = SaveSnapshotAsync(_document.Sequence, _document.TakeSnapshot());
            }
        }

        if (saved >= _document.Sequence)
        {
            _draining.ForEach(drained => drained.TrySetResult());
            _draining.Clear();
        }
        else if (_isAbandoned)
        {
            _draining.ForEach(drained => drained.TrySetException(new StorageUnavailableException(StorageFault.Busy)));
            _draining.Clear();
        }
    }

    private void AcknowledgeSaved(long saved)
    {
        foreach (var socket in _sockets)
        {
            if (socket.Saves.Saved(saved) is { } count && socket.WantsAcks)
            {
                socket.Send(SaveAcknowledgement.Write(count));
            }
        }
    }

    private async Task SaveSnapshotAsync(long sequence, byte[] state)
    {
        // It waits for the disk, and the thread belongs to whoever posted what made it due.
        await Task.Yield();
        try
        {
            await _store.SaveSnapshotAsync(SessionId, sequence, state, CancellationToken.None);
        }
        catch (Exception exception)
        {
            // The log has everything; only the next load takes longer.
            LogSnapshotFailed(exception, SessionId);
        }
    }

    [LoggerMessage(LogLevel.Critical, "Document of session {SessionId}: somebody else has written to its log; it is opened anew")]
    private partial void LogAbandoned(Guid sessionId);

    [LoggerMessage(LogLevel.Error, "Document of session {SessionId}: storing a snapshot failed")]
    private partial void LogSnapshotFailed(Exception exception, Guid sessionId);
}
