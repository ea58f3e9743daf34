using CodeCrafter.Crdt.Sync;

namespace CodeCrafter.Server.Collaboration.Documents;

/// <summary>
/// The cursors, selections and names of a document's clients. A client id belongs to the user who first used it, for as
/// long as they are connected: nobody moves another's cursor, or bears another's name. Used by what the room handles alone.
/// </summary>
/// <remarks>
/// Stock clients send every change that they hear of back to the server, and tabs of one browser relay each other's. So
/// an update that speaks for others is no offence; it is passed over.
/// </remarks>
internal sealed class RoomAwareness(CollaborationOptions options, TimeProvider clock)
{
    private readonly Awareness _awareness = new(clock, new AwarenessOptions
    {
        MaxClients = options.MaxSocketsPerDocument * 2,
        MaxStateBytes = options.MaxAwarenessStateBytes,
    });

    private readonly Dictionary<ulong, DocumentSocket> _speakers = [];

    /// <summary>All states, or null where there are none.</summary>
    public byte[]? EncodeAll() => _awareness.ClientIds is { Count: > 0 } ids ? _awareness.Encode(ids) : null;

    /// <summary>Applies an update and returns what everybody must hear, the sender too, or null.</summary>
    /// <param name="correction">What only the sender must hear, or null.</param>
    /// <exception cref="Crdt.MalformedUpdateException"/>
    public byte[]? Apply(DocumentSocket socket, ReadOnlySpan<byte> update, out byte[]? correction)
    {
        correction = null;
        var ids = Awareness.ReadClientIds(update);
        if (ids.Any(id => _speakers.TryGetValue(id, out var speaker) && speaker.UserId != socket.UserId)
            || ids.Where(id => !socket.AwarenessIds.Contains(id)).Distinct().Count() + socket.AwarenessIds.Count > options.MaxAwarenessStatesPerSocket)
        {
            return null;
        }

        var change = _awareness.Apply(update, socket, state => SignedState.Of(state, socket.User));
        foreach (var id in (IEnumerable<ulong>)[.. change.Added, .. change.Updated])
        {
            Claim(id, socket);
        }

        foreach (var id in change.Removed)
        {
            Release(id);
        }

        if (change.Outdated.Count > 0)
        {
            // It was away, and removed meanwhile: hearing of the removal makes the client announce itself anew.
            correction = _awareness.Encode(change.Outdated);
        }

        return change.IsEmpty ? null : _awareness.Encode(change.Changed);
    }

    /// <summary>The socket is gone, and the states that it had with it. Returns what the others must hear, or null.</summary>
    public byte[]? Remove(DocumentSocket socket)
    {
        var change = _awareness.Remove([.. socket.AwarenessIds]);
        foreach (var id in socket.AwarenessIds)
        {
            _speakers.Remove(id);
        }

        socket.AwarenessIds.Clear();
        return change.IsEmpty ? null : _awareness.Encode(change.Removed);
    }

    private void Claim(ulong id, DocumentSocket socket)
    {
        Release(id);
        _speakers[id] = socket;
        socket.AwarenessIds.Add(id);
    }

    private void Release(ulong id)
    {
        if (_speakers.Remove(id, out var speaker))
        {
            speaker.AwarenessIds.Remove(id);
        }
    }
}
