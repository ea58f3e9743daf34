namespace CodeCrafter.Crdt.Structs;

/// <summary>Typing that goes on where it left off: the result is that of a new item that is then merged with the one before.</summary>
internal static class TextRun
{
    /// <summary>
    /// Whether text of so many units that is inserted between two units continues the last row of a client: nothing
    /// stands between them, and there would be nothing to decide. Not where it is the value of a key: what follows
    /// takes its place.
    /// </summary>
    public static bool IsExtendable(StructStore store, ClientStructs structs, int lastRow, Id origin, Id rightOrigin, long length)
    {
        if (origin.Client != structs.Client || origin.Clock + 1 != structs.State)
        {
            return false;
        }

        ref var last = ref store.Rows[lastRow];
        if (!last.IsText || last.Deleted || store.RightOriginOf(last) != rightOrigin
            || store.Rows.LengthOf(last) + length > TextPool.MaxLength)
        {
            return false;
        }

        var list = store.Lists[last.List];
        return list.Key is null && !list.Branch.IsDeleted
            && (last.Right == 0 ? rightOrigin.IsNone : store.IdOf(store.Rows[last.Right]) == rightOrigin);
    }

    /// <summary>Appends text to the last row of a client.</summary>
    public static void Extend(Transaction transaction, ClientStructs structs, int lastRow, ReadOnlySpan<char> text)
    {
        transaction.Touch(structs);
        ref var last = ref transaction.Store.Rows[lastRow];
        last.Content = transaction.Store.Text.Append(last.Content, (int)transaction.Store.Rows.LengthOf(last), text);
        NoteExtension(transaction, structs, lastRow, text.Length);
    }

    /// <summary>Appends valid UTF-8 of so many UTF-16 code units to the last row of a client.</summary>
    public static void Extend(Transaction transaction, ClientStructs structs, int lastRow, ReadOnlySpan<byte> utf8, long length)
    {
        transaction.Touch(structs);
        ref var last = ref transaction.Store.Rows[lastRow];
        last.Content = transaction.Store.Text.Append(last.Content, (int)transaction.Store.Rows.LengthOf(last), utf8, (int)length);
        NoteExtension(transaction, structs, lastRow, length);
    }

    private static void NoteExtension(Transaction transaction, ClientStructs structs, int lastRow, long length)
    {
        var rows = transaction.Store.Rows;
        ref var last = ref rows[lastRow];
        rows.SetLength(ref last, rows.LengthOf(last) + length);
        structs.LastHasGrown(length);
        var parent = transaction.Store.Lists[last.List].Branch;
        parent.Length += length;
        if (parent.Index is { } index)
        {
            ItemIndex.AddLength(rows.LeafOf(lastRow)!, length);
            if (index.Near != lastRow)
            {
                index.Near = 0;
            }
        }

        transaction.NoteChange(parent, null);
    }
}
