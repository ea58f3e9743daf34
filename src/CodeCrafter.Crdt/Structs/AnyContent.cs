using System.Runtime.CompilerServices;
using CodeCrafter.Crdt.Wire;

namespace CodeCrafter.Crdt.Structs;

/// <summary>Plain values in lib0's encoding, one a unit, decoded only when asked for.</summary>
internal abstract class AnyContent : Content
{
    public override byte Kind => AnyKind;

    /// <summary>Content of values that lie one behind the other.</summary>
    /// <param name="encoded">The values.</param>
    /// <param name="ends">Where each of them ends; the array is the content's from now on.</param>
    public static AnyContent Of(ReadOnlySpan<byte> encoded, int[] ends) => ends.Length == 1 ? Of(encoded) : new ValueRun(encoded, ends);

    /// <summary>Content of one value.</summary>
    public static AnyContent Of(ReadOnlySpan<byte> encoded) =>
        encoded.Length <= ShortValue.MaxBytes ? new ShortValue(encoded) : new ValueRun(encoded, [encoded.Length]);

    public override object? ValueAt(long offset) => AnyValue.Read(EncodedAt((int)offset));

    /// <summary>One value as it is written.</summary>
    public abstract ReadOnlySpan<byte> EncodedAt(int index);
}

/// <summary>One value that is short when it is written, as most are. It needs no array: an object of 32 bytes is all.</summary>
internal sealed class ShortValue : AnyContent
{
    /// <summary>The longest that fits, beside its length, into two words.</summary>
    public const int MaxBytes = 15;

    private readonly byte _length;
    private Bytes _bytes;

    public ShortValue(ReadOnlySpan<byte> encoded)
    {
        _length = (byte)encoded.Length;
        encoded.CopyTo(_bytes);
    }

    public override ReadOnlySpan<byte> EncodedAt(int index) => _bytes[.._length];

    public override Content? Append(Content right) =>
        right is AnyContent ? new ValueRun(EncodedAt(0), [_length]).Append(right) : null;

    public override void Write(WireWriter writer, long offset, long length)
    {
        writer.WriteClock(1);
        writer.WriteBytes(EncodedAt(0));
    }

    [InlineArray(MaxBytes)]
    private struct Bytes
    {
        private byte _first;
    }
}

/// <summary>Values that lie one behind the other, and where each ends.</summary>
internal sealed class ValueRun : AnyContent
{
    private Run<byte> _encoded;
    private Run<int> _ends;

    // Ends count from where the values began that these were cut from.
    private int _start;

    public ValueRun(ReadOnlySpan<byte> encoded, int[] ends) : this(new Run<byte>(encoded.ToArray()), new Run<int>(ends), 0)
    {
    }

    private ValueRun(Run<byte> encoded, Run<int> ends, int start) => (_encoded, _ends, _start) = (encoded, ends, start);

    public override long Length => _ends.Length;

    public override ReadOnlySpan<byte> EncodedAt(int index) => _encoded.Span[EndOf(index)..EndOf(index + 1)];

    public override Content SplitAt(long offset)
    {
        var end = EndOf((int)offset);
        return new ValueRun(_encoded.SplitAt(end), _ends.SplitAt((int)offset), _start + end);
    }

    public override Content? Append(Content right)
    {
        switch (right)
        {
            case ValueRun run when HasRoomFor(run._encoded.Length):
                Append(run);
                return this;
            case ShortValue value when HasRoomFor(ShortValue.MaxBytes):
                var encoded = value.EncodedAt(0);
                _ends.Append([_start + _encoded.Length + encoded.Length]);
                _encoded.Append(encoded);
                return this;
            default:
                return null;
        }
    }

    public override void Write(WireWriter writer, long offset, long length)
    {
        writer.WriteClock(length - offset);
        writer.WriteBytes(_encoded.Span[EndOf((int)offset)..EndOf((int)length)]);
    }

    public override Content Copy() => new ValueRun(new Run<byte>(_encoded.Span.ToArray()), new Run<int>(_ends.Span.ToArray()), _start);

    private bool HasRoomFor(int count) => (long)_start + _encoded.Length + count <= Array.MaxLength;

    // What was cut from these values goes back without a copy.
    private void Append(ValueRun right)
    {
        var shift = _start + _encoded.Length - right._start;
        if (shift == 0)
        {
            _ends.Append(right._ends);
        }
        else
        {
            var ends = right._ends.Span;
            var added = _ends.Extend(ends.Length);
            for (var i = 0; i < ends.Length; i++)
            {
                added[i] = ends[i] + shift;
            }
        }

        _encoded.Append(right._encoded);
    }

    // Where a number of values ends, from the first of these.
    private int EndOf(int count) => count == 0 ? 0 : _ends.Span[count - 1] - _start;
}
