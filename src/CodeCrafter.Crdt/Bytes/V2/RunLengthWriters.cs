using System.Text;
using CodeCrafter.Crdt.Wire;

namespace CodeCrafter.Crdt.Bytes.V2;

/// <summary>lib0's RleEncoder of bytes. See <see cref="ByteRunReader"/>.</summary>
internal sealed class ByteRunWriter
{
    private readonly WireWriter _writer = new();
    private ulong _count;
    private byte _value;

    public void Write(byte value)
    {
        if (_count > 0 && _value == value)
        {
            _count++;
            return;
        }

        if (_count > 0)
        {
            _writer.WriteVarUint(_count - 1);
        }

        (_count, _value) = (1, value);
        _writer.WriteByte(value);
    }

    // How often the last value comes is not said.
    public void WriteTo(WireWriter writer) => writer.WriteVarBytes(_writer.Written);
}

/// <summary>lib0's UintOptRleEncoder. See <see cref="UintRunReader"/>.</summary>
internal sealed class UintRunWriter
{
    private readonly WireWriter _writer = new();
    private ulong _count;
    private ulong _value;

    public ReadOnlySpan<byte> Finish()
    {
        Flush();
        return _writer.Written;
    }

    public void Write(ulong value)
    {
        if (_value == value)
        {
            _count++;
            return;
        }

        Flush();
        (_count, _value) = (1, value);
    }

    private void Flush()
    {
        if (_count > 0)
        {
            _writer.WriteVarInt(_value, isNegative: _count > 1);
            if (_count > 1)
            {
                _writer.WriteVarUint(_count - 2);
            }
        }

        _count = 0;
    }
}

/// <summary>lib0's IntDiffOptRleEncoder. See <see cref="DiffRunReader"/>.</summary>
internal sealed class DiffRunWriter
{
    private readonly WireWriter _writer = new();
    private ulong _count;
    private long _difference;
    private long _value;

    public ReadOnlySpan<byte> Finish()
    {
        Flush();
        return _writer.Written;
    }

    public void Write(long value)
    {
        var difference = value - _value;
        _value = value;
        if (_difference == difference)
        {
            _count++;
            return;
        }

        Flush();
        (_count, _difference) = (1, difference);
    }

    private void Flush()
    {
        if (_count > 0)
        {
            var doubled = (2 * _difference) + (_count > 1 ? 1 : 0);
            _writer.WriteVarInt((ulong)Math.Abs(doubled), doubled < 0);
            if (_count > 1)
            {
                _writer.WriteVarUint(_count - 2);
            }
        }

        _count = 0;
    }
}

/// <summary>lib0's StringEncoder. See <see cref="StringRunReader"/>.</summary>
internal sealed class StringRunWriter
{
    private readonly WireWriter _text = new();
    private readonly UintRunWriter _lengths = new();

    /// <summary>Writes a string that is given as valid UTF-8.</summary>
    public void Write(ReadOnlySpan<byte> utf8)
    {
        _text.WriteBytes(utf8);
        _lengths.Write((ulong)Encoding.UTF8.GetCharCount(utf8));
    }

    public void WriteTo(WireWriter writer)
    {
        var joined = new WireWriter();
        joined.WriteVarBytes(_text.Written);
        joined.WriteBytes(_lengths.Finish());
        writer.WriteVarBytes(joined.Written);
    }
}
