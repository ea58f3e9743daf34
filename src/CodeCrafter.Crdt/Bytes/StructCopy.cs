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

    private static void WriteContent(WireWriter writer, WireReader content, byte kind, long offset)
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

    // Half of a surrogate pair that is left becomes U+FFFD, as in Yjs.
    private static void WriteText(WireWriter writer, ReadOnlySpan<byte> utf8, long offset)
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

        var half = offset < 0 ? Replacement : [];
        writer.WriteVarUint((ulong)(half.Length + utf8.Length - position));
        writer.WriteBytes(half);
        writer.WriteBytes(utf8[position..]);
    }
}
