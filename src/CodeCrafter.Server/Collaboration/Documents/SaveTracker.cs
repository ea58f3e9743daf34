namespace CodeCrafter.Server.Collaboration.Documents;

/// <summary>
/// Counts the document messages of one socket and says how many of them are saved: a message is, once the log is
/// saved up to where it stood after the message was processed.
/// </summary>
internal sealed class SaveTracker
{
    private readonly Queue<(long Count, long Sequence)> _unsaved = new();
    private long _received;

    /// <summary>A document message was processed, and the log's last sequence is this now.</summary>
    public void Received(long sequence) => _unsaved.Enqueue((++_received, sequence));

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
