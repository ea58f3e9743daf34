using System.Text;
using CodeCrafter.Crdt.Wire;

namespace CodeCrafter.Crdt.Bytes.V2;

/// <summary>
/// lib0's RleDecoder of bytes: a byte and how often it comes, less one; the last comes as often as it is asked for.
/// </summary>
internal ref struct ByteRunReader(ReadOnlySpan<byte> bytes)
{
    private WireReader _reader = new(bytes);
    private ulong _left;
    private bool _isEndless;
    private byte _value;

    public byte Read()
    {
        if (_left == 0 && !_isEndless)
        {
            _value = _reader.ReadByte();
            _isEndless = _reader.IsAtEnd;
            _left = _isEndless ? 0 : _reader.ReadVarUint() + 1;
        }

        _left -= _isEndless ? 0UL : 1;
        return _value;
    }

    public readonly void ExpectEnd() => RunEnd.Expect(_reader, _left);
}

/// <summary>lib0's UintOptRleDecoder: an integer, and if it is written as a negative one, how often it comes, less two.</summary>
internal ref struct UintRunReader(ReadOnlySpan<byte> bytes, int position = 0)
{
    private WireReader _reader = new(bytes, position);
    private ulong _left;
    private ulong _value;

    public ulong Read()
    {
        if (_left == 0)
        {
            (_value, var isRun) = _reader.ReadSigned(WireReader.MaxInteger);
            _left = isRun ? _reader.ReadVarUint() + 2 : 1;
        }

        _left--;
        return _value;
    }

    public readonly void ExpectEnd() => RunEnd.Expect(_reader, _left);
}

/// <summary>
/// lib0's IntDiffOptRleDecoder: twice the difference to the value before, plus one if it is followed by how often the
/// same difference comes, less two.
/// </summary>
internal ref struct DiffRunReader(ReadOnlySpan<byte> bytes)
{
    // Yjs stops at 2^53, and so cannot read differences from 2^52 on that it writes; here all clocks come through.
    private const ulong MaxDoubled = 2 * WireReader.MaxInteger + 1;

    private WireReader _reader = new(bytes);
    private ulong _left;
    private long _difference;
    private long _value;

    public long Read()
    {
        if (_left == 0)
        {
            var (magnitude, isNegative) = _reader.ReadSigned(MaxDoubled);
            var doubled = isNegative ? -(long)magnitude : (long)magnitude;
            _difference = doubled >> 1;
            _left = (doubled & 1) != 0 ? _reader.ReadVarUint() + 2 : 1;
        }

        _left--;
        _value += _difference;
        return _value is >= 0 and <= (long)WireReader.MaxInteger
            ? _value
            : throw new MalformedUpdateException("A clock is negative or too large.");
    }

    public readonly void ExpectEnd() => RunEnd.Expect(_reader, _left);
}

/// <summary>lib0's StringDecoder: all strings joined to one, then their lengths in UTF-16 code units as of a <see cref="UintRunReader"/>.</summary>
internal ref struct StringRunReader
{
    private readonly ReadOnlySpan<byte> _text;
    private UintRunReader _lengths;
    private int _position;
    private bool _isInsidePair;

    public StringRunReader(ReadOnlySpan<byte> bytes)
    {
        var reader = new WireReader(bytes);
        _text = reader.ReadUtf8();
        _lengths = new UintRunReader(bytes, reader.Position);
    }

    /// <summary>Writes the next string with its length. Half a surrogate pair becomes U+FFFD, as wherever Yjs writes one.</summary>
    public void CopyTo(WireWriter writer)
    {
        var units = _lengths.Read();
        if (units == 0)
        {
            writer.WriteVarUint(0);
            return;
        }

        var startsInPair = _isInsidePair;
        var start = startsInPair ? _position + 4 : _position;
        (_position, _isInsidePair) = (start, false);
        units -= startsInPair ? 1UL : 0;
        while (units > 0)
        {
            units -= Advance(units);
        }

        var replaced = (startsInPair ? 1 : 0) + (_isInsidePair ? 1 : 0);
        writer.WriteVarUint((ulong)(_position - start + (3 * replaced)));
        writer.WriteBytes(startsInPair ? "\uFFFD"u8 : []);
        writer.WriteBytes(_text[start.._position]);
        writer.WriteBytes(_isInsidePair ? "\uFFFD"u8 : []);
    }

    public readonly void ExpectEnd()
    {
        _lengths.ExpectEnd();
        if (_position != _text.Length || _isInsidePair)
        {
            throw new MalformedUpdateException("There are bytes after the end.");
        }
    }

    // Goes over one character, and returns how many of the code units that are left to take it has: at the end it may
    // be one of a pair.
    private ulong Advance(ulong units)
    {
        if (_position == _text.Length)
        {
            throw new MalformedUpdateException("The bytes end too early.");
        }

        Rune.DecodeFromUtf8(_text[_position..], out var rune, out var bytes);
        if (units == 1 && rune.Utf16SequenceLength == 2)
        {
            _isInsidePair = true;
            return 1;
        }

        _position += bytes;
        return (ulong)rune.Utf16SequenceLength;
    }
}

internal static class RunEnd
{
    public static void Expect(WireReader reader, ulong left)
    {
        reader.ExpectEnd();
        if (left > 0)
        {
            throw new MalformedUpdateException("There are values after the end.");
        }
    }
}
