namespace CodeCrafter.Server.Collaboration.Documents;

/// <summary>
/// Counts the document messages of one socket and says how many of them are saved: a message is, once the log is
/// saved up to where it stood after the message was processed.
/// </summary>
internal sealed class SaveTracker
{
    private readonly Queue<(long Count, long Sequence)> _unsaved = new();
    private long _received;
    private int _deferred;

    /// <summary>Messages were refused that the client is to bring again.</summary>
    public bool HasDeferred => _deferred > 0;

    /// <summary>A document message was refused for now, since nothing could be stored: the client has to bring it again.</summary>
    public void Deferred() => _deferred++;

    /// <summary>A document message was processed, and the log's last sequence is this now.</summary>
    /// <param name="sequence">From 0.</param>
    /// <param name="isWhole">It brings all that the server lacks of what the client has sent before, as sync step 2 does.</param>
    public void Received(long sequence, bool isWhole = false)
    {
        _received++;
        if (isWhole)
        {
            _received += _deferred;
            _deferred = 0;
        }

        _unsaved.Enqueue((_received, sequence));
    }

    /// <summary>The log is saved up to this. Returns how many messages are saved in all, or null where that is as before.</summary>
    public long? Saved(long sequence)
    {
        long? count = null;
        while (_unsaved.TryPeek(out var oldest) && oldest.Sequence <= sequence)
        {
            count = _unsaved.Dequeue().Count;
        }

        return count;
    }
}
