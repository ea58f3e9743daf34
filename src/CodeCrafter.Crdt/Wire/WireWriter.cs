using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace CodeCrafter.Crdt.Wire;

/// <summary>Writes lib0's encoding (lib0/encoding.js) into one growing array, which a cleared writer keeps for the next time.</summary>
internal sealed class WireWriter : IDisposable
{
    private const int KeptCapacity = 1 << 16;
    private const int MaxShort = 0x7F / 3;

    private byte[] _buffer;

    private readonly bool _isRented;

    public WireWriter() => _buffer = GC.AllocateUninitializedArray<byte>(256);

    private WireWriter(byte[] rented) => (_buffer, _isRented) = (rented, true);

    public int Length { get; private set; }

    public ReadOnlySpan<byte> Written => _buffer.AsSpan(0, Length);

    /// <summary>A writer for much at once, whose array is lent, until the writer is disposed of.</summary>
    /// <param name="capacity">How many bytes will be written, as far as that is known.</param>
    public static WireWriter Rent(int capacity) => new(ArrayPool<byte>.Shared.Rent(capacity));

    public void Dispose() => Replace([]);

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
            Replace(new byte[256]);
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
        else if (value < VarUint.Limit)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(Reserve(sizeof(ulong)), VarUint.Encode(value));
            Length += VarUint.LengthOf(value);
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

    /// <summary>NaN has many bytes, and is written in those of JavaScript engines: double.NaN has the sign set.</summary>
    public void WriteDouble(double value)
    {
        BinaryPrimitives.WriteUInt64BigEndian(Reserve(8), double.IsNaN(value) ? 0x7FF8_0000_0000_0000 : BitConverter.DoubleToUInt64Bits(value));
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

    /// <summary>Room for at least so many bytes; <see cref="Advance"/> says how many have been written there.</summary>
    public Span<byte> Reserve(int count)
    {
        if (count > _buffer.Length - Length)
        {
            Grow(count);
        }

        return _buffer.AsSpan(Length);
    }

    public void Advance(int count) => Length += count;

    private void Grow(int count)
    {
        var needed = (long)Length + count;
        var capacity = Math.Min(Math.Max(needed, 2L * _buffer.Length), Array.MaxLength);
        var length = checked((int)Math.Max(needed, capacity));
        var grown = _isRented ? ArrayPool<byte>.Shared.Rent(length) : GC.AllocateUninitializedArray<byte>(length);
        Written.CopyTo(grown);
        Replace(grown);
    }

    private void Replace(byte[] buffer)
    {
        if (_isRented)
        {
            ArrayPool<byte>.Shared.Return(_buffer);
        }

        _buffer = buffer;
    }
}
