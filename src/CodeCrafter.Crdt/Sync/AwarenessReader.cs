using CodeCrafter.Crdt.Wire;

namespace CodeCrafter.Crdt.Sync;

/// <summary>Walks over an awareness update without taking memory, and checks it on the way.</summary>
internal ref struct AwarenessReader
{
    private WireReader _reader;
    private ulong _left;

    public AwarenessReader(ReadOnlySpan<byte> update)
    {
        _reader = new WireReader(update);
        _left = _reader.ReadVarUint();
    }

    public static ReadOnlySpan<byte> Null => "null"u8;

    public ulong Client { get; private set; }

    public long Clock { get; private set; }

    /// <summary>UTF-8 JSON.</summary>
    public ReadOnlySpan<byte> State { get; private set; }

    public readonly bool IsRemoval => IsNull(State);

    public static bool IsNull(ReadOnlySpan<byte> state) => state.Trim(" \t\r\n"u8).SequenceEqual(Null);

    public bool MoveNext()
    {
        if (_left == 0)
        {
            _reader.ExpectEnd();
            return false;
        }

        _left--;
        Client = _reader.ReadVarUint();
        Clock = _reader.ReadClock();
        State = JsonValue.ReadUtf8(ref _reader);
        return true;
    }
}
