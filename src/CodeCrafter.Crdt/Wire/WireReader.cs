using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Unicode;

namespace CodeCrafter.Crdt.Wire;

/// <summary>
/// Reads lib0's encoding (lib0/decoding.js) from a span. Nothing is allocated for what has not been seen to be there:
/// lengths are compared with the bytes that are left before they are used.
/// </summary>
internal ref struct WireReader(ReadOnlySpan<byte> bytes, int position = 0)
{
    /// <summary>2^53 - 1, the largest integer that JavaScript counts with.</summary>
    public const ulong MaxInteger = (1UL << 53) - 1;

    private readonly ReadOnlySpan<byte> _bytes = bytes;
    private int _position = position;

    public readonly int Position => _position;

    public readonly bool IsAtEnd => _position == _bytes.Length;

    /// <summary>The bytes from a position that was read before up to the current one.</summary>
    public readonly ReadOnlySpan<byte> Since(int start) => _bytes[start.._position];

    /// <summary>The bytes that have not been read.</summary>
    public readonly ReadOnlySpan<byte> Rest => _bytes[_position..];

    public byte ReadByte()
    {
        if ((uint)_position >= (uint)_bytes.Length)
        {
            ThrowTruncated();
        }

        return _bytes[_position++];
    }

    /// <summary>An unsigned integer up to 2^53 - 1 in its shortest form, seven bits a byte, the lowest first.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ulong ReadVarUint()
    {
        if ((uint)_position < (uint)_bytes.Length && _bytes[_position] < 0x80)
        {
            return _bytes[_position++];
        }

        return ReadLongVarUint();
    }

    /// <summary>Passes over an integer if it is this one; <see cref="VarUint.Encode(ulong)"/>. False also where the end is near.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TrySkip(ulong encoded, int length)
    {
        if (_bytes.Length - _position < sizeof(ulong)
            || (BinaryPrimitives.ReadUInt64LittleEndian(_bytes[_position..]) ^ encoded) << (64 - (8 * length)) != 0)
        {
            return false;
        }

        _position += length;
        return true;
    }

    /// <summary>A clock or a length in clock units.</summary>
    public long ReadClock() => (long)ReadVarUint();

    private ulong ReadLongVarUint()
    {
        if (_bytes.Length - _position >= sizeof(ulong))
        {
            var value = VarUint.Decode(BinaryPrimitives.ReadUInt64LittleEndian(_bytes[_position..]), out var length);
            // All else, such as what is malformed, is in no hurry.
            if (length > 1 && length == VarUint.LengthOf(value) && value <= MaxInteger)
            {
                _position += length;
                return value;
            }
        }

        return ReadVarUintByByte();
    }

    private ulong ReadVarUintByByte()
    {
        ulong value = 0;
        for (var shift = 0; ; shift += 7)
        {
            ulong part = ReadByte();
            if (shift > 49 || (part == 0 && shift > 0))
            {
                throw new MalformedUpdateException("An integer is too long.");
            }

            value |= (part & 0x7F) << shift;
            if (part < 0x80)
            {
                return value <= MaxInteger ? value : throw new MalformedUpdateException("An integer is too large.");
            }
        }
    }

    /// <summary>A signed integer up to 2^53 - 1: the first byte holds the sign and six bits.</summary>
    public double ReadVarInt()
    {
        var (magnitude, isNegative) = ReadSigned(MaxInteger);
        return isNegative ? -(double)magnitude : magnitude;
    }

    /// <summary>Passes over a signed integer and checks it.</summary>
    public void SkipVarInt()
    {
        if (_bytes.Length - _position >= sizeof(ulong))
        {
            // Only one of eight bytes can be too large.
            var word = BinaryPrimitives.ReadUInt64LittleEndian(_bytes[_position..]);
            var length = VarUint.LengthIn(word);
            if (length is > 0 and < sizeof(ulong) && (length == 1 || word >> (8 * (length - 1)) << 56 != 0))
            {
                _position += length;
                return;
            }
        }

        ReadSigned(MaxInteger);
    }

    /// <summary>A signed integer in its shortest form as magnitude and sign: zero has both signs.</summary>
    public (ulong Magnitude, bool IsNegative) ReadSigned(ulong maxMagnitude)
    {
        ulong first = ReadByte();
        var value = first & 0x3F;
        for (var shift = 6; (first & 0x80) != 0; shift += 7)
        {
            ulong part = ReadByte();
            if (shift > 48 || part == 0)
            {
                throw new MalformedUpdateException("An integer is too long.");
            }

            value |= (part & 0x7F) << shift;
            if (part < 0x80)
            {
                break;
            }
        }

        return value <= maxMagnitude
            ? (value, (first & 0x40) != 0)
            : throw new MalformedUpdateException("An integer is too large.");
    }

    public ReadOnlySpan<byte> ReadBytes(ulong count)
    {
        if (count > (ulong)(_bytes.Length - _position))
        {
            ThrowTruncated();
        }

        var result = _bytes.Slice(_position, (int)count);
        _position += (int)count;
        return result;
    }

    /// <summary>Bytes after their count.</summary>
    public ReadOnlySpan<byte> ReadVarBytes() => ReadBytes(ReadVarUint());

    /// <summary>The UTF-8 of a string. Yjs decodes strictly, so invalid UTF-8 is malformed and not replaced.</summary>
    public ReadOnlySpan<byte> ReadUtf8()
    {
        var utf8 = ReadVarBytes();
        return Utf8.IsValid(utf8) ? utf8 : throw InvalidString();
    }

    /// <summary>Passes over a string and counts its UTF-16 code units.</summary>
    public int SkipString()
    {
        var utf8 = ReadVarBytes();
        return Ascii.IsValid(utf8) ? utf8.Length
            : Utf8.IsValid(utf8) ? Encoding.UTF8.GetCharCount(utf8)
            : throw InvalidString();
    }

    public string ReadString() => Encoding.UTF8.GetString(ReadUtf8());

    public readonly void ExpectEnd()
    {
        if (!IsAtEnd)
        {
            throw new MalformedUpdateException("There are bytes after the end.");
        }
    }

    private static MalformedUpdateException InvalidString() => new("A string is not valid UTF-8.");

    private static void ThrowTruncated() => throw new MalformedUpdateException("The bytes end too early.");
}
