using CodeCrafter.Crdt.Structs;
using CodeCrafter.Crdt.Wire;

namespace CodeCrafter.Crdt.Bytes;

/// <summary>Writes structs of one update into another, as bytes.</summary>
internal static class StructCopy
{
    private static ReadOnlySpan<byte> Replacement => "\uFFFD"u8;

    /// <summary>Writes the struct that a reader stands on, without its first units.</summary>
    public static void Write(WireWriter writer, scoped in UpdateReader reader, long offset)
    {
        if (reader.Kind is StructInfo.Gc or StructInfo.Skip)
        {
            WriteBlank(writer, reader.Kind, reader.Length - offset);
        }
        else if (offset == 0)
        {
            // Whether there is a key is only said where the parent is given. Yjs forgets the flag elsewhere too.
            writer.WriteByte((byte)(reader.Info & (reader.HasParentSub ? 0xFF : ~StructInfo.HasParentSub)));
            writer.WriteBytes(reader.BytesAfterInfo);
        }
        else
        {
            WriteRest(writer, reader, offset);
        }
    }

    /// <summary>Writes a collected stretch or a gap.</summary>
    public static void WriteBlank(WireWriter writer, byte kind, long length)
    {
        writer.WriteByte(kind);
        writer.WriteClock(length);
    }

    private static void WriteRest(WireWriter writer, scoped in UpdateReader reader, long offset)
    {
        writer.WriteByte((byte)(reader.Kind | StructInfo.HasOrigin
            | (reader.RightOrigin.IsNone ? 0 : StructInfo.HasRightOrigin)
            | (reader.HasParentSub ? StructInfo.HasParentSub : 0)));
        writer.WriteVarUint(reader.Client);
        writer.WriteClock(reader.Clock + offset - 1);
        if (!reader.RightOrigin.IsNone)
        {
            writer.WriteVarUint(reader.RightOrigin.Client);
            writer.WriteClock(reader.RightOrigin.Clock);
        }

        WriteContent(writer, new WireReader(reader.ContentBytes), reader.Kind, offset);
    }

    /// <summary>Writes content without its first units.</summary>
    public static void WriteContent(WireWriter writer, WireReader content, byte kind, long offset)
    {
        switch (kind)
        {
            case Content.StringKind:
                WriteText(writer, content.ReadVarBytes(), offset);
                return;
            case Content.DeletedKind:
                writer.WriteClock(content.ReadClock() - offset);
                return;
            case Content.AnyKind or Content.JsonKind:
                writer.WriteClock(content.ReadClock() - offset);
                for (; offset > 0; offset--)
                {
                    if (kind == Content.AnyKind)
                    {
                        AnyValue.Skip(ref content);
                    }
                    else
                    {
                        content.ReadVarBytes();
                    }
                }

                writer.WriteBytes(content.Rest);
                return;
            default:
                throw new InvalidOperationException("Content of one unit cannot be cut.");
        }
    }

    /// <summary>What is left of valid UTF-8 without its first UTF-16 code units.</summary>
    /// <param name="utf8">The text.</param>
    /// <param name="offset">How many units to leave out.</param>
    /// <param name="isCut">The last of them was the first half of a surrogate pair, whose second half comes before the rest.</param>
    public static ReadOnlySpan<byte> SkipUnits(ReadOnlySpan<byte> utf8, long offset, out bool isCut)
    {
        var position = 0;
        while (offset > 0)
        {
            var (bytes, units) = utf8[position] switch
            {
                < 0x80 => (1, 1),
                < 0xE0 => (2, 1),
                < 0xF0 => (3, 1),
                _ => (4, 2),
            };
            position += bytes;
            offset -= units;
        }

        isCut = offset < 0;
        return utf8[position..];
    }

    // Half of a surrogate pair that is left becomes U+FFFD, as in Yjs.
    private static void WriteText(WireWriter writer, ReadOnlySpan<byte> utf8, long offset)
    {
        var rest = SkipUnits(utf8, offset, out var isCut);
        var half = isCut ? Replacement : [];
        writer.WriteVarUint((ulong)(half.Length + rest.Length));
        writer.WriteBytes(half);
        writer.WriteBytes(rest);
    }
}
