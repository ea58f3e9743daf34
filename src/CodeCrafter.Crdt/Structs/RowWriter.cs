using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using CodeCrafter.Crdt.Wire;

namespace CodeCrafter.Crdt.Structs;

/// <summary>Writes rows as the structs of a V1 update.</summary>
internal static class RowWriter
{
    // The name of a unit: its client and its clock.
    private const int MaxId = 2 * sizeof(ulong), MaxHead = 1 + (2 * MaxId);
    private const int MaxSmall = MaxHead + sizeof(ulong) + TextPool.ShortLength;

    /// <summary>
    /// Writes all of a row. Nearly all are text or deleted, and have an origin: there words are written whether they
    /// count or not, since to guess wrong takes longer than that.
    /// </summary>
    public static void Write(WireWriter writer, StructStore store, in Row row)
    {
        if (row.IsWide || !(row.IsText || row.Kind == Content.DeletedKind) || !(row.HasOrigin || row.HasRightOrigin))
        {
            Write(writer, store, row, 0, store.Rows.LengthOf(row));
            return;
        }

        // There is room for the longest of all, so nothing is written beyond it.
        ref var target = ref MemoryMarshal.GetReference(writer.Reserve(MaxSmall));
        var hasOrigin = row.HasOrigin;
        var hasRightOrigin = row.HasRightOrigin;
        target = (byte)(row.Kind
            | (hasOrigin ? StructInfo.HasOrigin : 0)
            | (hasRightOrigin ? StructInfo.HasRightOrigin : 0)
            | (store.Lists[row.List].Key is null ? 0 : StructInfo.HasParentSub));
        var origin = WriteId(ref Unsafe.Add(ref target, 1), store.Clients[hasOrigin ? row.OriginClient : row.Client], row.OriginClock);
        var end = 1 + (hasOrigin ? origin : 0);
        var rightOrigin = WriteId(ref Unsafe.Add(ref target, end), store.Clients[hasRightOrigin ? row.RightOriginClient : row.Client], row.RightOriginClock);
        end += hasRightOrigin ? rightOrigin : 0;
        if (!row.IsText)
        {
            Unsafe.WriteUnaligned(ref Unsafe.Add(ref target, end), VarUint.Encode(row.Length));
            writer.Advance(end + VarUint.LengthOf(row.Length));
        }
        else if (row.Length <= TextPool.ShortLength && store.Text.TryCopyShort(row.Content, ref Unsafe.Add(ref target, end + 1)))
        {
            Unsafe.Add(ref target, end) = (byte)row.Length;
            writer.Advance(end + 1 + (int)row.Length);
        }
        else
        {
            writer.Advance(end);
            store.Text.Write(writer, row.Content, (int)row.Length);
        }
    }

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
        var hasOrigin = offset > 0 || row.HasOrigin;
        var head = writer.Reserve(MaxHead);
        head[0] = (byte)(row.Kind
            | (hasOrigin ? StructInfo.HasOrigin : 0)
            | (row.HasRightOrigin ? StructInfo.HasRightOrigin : 0)
            | (list.Key is null ? 0 : StructInfo.HasParentSub));
        var end = 1;
        if (offset > 0)
        {
            end += WriteId(head[end..], store.Clients[store.Rows.ClientOf(row)], store.Rows.ClockOf(row) + offset - 1);
        }
        else if (hasOrigin)
        {
            end += WriteId(head[end..], store.Clients[store.Rows.OriginClientOf(row)], store.Rows.OriginClockOf(row));
        }

        if (row.HasRightOrigin)
        {
            end += WriteId(head[end..], store.Clients[store.Rows.RightOriginClientOf(row)], store.Rows.RightOriginClockOf(row));
        }

        writer.Advance(end);
        if (!hasOrigin && !row.HasRightOrigin)
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

    // Writes whole words into room for the longest name, and returns the length of this one.
    private static int WriteId(Span<byte> target, in ClientRow client, long clock)
    {
        var length = VarUint.LengthOf(client.Client);
        BinaryPrimitives.WriteUInt64LittleEndian(target, client.Encoded);
        BinaryPrimitives.WriteUInt64LittleEndian(target[length..], VarUint.Encode((ulong)clock));
        return length + VarUint.LengthOf((ulong)clock);
    }

    // The same without a check that there is room for the longest name.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int WriteId(ref byte target, in ClientRow client, uint clock)
    {
        var length = VarUint.LengthOf(client.Client);
        Unsafe.WriteUnaligned(ref target, client.Encoded);
        Unsafe.WriteUnaligned(ref Unsafe.Add(ref target, length), VarUint.Encode(clock));
        return length + VarUint.LengthOf(clock);
    }

    private static void WriteId(WireWriter writer, Id id)
    {
        writer.WriteVarUint(id.Client);
        writer.WriteClock(id.Clock);
    }
}
