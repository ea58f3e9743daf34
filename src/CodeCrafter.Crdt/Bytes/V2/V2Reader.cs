using CodeCrafter.Crdt.Structs;
using CodeCrafter.Crdt.Types;
using CodeCrafter.Crdt.Wire;

namespace CodeCrafter.Crdt.Bytes.V2;

/// <summary>
/// Reads a V2 update (yjs/src/utils/UpdateDecoder.js: a column for each kind of field, most of them run-length encoded,
/// then the rest) and writes it as a V1 update. Whoever uses the V1 update checks what it says; here is checked that
/// the columns can be read, are used up, and say no more than a cap allows: runs make billions of structs of a few bytes.
/// </summary>
internal ref struct V2Reader
{
    private readonly WireWriter _writer;
    private readonly long _maxBytes;
    private readonly List<byte[]> _keys;
    private DiffRunReader _keyClocks, _leftClocks, _rightClocks;
    private UintRunReader _clients, _typeRefs, _lengths;
    private ByteRunReader _infos, _parentInfos;
    private StringRunReader _strings;
    private WireReader _rest;

    private V2Reader(ReadOnlySpan<byte> update, long maxBytes)
    {
        (_writer, _maxBytes, _keys) = (new WireWriter(), maxBytes, []);
        var reader = new WireReader(update);
        if (reader.ReadVarUint() != 0)
        {
            throw new MalformedUpdateException("The update is of an unknown kind.");
        }

        _keyClocks = new DiffRunReader(reader.ReadVarBytes());
        _clients = new UintRunReader(reader.ReadVarBytes());
        _leftClocks = new DiffRunReader(reader.ReadVarBytes());
        _rightClocks = new DiffRunReader(reader.ReadVarBytes());
        _infos = new ByteRunReader(reader.ReadVarBytes());
        _strings = new StringRunReader(reader.ReadVarBytes());
        _parentInfos = new ByteRunReader(reader.ReadVarBytes());
        _typeRefs = new UintRunReader(reader.ReadVarBytes());
        _lengths = new UintRunReader(reader.ReadVarBytes());
        _rest = new WireReader(update, reader.Position);
    }

    /// <summary>How many bytes V2 updates may have as V1, if nobody says how many.</summary>
    public static long CapOf(long? given, long length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(given ?? 0, "maxBytes");
        return given ?? (8L << 20) + (64 * length);
    }

    /// <exception cref="MalformedUpdateException">The bytes are no V2 update, or say more than the cap allows.</exception>
    public static byte[] ToV1(ReadOnlySpan<byte> update, long maxBytes)
    {
        var reader = new V2Reader(update, maxBytes);
        reader.ReadStructs();
        reader.ReadDeletes();
        reader.CheckSize();
        reader.ExpectEnd();
        return reader._writer.ToArray();
    }

    private void ReadStructs()
    {
        for (var sections = Copy(); sections > 0; sections--)
        {
            var structs = Copy();
            // Each takes two bytes or more.
            ExpectRoomFor(structs, 2);
            _writer.WriteVarUint(_clients.Read());
            Copy();
            for (; structs > 0; structs--)
            {
                ReadStruct();
            }
        }
    }

    private void ReadDeletes()
    {
        for (var sections = Copy(); sections > 0; sections--)
        {
            Copy();
            ulong clock = 0;
            for (var ranges = Copy(); ranges > 0; ranges--)
            {
                clock += _rest.ReadVarUint();
                var length = _rest.ReadVarUint() + 1;
                CheckClock(clock + length);
                _writer.WriteVarUint(clock);
                _writer.WriteVarUint(length);
                clock += length;
                CheckSize();
            }
        }
    }

    private void ReadStruct()
    {
        var info = _infos.Read();
        var kind = (byte)(info & StructInfo.ContentMask);
        _writer.WriteByte(info);
        if (info == StructInfo.Skip)
        {
            Copy();
        }
        else if (kind == StructInfo.Gc)
        {
            _writer.WriteVarUint(_lengths.Read());
        }
        else
        {
            ReadItem(info);
            ReadContent(kind);
        }

        CheckSize();
    }

    private void ReadItem(byte info)
    {
        if ((info & StructInfo.HasOrigin) != 0)
        {
            ReadId(ref _leftClocks);
        }

        if ((info & StructInfo.HasRightOrigin) != 0)
        {
            ReadId(ref _rightClocks);
        }

        if ((info & (StructInfo.HasOrigin | StructInfo.HasRightOrigin)) != 0)
        {
            return;
        }

        var parentInfo = _parentInfos.Read();
        if (parentInfo > 1)
        {
            throw new MalformedUpdateException("A parent is neither a root nor an item.");
        }

        _writer.WriteByte(parentInfo);
        if (parentInfo == 0)
        {
            ReadId(ref _leftClocks);
        }
        else
        {
            _strings.CopyTo(_writer);
        }

        if ((info & StructInfo.HasParentSub) != 0)
        {
            _strings.CopyTo(_writer);
        }
    }

    private void ReadContent(byte kind)
    {
        switch (kind)
        {
            case Content.DeletedKind:
                _writer.WriteVarUint(_lengths.Read());
                break;
            case Content.JsonKind:
                for (var left = CopyLength(); left > 0; left--)
                {
                    ExpectRoomFor(left, 1);
                    _strings.CopyTo(_writer);
                }

                break;
            case Content.BinaryKind:
                _writer.WriteVarBytes(_rest.ReadVarBytes());
                break;
            case Content.StringKind:
                _strings.CopyTo(_writer);
                break;
            case Content.EmbedKind:
                _writer.WriteString(AnyJson.Read(ref _rest));
                break;
            case Content.FormatKind:
                ReadKey();
                _writer.WriteString(AnyJson.Read(ref _rest));
                break;
            case Content.TypeKind:
                ReadType();
                break;
            case Content.AnyKind:
                for (var left = CopyLength(); left > 0; left--)
                {
                    CopyAny();
                }

                break;
            case Content.DocKind:
                _strings.CopyTo(_writer);
                CopyAny();
                break;
            default:
                throw new MalformedUpdateException("Content is of an unknown kind.");
        }
    }

    private void ReadType()
    {
        var kind = _typeRefs.Read();
        _writer.WriteVarUint(kind);
        if (kind <= TypeKinds.Last && ((TypeKind)kind).HasName())
        {
            ReadKey();
        }
    }

    // A key is a number of one that came before, or the next number and a new string.
    private void ReadKey()
    {
        var clock = _keyClocks.Read();
        if (clock < _keys.Count)
        {
            _writer.WriteVarBytes(_keys[(int)clock]);
            return;
        }

        var start = _writer.Length;
        _strings.CopyTo(_writer);
        var key = new WireReader(_writer.Written, start);
        _keys.Add(key.ReadVarBytes().ToArray());
    }

    private void ReadId(ref DiffRunReader clocks)
    {
        _writer.WriteVarUint(_clients.Read());
        _writer.WriteClock(clocks.Read());
    }

    private void CopyAny()
    {
        var start = _rest.Position;
        AnyValue.Skip(ref _rest);
        _writer.WriteBytes(_rest.Since(start));
    }

    private ulong CopyLength()
    {
        var value = _lengths.Read();
        _writer.WriteVarUint(value);
        return value;
    }

    private ulong Copy()
    {
        var value = _rest.ReadVarUint();
        _writer.WriteVarUint(value);
        return value;
    }

    private readonly void ExpectEnd()
    {
        _keyClocks.ExpectEnd();
        _clients.ExpectEnd();
        _leftClocks.ExpectEnd();
        _rightClocks.ExpectEnd();
        _infos.ExpectEnd();
        _strings.ExpectEnd();
        _parentInfos.ExpectEnd();
        _typeRefs.ExpectEnd();
        _lengths.ExpectEnd();
        _rest.ExpectEnd();
    }

    private static void CheckClock(ulong clock)
    {
        if (clock > WireReader.MaxInteger)
        {
            throw new MalformedUpdateException("A clock is too large.");
        }
    }

    private readonly void CheckSize() => ExpectRoomFor(0, 1);

    // What says too much is refused as soon as it says how much, if it does.
    private readonly void ExpectRoomFor(ulong count, ulong bytesEach)
    {
        var room = _maxBytes - _writer.Length;
        if (room < 0 || count > (ulong)room / bytesEach)
        {
            throw new MalformedUpdateException("The update says much more than its size lets expect (maxBytes).");
        }
    }
}
