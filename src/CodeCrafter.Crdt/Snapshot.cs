using CodeCrafter.Crdt.Bytes.V2;
using CodeCrafter.Crdt.Structs;
using CodeCrafter.Crdt.Wire;

namespace CodeCrafter.Crdt;

/// <summary>
/// A state of a document, without its content: how much there is of each client, and what of it is deleted. Two
/// snapshots are equal if they stand for the same state.
/// </summary>
public sealed class Snapshot : IEquatable<Snapshot>
{
    private readonly DeleteSet _deletes;
    private readonly Dictionary<ulong, long> _state;

    internal Snapshot(DeleteSet deletes, Dictionary<ulong, long> state) => (_deletes, _state) = (deletes, state);

    /// <summary>The state of an empty document.</summary>
    public static Snapshot Empty { get; } = new(new DeleteSet(), []);

    internal DeleteSet Deletes => _deletes;

    /// <summary>The next clock that is expected of each client.</summary>
    internal IReadOnlyDictionary<ulong, long> State => _state;

    /// <summary>Reads the bytes of <see cref="Encode"/>, or of encodeSnapshot of Yjs.</summary>
    /// <exception cref="MalformedUpdateException">The bytes are no snapshot.</exception>
    public static Snapshot Decode(ReadOnlySpan<byte> bytes) => Decode(bytes, isV2: false);

    /// <summary>Reads the bytes of <see cref="EncodeV2"/>, or of encodeSnapshotV2 of Yjs.</summary>
    /// <exception cref="MalformedUpdateException">The bytes are no such snapshot.</exception>
    public static Snapshot DecodeV2(ReadOnlySpan<byte> bytes) => Decode(bytes, isV2: true);

    /// <summary>Encodes the snapshot as Yjs does (encodeSnapshot).</summary>
    public byte[] Encode() => EncodeWith(UpdateWriter.WriteDeleteSet);

    /// <summary>Encodes the snapshot in the format of Yjs that is smaller where much is deleted (encodeSnapshotV2).</summary>
    public byte[] EncodeV2() => EncodeWith(V2Writer.WriteDeletes);

    /// <summary>Whether an update brings nothing, neither content nor deletions, that was not there in this state.</summary>
    /// <exception cref="MalformedUpdateException">The bytes are no update.</exception>
    public bool Contains(ReadOnlySpan<byte> update)
    {
        UpdateDecoder.Check(update);
        var reader = new UpdateReader(update, isChecked: true);
        var isKnown = true;
        while (reader.MoveNext())
        {
            isKnown &= reader.IsSkip || reader.End <= _state.GetValueOrDefault(reader.Client);
        }

        while (reader.MoveNextDelete())
        {
            isKnown &= _deletes[reader.Client] is { } ranges && ranges.Contains(reader.Clock)
                && ranges.NextBoundary(reader.Clock) >= reader.End;
        }

        return isKnown;
    }

    /// <inheritdoc/>
    public bool Equals(Snapshot? other)
    {
        if (other is null || _state.Count != other._state.Count || _deletes.ClientCount != other._deletes.ClientCount)
        {
            return false;
        }

        foreach (var (client, clock) in _state)
        {
            if (!other._state.TryGetValue(client, out var otherClock) || clock != otherClock)
            {
                return false;
            }
        }

        foreach (var (client, ranges) in _deletes.Clients)
        {
            if (other._deletes[client] is not { } others || !AreEqual(ranges, others))
            {
                return false;
            }
        }

        return true;
    }

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as Snapshot);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = _state.Count;
        foreach (var (client, clock) in _state)
        {
            hash ^= HashCode.Combine(client, clock);
        }

        return hash;
    }

    /// <summary>Whether a unit was there and not deleted.</summary>
    internal bool Shows(Id id) => Shows(id.Client, id.Clock);

    /// <summary>Whether a unit was there and not deleted.</summary>
    internal bool Shows(ulong client, long clock) =>
        clock < _state.GetValueOrDefault(client) && _deletes[client]?.Contains(clock) != true;

    /// <summary>Whether any unit of a stretch was there and not deleted.</summary>
    internal bool ShowsAny(ulong client, long start, long end)
    {
        while (start < end && !Shows(client, start))
        {
            start = NextChange(client, start);
        }

        return start < end;
    }

    internal static InvalidOperationException Collected() =>
        new("Some of what the snapshot shows was deleted since and is forgotten: a document here, or one whose updates came here, collects garbage (DocOptions.CollectsGarbage).");

    /// <summary>The next clock of a client from which on <see cref="Shows(ulong, long)"/> may be different.</summary>
    internal long NextChange(ulong client, long clock)
    {
        var state = _state.GetValueOrDefault(client);
        var next = _deletes[client]?.NextBoundary(clock) ?? long.MaxValue;
        return state > clock ? Math.Min(state, next) : next;
    }

    private static bool AreEqual(IdRanges a, IdRanges b)
    {
        if (a.Count != b.Count)
        {
            return false;
        }

        for (var i = 0; i < a.Count; i++)
        {
            if (a[i] != b[i])
            {
                return false;
            }
        }

        return true;
    }

    private static Snapshot Decode(ReadOnlySpan<byte> bytes, bool isV2)
    {
        var reader = new WireReader(bytes);
        var deletes = new DeleteSet();
        for (var clients = reader.ReadVarUint(); clients > 0; clients--)
        {
            var client = reader.ReadVarUint();
            long end = 0;
            for (var ranges = reader.ReadVarUint(); ranges > 0; ranges--)
            {
                var (start, length) = (reader.ReadClock(), reader.ReadClock());
                // V2 counts the start from the end of the range before, and the length from one.
                (start, length) = isV2 ? (end + start, length + 1) : (start, length);
                end = start + length;
                if (end > (long)WireReader.MaxInteger)
                {
                    throw new MalformedUpdateException("A clock is too large.");
                }

                deletes.Append(client, start, end);
            }
        }

        if (reader.IsAtEnd)
        {
            throw new MalformedUpdateException("The bytes end too early.");
        }

        deletes.Sort();
        return new Snapshot(deletes, UpdateDecoder.ReadStateVector(bytes[reader.Position..]));
    }

    private byte[] EncodeWith(Action<WireWriter, DeleteSet> writeDeletes)
    {
        var writer = new WireWriter();
        writeDeletes(writer, _deletes);
        writer.WriteBytes(Update.EncodeStateVector(_state));
        return writer.ToArray();
    }
}
