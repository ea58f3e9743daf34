using CodeCrafter.Crdt;

namespace CodeCrafter.Server.Collaboration.Documents;

/// <summary>A document with its place in the log and its size. Used by what the room handles alone.</summary>
internal sealed class RoomDocument
{
    private const int SmallestSnapshotInterval = 64 << 10;

    private readonly Doc _doc = new();
    private readonly int _maxBytes;
    private readonly List<byte[]> _emitted = [];
    private long _bytes;
    private long _snapshotBytes;
    private long _bytesSinceSnapshot;

    /// <exception cref="MalformedUpdateException">What is stored is corrupt.</exception>
    public RoomDocument(StoredDocument stored, int maxBytes)
    {
        _maxBytes = maxBytes;
        if (stored.Snapshot is { } snapshot)
        {
            _doc.ApplyUpdate(snapshot);
            _snapshotBytes = snapshot.Length;
        }

        foreach (var update in stored.Updates)
        {
            _doc.ApplyUpdate(update);
            _bytesSinceSnapshot += update.Length;
        }

        _bytes = _snapshotBytes + _bytesSinceSnapshot;
        Sequence = stored.Sequence;
        _doc.UpdateEmitted += (update, _) => _emitted.Add(update);
    }

    /// <summary>Of the last update that went into the log.</summary>
    public long Sequence { get; private set; }

    public Doc Doc => _doc;

    /// <summary>At least as many bytes as its state has.</summary>
    public long Bytes => _bytes;

    /// <summary>
    /// The log since the last snapshot has outgrown it: a new one costs no more than was written since, and loading
    /// stays within twice the document's size. None is taken while updates wait for their cause.
    /// </summary>
    public bool IsSnapshotDue =>
        _bytesSinceSnapshot > Math.Max(SmallestSnapshotInterval, _snapshotBytes) && !_doc.HasPending;

    /// <summary>The update brings nothing that the document does not have.</summary>
    /// <exception cref="MalformedUpdateException"/>
    public bool Knows(ReadOnlySpan<byte> update) => _doc.Contains(update);

    /// <summary>The document, with this update, stays within its cap.</summary>
    public bool HasRoomFor(int updateBytes)
    {
        if (_bytes + updateBytes <= _maxBytes)
        {
            return true;
        }

        // The sum of all updates overestimates: what they became is what counts.
        _bytes = _doc.EncodeStateAsUpdate().Length;
        return _bytes + updateBytes <= _maxBytes;
    }

    /// <summary>Applies an update and returns what must be logged and sent to the others: often one, or none.</summary>
    /// <exception cref="MalformedUpdateException">The document is as before.</exception>
    public IReadOnlyList<byte[]> Apply(ReadOnlySpan<byte> update)
    {
        _emitted.Clear();
        _doc.ApplyUpdate(update);
        // Parts that wait for their cause are in no emitted update, and must be logged all the same.
        return Count(_doc.HasPending ? [update.ToArray()] : [.. _emitted]);
    }

    /// <summary>Changes the document here, and returns what must be logged and sent to the clients.</summary>
    public IReadOnlyList<byte[]> Edit(Action<RoomDocument> change)
    {
        _emitted.Clear();
        _doc.Transact(() => change(this));
        return Count([.. _emitted]);
    }

    /// <summary>Takes the next place in the log.</summary>
    public long NextSequence() => ++Sequence;

    /// <summary>The state now, which the caller stores as the snapshot at <see cref="Sequence"/>.</summary>
    public byte[] TakeSnapshot()
    {
        var state = _doc.EncodeStateAsUpdate();
        _snapshotBytes = _bytes = state.Length;
        _bytesSinceSnapshot = 0;
        return state;
    }

    private byte[][] Count(byte[][] changes)
    {
        var bytes = changes.Sum(change => change.Length);
        _bytes += bytes;
        _bytesSinceSnapshot += bytes;
        return changes;
    }
}
