using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace CodeCrafter.Sandbox.Steps;

/// <summary>Puts a frame for a script in the sandbox together: type, length, payload. Numbers are big-endian, a string has its length before it.</summary>
internal sealed class FrameBuilder
{
    private readonly ArrayBufferWriter<byte> _bytes = new();

    public FrameBuilder(char type)
    {
        _bytes.GetSpan(5)[0] = (byte)type;
        _bytes.Advance(5);
    }

    public FrameBuilder Add(int number)
    {
        BinaryPrimitives.WriteInt32BigEndian(_bytes.GetSpan(4), number);
        _bytes.Advance(4);
        return this;
    }

    public FrameBuilder Add(long number)
    {
        BinaryPrimitives.WriteInt64BigEndian(_bytes.GetSpan(8), number);
        _bytes.Advance(8);
        return this;
    }

    public FrameBuilder Add(string text)
    {
        Add(Encoding.UTF8.GetByteCount(text));
        Encoding.UTF8.GetBytes(text, _bytes);
        return this;
    }

    public FrameBuilder AddRaw(ReadOnlySpan<byte> bytes)
    {
        _bytes.Write(bytes);
        return this;
    }

    /// <param name="more">Bytes that are sent after it and belong to it.</param>
    public byte[] ToArray(int more = 0)
    {
        var frame = _bytes.WrittenSpan.ToArray();
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(1), frame.Length - 5 + more);
        return frame;
    }
}
