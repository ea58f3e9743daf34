using CodeCrafter.Crdt.Wire;

namespace CodeCrafter.Crdt.Structs;

/// <summary>Text, as UTF-16 code units.</summary>
internal sealed class TextContent(char[] text) : Content
{
    private const char Replacement = '\uFFFD';

    private Run<char> _text = new(text);

    /// <summary>Makes text of a stretch of an array.</summary>
    public TextContent(Run<char> text) : this([]) => _text = text;

    public ReadOnlySpan<char> Text => _text.Span;

    public override byte Kind => StringKind;

    public override long Length => _text.Length;

    public void Append(ReadOnlySpan<char> text) => text.CopyTo(Extend(text.Length));

    /// <summary>Makes the text longer and returns what has been added, to be written to.</summary>
    public Span<char> Extend(int length) => _text.Extend(length);

    public override Content SplitAt(long offset)
    {
        var right = new TextContent(_text.SplitAt((int)offset));

        // Both halves of a surrogate pair become U+FFFD, as in Yjs: alone neither is valid text.
        if (char.IsHighSurrogate(_text[^1]))
        {
            _text[_text.Length - 1] = Replacement;
            right._text[0] = Replacement;
        }

        return right;
    }

    public override bool TryAppend(Content right)
    {
        if (right is not TextContent text)
        {
            return false;
        }

        _text.Append(text._text);
        return true;
    }

    public override void Write(WireWriter writer, long offset) => writer.WriteString(Text[(int)offset..]);

    public override object ValueAt(long offset) => Text[(int)offset].ToString();
}

/// <summary>Plain values in lib0's encoding, one a unit, decoded only when asked for.</summary>
internal sealed class AnyContent(ArraySegment<byte>[] values) : Content
{
    private Run<ArraySegment<byte>> _values = new(values);

    private AnyContent(Run<ArraySegment<byte>> values) : this([]) => _values = values;

    public override byte Kind => AnyKind;

    public override long Length => _values.Length;

    public override Content SplitAt(long offset) => new AnyContent(_values.SplitAt((int)offset));

    public override bool TryAppend(Content right)
    {
        if (right is not AnyContent any)
        {
            return false;
        }

        _values.Append(any._values);
        return true;
    }

    public override void Write(WireWriter writer, long offset)
    {
        writer.WriteClock(Length - offset);
        foreach (var value in _values.Span[(int)offset..])
        {
            writer.WriteBytes(value);
        }
    }

    public override object? ValueAt(long offset) => AnyValue.Read(_values.Span[(int)offset]);
}

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

    public override bool TryAppend(Content right)
    {
        if (right is not JsonContent json)
        {
            return false;
        }

        _values.Append(json._values);
        return true;
    }

    public override void Write(WireWriter writer, long offset)
    {
        writer.WriteClock(Length - offset);
        foreach (var value in _values.Span[(int)offset..])
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
