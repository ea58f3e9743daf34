using CodeCrafter.Crdt.Bytes;
using CodeCrafter.Crdt.Types;
using CodeCrafter.Crdt.Wire;

namespace CodeCrafter.Crdt.Structs;

/// <summary>Reads the content of items: once to check and measure it without taking memory, once to make it.</summary>
internal static class ContentReader
{
    /// <summary>Checks content and returns its length in clock units.</summary>
    public static long Measure(ref WireReader reader, byte kind)
    {
        switch (kind)
        {
            case Content.DeletedKind:
                return reader.ReadClock();
            case Content.StringKind:
                return reader.SkipString();
            case Content.AnyKind:
                return MeasureAny(ref reader);
            case Content.JsonKind:
                return MeasureJson(ref reader);
            case Content.BinaryKind:
                reader.ReadVarBytes();
                return 1;
            case Content.EmbedKind:
                JsonValue.ReadUtf8(ref reader);
                return 1;
            case Content.FormatKind:
                reader.ReadUtf8();
                JsonValue.ReadUtf8(ref reader);
                return 1;
            case Content.TypeKind:
                MeasureType(ref reader);
                return 1;
            case Content.DocKind:
                MeasureDoc(ref reader);
                return 1;
            default:
                throw new MalformedUpdateException("Content is of an unknown kind.");
        }
    }

    /// <summary>
    /// Takes in content of bytes that have been checked, without its first units, and returns what the row is to
    /// hold: see <see cref="Row.Content"/>.
    /// </summary>
    public static uint Read(StructStore store, ReadOnlySpan<byte> bytes, byte kind, long length, long offset)
    {
        if (kind == Content.DeletedKind)
        {
            return 0;
        }

        if (kind != Content.StringKind)
        {
            var content = Read(bytes, kind);
            return (uint)store.Contents.Add(offset == 0 ? content : content.SplitAt(offset));
        }

        var text = new WireReader(bytes).ReadVarBytes();
        if (offset == 0)
        {
            return store.Text.Add(text, (int)length);
        }

        Span<char> half = ['\uFFFD'];
        var rest = StructCopy.SkipUnits(text, offset, out var isCut);
        var left = (int)(length - offset);
        if (!isCut)
        {
            return store.Text.Add(rest, left);
        }

        // Half of a surrogate pair that is left becomes U+FFFD, as in Yjs.
        var address = store.Text.Add(half);
        return left == 1 ? address : store.Text.Append(address, 1, rest, left - 1);
    }

    /// <summary>Makes content, neither text nor deleted, of bytes that have been checked.</summary>
    public static Content Read(ReadOnlySpan<byte> bytes, byte kind)
    {
        var reader = new WireReader(bytes);
        return kind switch
        {
            Content.AnyKind => ReadAny(ref reader),
            Content.JsonKind => new JsonContent(ReadJson(ref reader, bytes)),
            Content.BinaryKind => new BinaryContent(reader.ReadVarBytes().ToArray()),
            Content.EmbedKind => new EmbedContent(reader.ReadVarBytes().ToArray()),
            Content.FormatKind => new FormatContent(reader.ReadString(), JsonLiteral.From(reader.ReadVarBytes())),
            Content.TypeKind => new TypeContent(ReadType(ref reader)),
            Content.DocKind => new DocContent(reader.ReadString(), bytes[reader.Position..].ToArray()),
            _ => throw new MalformedUpdateException("Content is of an unknown kind."),
        };
    }

    private static long MeasureAny(ref WireReader reader)
    {
        var count = reader.ReadClock();
        for (var left = count; left > 0; left--)
        {
            AnyValue.Skip(ref reader);
        }

        return count;
    }

    private static long MeasureJson(ref WireReader reader)
    {
        var count = reader.ReadClock();
        for (var left = count; left > 0; left--)
        {
            var json = reader.ReadUtf8();
            if (!json.SequenceEqual(JsonContent.Undefined))
            {
                JsonValue.Check(json);
            }
        }

        return count;
    }

    private static void MeasureType(ref WireReader reader)
    {
        var kind = reader.ReadVarUint();
        if (kind > TypeKinds.Last)
        {
            throw new MalformedUpdateException("A shared type is of an unknown kind.");
        }

        if (((TypeKind)kind).HasName())
        {
            reader.ReadUtf8();
        }
    }

    private static void MeasureDoc(ref WireReader reader)
    {
        reader.ReadUtf8();
        var start = reader.Position;
        AnyValue.Skip(ref reader);
        if (!AnyValue.IsObject(reader.Since(start)))
        {
            throw new MalformedUpdateException("The options of a subdocument are not an object.");
        }
    }

    private static AnyContent ReadAny(ref WireReader reader)
    {
        var count = reader.ReadClock();
        var start = reader.Position;
        if (count == 1)
        {
            AnyValue.Skip(ref reader);
            return AnyContent.Of(reader.Since(start));
        }

        var ends = new int[count];
        for (var i = 0; i < ends.Length; i++)
        {
            AnyValue.Skip(ref reader);
            ends[i] = reader.Position - start;
        }

        return new ValueRun(reader.Since(start), ends);
    }

    private static ArraySegment<byte>[] ReadJson(ref WireReader reader, ReadOnlySpan<byte> bytes)
    {
        var values = new ArraySegment<byte>[reader.ReadClock()];
        var shared = bytes.ToArray();
        for (var i = 0; i < values.Length; i++)
        {
            var length = reader.ReadVarBytes().Length;
            values[i] = new ArraySegment<byte>(shared, reader.Position - length, length);
        }

        return values;
    }

    private static Branch ReadType(ref WireReader reader)
    {
        var kind = (TypeKind)reader.ReadVarUint();
        return new Branch(kind, kind.HasName() ? reader.ReadString() : "");
    }
}
