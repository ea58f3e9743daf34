using System.Buffers.Binary;
using System.Numerics;
using System.Text;

namespace CodeCrafter.Crdt.Wire;

/// <summary>Writes lib0's encoding (lib0/encoding.js) into one growing array, which a cleared writer keeps for the next time.</summary>
internal sealed class WireWriter
{
    private const int KeptCapacity = 1 << 16;
    private const int MaxShort = 0x7F / 3;

    private byte[] _buffer;

    /// <param name="capacity">How many bytes will be written, as far as that is known.</param>
    public WireWriter(int capacity = 256) => _buffer = GC.AllocateUninitializedArray<byte>(capacity);

    public int Length { get; private set; }

    public ReadOnlySpan<byte> Written => _buffer.AsSpan(0, Length);

    public byte[] ToArray()
    {
        var bytes = GC.AllocateUninitializedArray<byte>(Length);
        Written.CopyTo(bytes);
        return bytes;
    }

    /// <summary>Starts over. An unusually large array is given back.</summary>
    public void Clear()
    {
        Length = 0;
        if (_buffer.Length > KeptCapacity)
        {
            _buffer = new byte[256];
        }
    }

    public void WriteByte(byte value)
    {
        if (Length == _buffer.Length)
        {
            Grow(1);
        }

        _buffer[Length++] = value;
    }

    public void WriteVarUint(ulong value)
    {
        if (value < 0x80)
        {
            WriteByte((byte)value);
        }
        else if (value < 1 << 14)
        {
            var span = Reserve(2);
            span[1] = (byte)(value >> 7);
            span[0] = (byte)(value | 0x80);
            Length += 2;
        }
        else if (value < 1 << 21)
        {
            var span = Reserve(3);
            span[2] = (byte)(value >> 14);
            span[1] = (byte)((value >> 7) | 0x80);
            span[0] = (byte)(value | 0x80);
            Length += 3;
        }
        else
        {
            WriteLongVarUint(value);
        }
    }

    private void WriteLongVarUint(ulong value)
    {
        var span = Reserve(10);
        var count = 0;
        while (value >= 0x80)
        {
            span[count++] = (byte)(value | 0x80);
            value >>= 7;
        }

        span[count++] = (byte)value;
        Length += count;
    }

    /// <summary>An integer below 2^56 as it is written, the first byte lowest; <see cref="WriteEncoded"/>.</summary>
    public static ulong EncodeVarUint(ulong value)
    {
        ulong encoded = 0;
        var shift = 0;
        for (; value >= 0x80; value >>= 7, shift += 8)
        {
            encoded |= ((value & 0x7F) | 0x80) << shift;
        }

        return encoded | (value << shift);
    }

    /// <summary>In how many bytes an integer is written.</summary>
    public static int LengthOfVarUint(ulong value) => Math.Max(1, (64 - BitOperations.LeadingZeroCount(value) + 6) / 7);

    /// <summary>Writes an integer that has been encoded before.</summary>
    public void WriteEncoded(ulong encoded, int length)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(Reserve(8), encoded);
        Length += length;
    }

    public void WriteClock(long value) => WriteVarUint((ulong)value);

    public void WriteVarInt(ulong magnitude, bool isNegative)
    {
        var rest = magnitude >> 6;
        WriteByte((byte)((magnitude & 0x3F) | (isNegative ? 0x40u : 0) | (rest > 0 ? 0x80u : 0)));
        if (rest > 0)
        {
            WriteVarUint(rest);
        }
    }

    public void WriteBytes(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(Reserve(bytes.Length));
        Length += bytes.Length;
    }

    public void WriteVarBytes(ReadOnlySpan<byte> bytes)
    {
        WriteVarUint((ulong)bytes.Length);
        WriteBytes(bytes);
    }

    /// <summary>A string as UTF-8 after its length in bytes; half a surrogate pair becomes U+FFFD, as with TextEncoder.</summary>
    public void WriteString(ReadOnlySpan<char> text)
    {
        if (text.Length <= MaxShort)
        {
            // The length in bytes fits one byte, whatever the characters are.
            var span = Reserve(1 + (3 * text.Length));
            var written = Encoding.UTF8.GetBytes(text, span[1..]);
            span[0] = (byte)written;
            Length += 1 + written;
            return;
        }

        var count = Encoding.UTF8.GetByteCount(text);
        WriteVarUint((ulong)count);
        Encoding.UTF8.GetBytes(text, Reserve(count));
        Length += count;
    }

    public void WriteDouble(double value)
    {
        BinaryPrimitives.WriteDoubleBigEndian(Reserve(8), value);
        Length += 8;
    }

    public void WriteSingle(float value)
    {
        BinaryPrimitives.WriteSingleBigEndian(Reserve(4), value);
        Length += 4;
    }

    public void WriteInt64(long value)
    {
        BinaryPrimitives.WriteInt64BigEndian(Reserve(8), value);
        Length += 8;
    }

    private Span<byte> Reserve(int count)
    {
        if (count > _buffer.Length - Length)
        {
            Grow(count);
        }

        return _buffer.AsSpan(Length);
    }

    private void Grow(int count)
    {
        var needed = (long)Length + count;
        var capacity = Math.Min(Math.Max(needed, 2L * _buffer.Length), Array.MaxLength);
        var grown = GC.AllocateUninitializedArray<byte>(checked((int)Math.Max(needed, capacity)));
        Written.CopyTo(grown);
        _buffer = grown;
    }
}
