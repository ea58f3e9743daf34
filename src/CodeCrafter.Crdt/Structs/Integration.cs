namespace CodeCrafter.Crdt.Structs;

/// <summary>
/// Puts a new item into its list, at the place where every replica puts it. The algorithm is Yjs's variant of YATA
/// (Nicolaescu et al., "Near Real-Time Peer-to-Peer Shared Editing on Extensible Data Types", 2016; yjs, INTERNALS.md).
/// </summary>
internal static class Integration
{
    /// <summary>
    /// Integrates a struct of which the first <paramref name="offset"/> units are already known. All that it refers
    /// to is in the store.
    /// </summary>
    public static void Integrate(Transaction transaction, Arrival arrival, ReadOnlySpan<byte> content, long offset)
    {
        if (arrival.Kind == StructInfo.Gc || !TryConnect(transaction, arrival, offset, out var place))
        {
            transaction.Store.AppendCollected(transaction, arrival.Client, arrival.Clock + offset, arrival.Length - offset);
            return;
        }

        var store = transaction.Store;
        var structs = store.FindOrAdd(arrival.Client);
        var origin = offset > 0 ? new Id(arrival.Client, arrival.Clock + offset - 1) : arrival.Origin;
        var row = store.AddRow(structs, arrival.Clock + offset, arrival.Length - offset, arrival.Kind, origin, arrival.RightOrigin);
        store.Rows[row].Content = ContentReader.Read(store, content, arrival.Kind, arrival.Length, offset);
        IntegrateConnected(transaction, row, place);
    }

    /// <summary>Integrates a new row between neighbours that are as they were for the one who made it.</summary>
    public static void IntegrateConnected(Transaction transaction, int number, in Place place)
    {
        var store = transaction.Store;
        var rows = store.Rows;
        ref var row = ref rows[number];
        store.Number(place.List);
        (row.List, row.Left, row.Right) = (place.List.Number, place.Left, place.Right);
        if (row.Left == 0 ? row.Right == 0 || rows[row.Right].Left != 0 : rows[row.Left].Right != row.Right)
        {
            Placement.Place(store, number);
        }

        Link(transaction, number, place.List);
        var parent = place.List.Branch;
        store.Append(transaction, number);
        switch (row.Kind)
        {
            case Content.DeletedKind:
                row.Deleted = true;
                transaction.Deletes.Append(store.ClientOf(row), rows.ClockOf(row), rows.EndOf(row));
                break;
            case Content.TypeKind:
                ((TypeContent)store.Contents[(int)row.Content]).Branch.Attach(parent.Doc, new Item(store, number));
                break;
            case Content.FormatKind:
                parent.HasFormatting = true;
                break;
        }

        parent.Placements?.Inserted(new Item(store, number));
        parent.Length += store.VisibleLengthOf(row);
        if (place.List.Key is null)
        {
            parent.Index?.Inserted(number);
        }

        transaction.NoteChange(parent, place.List.Key);
        if (parent.IsDeleted || (place.List.Key is not null && row.Right != 0))
        {
            // What it belongs to is gone, or a later value of the key has won.
            transaction.Delete(number);
        }
    }

    /// <summary>Finds the neighbours and the list; false if any of them has been collected, and the item with them.</summary>
    private static bool TryConnect(Transaction transaction, Arrival arrival, long offset, out Place place)
    {
        place = default;
        var store = transaction.Store;
        var left = arrival.Origin.IsNone ? 0 : store.EndingAt(transaction, arrival.Origin);
        var right = arrival.RightOrigin.IsNone ? 0
            : IsStillRightOf(store, left, arrival.RightOrigin) ? store.Rows[left].Right
            : store.StartingAt(transaction, arrival.RightOrigin);
        if ((left != 0 && store.Rows[left].IsCollected) || (right != 0 && store.Rows[right].IsCollected))
        {
            return false;
        }

        ItemList? list;
        if (arrival.Root is not null)
        {
            list = arrival.Root.ListOf(arrival.ParentSub);
        }
        else if (arrival.ParentId.IsNone)
        {
            list = store.Lists[store.Rows[left != 0 ? left : right].List];
        }
        else if (store.Find(arrival.ParentId).Content is TypeContent type)
        {
            list = type.Branch.ListOf(arrival.ParentSub);
        }
        else
        {
            return false;
        }

        if (offset > 0)
        {
            left = store.EndingAt(transaction, new Id(arrival.Client, arrival.Clock + offset - 1));
            if (store.Rows[left].IsCollected)
            {
                return false;
            }

            // The same, unless someone has used an id twice: an item stands where its left neighbour stands.
            list = store.Lists[store.Rows[left].List];
        }

        place = new Place(list, left, right);
        return true;
    }

    // Nobody has inserted anything there in the meantime: the right neighbour need not be searched for.
    private static bool IsStillRightOf(StructStore store, int left, Id rightOrigin)
    {
        if (left == 0)
        {
            return false;
        }

        var right = store.Rows[left].Right;
        return right != 0 && store.IdOf(store.Rows[right]) == rightOrigin;
    }

    private static void Link(Transaction transaction, int number, ItemList list)
    {
        var rows = transaction.Store.Rows;
        ref var row = ref rows[number];
        if (row.Left != 0)
        {
            row.Right = rows[row.Left].Right;
            rows[row.Left].Right = number;
        }
        else
        {
            row.Right = list.First;
            list.First = number;
        }

        if (row.Right != 0)
        {
            rows[row.Right].Left = number;
            return;
        }

        list.Last = number;
        if (list.Key is not null && row.Left != 0)
        {
            transaction.Delete(row.Left);
        }
    }
}

/// <summary>Where an item was made: its list, and the rows of its neighbours there, 0 for none.</summary>
internal readonly record struct Place(ItemList List, int Left, int Right);
