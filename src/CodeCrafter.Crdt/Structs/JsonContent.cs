using CodeCrafter.Crdt.Wire;

namespace CodeCrafter.Crdt.Structs;

/// <summary>Plain values as JSON texts, one a unit: how old versions of Yjs wrote them.</summary>
internal sealed class JsonContent(ArraySegment<byte>[] values) : Content
{
    private Run<ArraySegment<byte>> _values = new(values);

    private JsonContent(Run<ArraySegment<byte>> values) : this([]) => _values = values;

    /// <summary>Stands for a value that JSON does not have.</summary>
    public static ReadOnlySpan<byte> Undefined => "undefined"u8;

    public override byte Kind => JsonKind;

    public override long Length => _values.Length;

    public override Content SplitAt(long offset) => new JsonContent(_values.SplitAt((int)offset));

    public override Content Copy() => new JsonContent(_values.Span.ToArray());

    public override Content? Append(Content right)
    {
        if (right is not JsonContent json)
        {
            return null;
        }

        _values.Append(json._values);
        return this;
    }

    public override void Write(WireWriter writer, long offset, long length)
    {
        writer.WriteClock(length - offset);
        foreach (var value in _values.Span[(int)offset..(int)length])
        {
            writer.WriteVarBytes(value);
        }
    }

    public override object? ValueAt(long offset)
    {
        var value = _values.Span[(int)offset];
        return value.AsSpan().SequenceEqual(Undefined) ? null : JsonValue.Parse(value);
    }
}
