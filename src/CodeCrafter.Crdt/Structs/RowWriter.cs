using CodeCrafter.Crdt.Wire;

namespace CodeCrafter.Crdt.Structs;

/// <summary>Writes rows as the structs of a V1 update.</summary>
internal static class RowWriter
{
    private const int MaxHead = 1 + (2 * ClientStructs.MaxIdLength);

    /// <summary>Writes a row, or a part of it: from an offset up to a length.</summary>
    public static void Write(WireWriter writer, StructStore store, in Row row, long offset, long length)
    {
        if (row.IsCollected)
        {
            writer.WriteByte(StructInfo.Gc);
            writer.WriteClock(length - offset);
            return;
        }

        var list = store.Lists[row.List];
        var hasOrigin = offset > 0 || row.OriginClient != 0;
        var head = writer.Reserve(MaxHead);
        head[0] = (byte)(row.Kind
            | (hasOrigin ? StructInfo.HasOrigin : 0)
            | (row.RightOriginClient != 0 ? StructInfo.HasRightOrigin : 0)
            | (list.Key is null ? 0 : StructInfo.HasParentSub));
        var end = 1;
        if (offset > 0)
        {
            end += store.ClientOf(row.Client).WriteId(head[end..], store.Rows.ClockOf(row) + offset - 1);
        }
        else if (hasOrigin)
        {
            end += store.ClientOf(row.OriginClient).WriteId(head[end..], store.Rows.OriginClockOf(row));
        }

        if (row.RightOriginClient != 0)
        {
            end += store.ClientOf(row.RightOriginClient).WriteId(head[end..], store.Rows.RightOriginClockOf(row));
        }

        writer.Advance(end);
        if (!hasOrigin && row.RightOriginClient == 0)
        {
            WriteParent(writer, list.Branch.RootName, list.Branch.Id, list.Key);
        }

        WriteContent(writer, store, row, offset, length);
    }

    /// <summary>Writes the first byte of an item, and its origins.</summary>
    public static void WriteHead(WireWriter writer, byte kind, Id origin, Id rightOrigin, string? key)
    {
        writer.WriteByte((byte)(kind
            | (origin.IsNone ? 0 : StructInfo.HasOrigin)
            | (rightOrigin.IsNone ? 0 : StructInfo.HasRightOrigin)
            | (key is null ? 0 : StructInfo.HasParentSub)));
        if (!origin.IsNone)
        {
            WriteId(writer, origin);
        }

        if (!rightOrigin.IsNone)
        {
            WriteId(writer, rightOrigin);
        }
    }

    /// <summary>Writes the parent of an item without origins: a root, or the item that holds it.</summary>
    public static void WriteParent(WireWriter writer, string? rootName, Id id, string? key)
    {
        if (rootName is not null)
        {
            writer.WriteByte(1);
            writer.WriteString(rootName);
        }
        else
        {
            writer.WriteByte(0);
            WriteId(writer, id);
        }

        if (key is not null)
        {
            writer.WriteString(key);
        }
    }

    private static void WriteContent(WireWriter writer, StructStore store, in Row row, long offset, long length)
    {
        if (row.IsText)
        {
            store.Text.Write(writer, row.Content + (uint)offset, (int)(length - offset));
        }
        else if (row.HasContent)
        {
            store.Contents[(int)row.Content].Write(writer, offset, length);
        }
        else
        {
            writer.WriteClock(length - offset);
        }
    }

    private static void WriteId(WireWriter writer, Id id)
    {
        writer.WriteVarUint(id.Client);
        writer.WriteClock(id.Clock);
    }
}
