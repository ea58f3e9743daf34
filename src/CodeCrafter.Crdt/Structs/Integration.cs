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
    public static void Integrate(Transaction transaction, Struct @struct, long offset)
    {
        if (@struct is Item item && Connect(transaction, item, offset))
        {
            IntegrateConnected(transaction, item);
            return;
        }

        var collected = new Gc(@struct.Client, @struct.Clock + offset, @struct.Length - offset);
        transaction.Store.Append(transaction, collected);
    }

    /// <summary>Integrates an item whose parent is set, and whose neighbours are as they were for the one who made it.</summary>
    public static void IntegrateConnected(Transaction transaction, Item item)
    {
        if (item.Left is null ? item.Right is null || item.Right.Left is not null : item.Left.Right != item.Right)
        {
            Placement.Place(transaction.Store, item);
        }

        Link(transaction, item);
        var parent = item.Parent!;
        transaction.Store.Append(transaction, item);
        switch (item.Content)
        {
            case DeletedContent:
                item.Deleted = true;
                transaction.Deletes.Append(item.Client, item.Clock, item.End);
                break;
            case TypeContent type:
                type.Branch.Attach(parent.Doc, item);
                break;
            case FormatContent:
                parent.HasFormatting = true;
                break;
        }

        parent.Placements?.Inserted(item);
        parent.Length += item.VisibleLength;
        if (parent.Index is { } index && item.ParentSub is null)
        {
            index.Inserted(item);
        }

        transaction.NoteChange(parent, item.ParentSub);
        if (parent.Item is { Deleted: true } || (item.ParentSub is not null && item.Right is not null))
        {
            // What it belongs to is gone, or a later value of the key has won.
            transaction.Delete(item);
        }
    }

    /// <summary>Finds the neighbours and the parent; false if any of them has been collected, and the item with them.</summary>
    private static bool Connect(Transaction transaction, Item item, long offset)
    {
        var store = transaction.Store;
        var left = item.Origin.IsNone ? null : store.EndingAt(transaction, item.Origin);
        var right = item.RightOrigin.IsNone ? null : store.StartingAt(transaction, item.RightOrigin);
        if (left is Gc || right is Gc)
        {
            return false;
        }

        if (item.Parent is null)
        {
            var neighbour = (Item)(left ?? right)!;
            (item.Parent, item.ParentSub) = (neighbour.Parent, neighbour.ParentSub);
        }
        else if (item.Parent.IsPlaceholder)
        {
            if (store.Find(item.Parent.Id) is not Item { Content: TypeContent type })
            {
                return false;
            }

            item.Parent = type.Branch;
        }

        if (offset > 0)
        {
            left = store.EndingAt(transaction, new Id(item.Client, item.Clock + offset - 1));
            if (left is not Item known)
            {
                return false;
            }

            // The same, unless someone has used an id twice: an item stands where its left neighbour stands.
            (item.Parent, item.ParentSub) = (known.Parent, known.ParentSub);
            item.Origin = left.LastId;
            item.Content = item.Content.SplitAt(offset);
            item.Clock += offset;
            item.Length -= offset;
        }

        (item.Left, item.Right) = ((Item?)left, (Item?)right);
        return true;
    }

    private static void Link(Transaction transaction, Item item)
    {
        if (item.Left is { } left)
        {
            item.Right = left.Right;
            left.Right = item;
        }
        else
        {
            item.Right = First(item);
            if (item.ParentSub is null)
            {
                item.Parent!.Start = item;
            }
            else
            {
                item.Parent!.SetEnd(item.ParentSub, item);
            }
        }

        if (item.Right is { } right)
        {
            right.Left = item;
        }
        else if (item.ParentSub is not null)
        {
            item.Parent!.SetEnd(item.ParentSub, item);
            if (item.Left is not null)
            {
                transaction.Delete(item.Left);
            }
        }
    }

    internal static Item? First(Item item) =>
        item.ParentSub is null ? item.Parent!.Start : item.Parent!.FirstOf(item.ParentSub);
}
