using CodeCrafter.Crdt.Structs;

namespace CodeCrafter.Crdt.Types;

/// <summary>Changes made here: new items at positions and keys, and deletions.</summary>
internal static class ListEdit
{
    // A search from the root of the index costs about as much.
    private const int MaxSteps = 16;

    /// <summary>
    /// Inserts text without attributes before a position. What was deleted at that place stays to the left of it, as
    /// in Yjs.
    /// </summary>
    public static void InsertText(Branch branch, int index, string text)
    {
        var transaction = branch.Doc.Begin();
        try
        {
            var left = Before(transaction, branch, index);
            left = SkipDeleted(branch, left, index);
            if (left is null || !TryExtend(transaction, branch, left, text))
            {
                var item = Insert(transaction, branch, left, new TextContent(text.ToCharArray()));
                branch.Index?.Remember(item, index);
            }
        }
        finally
        {
            branch.Doc.End();
        }
    }

    /// <summary>Inserts contents before a position, one behind the other.</summary>
    public static void Insert(Branch branch, int index, IEnumerable<Content> contents)
    {
        var transaction = branch.Doc.Begin();
        try
        {
            var left = Before(transaction, branch, index);
            foreach (var content in contents)
            {
                left = Insert(transaction, branch, left, content);
            }
        }
        finally
        {
            branch.Doc.End();
        }
    }

    /// <summary>Deletes positions; they exist.</summary>
    public static void Delete(Branch branch, int index, int length)
    {
        var transaction = branch.Doc.Begin();
        try
        {
            long left = length;
            var item = left > 0 ? StartingAt(transaction, branch, index) : null;
            var (near, nearStart) = (branch.Index?.Near, branch.Index?.NearStart ?? 0);
            while (left > 0)
            {
                if (item!.IsVisible)
                {
                    if (item.Length > left)
                    {
                        transaction.Store.StartingAt(transaction, new Id(item.Client, item.Clock + left));
                    }

                    left -= item.Length;
                    transaction.Delete(item);
                }

                item = item.Right;
            }

            branch.Index?.Recall(near, nearStart, index);
        }
        finally
        {
            branch.Doc.End();
        }
    }

    /// <summary>Gives a key a value.</summary>
    public static void Set(Branch branch, string key, Content content)
    {
        var transaction = branch.Doc.Begin();
        try
        {
            var left = branch.LastOf(key);
            Integrate(transaction, branch, left, null, key, content);
        }
        finally
        {
            branch.Doc.End();
        }
    }

    /// <summary>Deletes a key; false if it has no value.</summary>
    public static bool Remove(Branch branch, string key)
    {
        if (branch.Find(key) is not { } item)
        {
            return false;
        }

        branch.Doc.Begin().Delete(item);
        branch.Doc.End();
        return true;
    }

    /// <summary>The item at a position that exists, and the offset in it.</summary>
    public static (Item Item, long Offset) Find(Branch branch, long index) =>
        (branch.Index ??= new ItemIndex(branch.Start!)).Find(index);

    /// <summary>How many positions there are before an item of a list.</summary>
    public static long PositionOf(Item item)
    {
        var branch = item.Parent!;
        branch.Index ??= new ItemIndex(branch.Start!);
        return ItemIndex.PositionOf(item);
    }

    private static Item StartingAt(Transaction transaction, Branch branch, long index)
    {
        var (item, offset) = Find(branch, index);
        return offset == 0
            ? item
            : (Item)transaction.Store.StartingAt(transaction, new Id(item.Client, item.Clock + offset));
    }

    /// <summary>The item that ends before a position, cut there if need be; null at the start.</summary>
    public static Item? Before(Transaction transaction, Branch branch, long index)
    {
        if (index == 0)
        {
            return null;
        }

        var (item, offset) = Find(branch, index - 1);
        if (offset + 1 < item.Length)
        {
            transaction.Store.EndingAt(transaction, new Id(item.Client, item.Clock + offset));
        }

        return item;
    }

    private static Item? SkipDeleted(Branch branch, Item? left, long index)
    {
        if (branch.Start is null)
        {
            return null;
        }

        // Without attributes all that is not visible is deleted.
        for (var steps = 0; steps < MaxSteps; steps++)
        {
            if ((left is null ? branch.Start : left.Right) is not { Deleted: true } deleted)
            {
                return left;
            }

            left = deleted;
        }

        return index < branch.Length
            ? Find(branch, index).Item.Left
            : (branch.Index ??= new ItemIndex(branch.Start)).Last();
    }

    /// <summary>Typing goes on where it left off: the same result as a new item that is then merged with the left one.</summary>
    public static bool TryExtend(Transaction transaction, Branch branch, Item left, string text)
    {
        if (left.Client != branch.Doc.ClientId || transaction.Store.Find(left.Client) is not { } structs || structs.Last != left
            || TextRun.Extendable(structs, left.LastId, left.Right?.Id ?? Id.None) is null)
        {
            return false;
        }

        TextRun.Extend(transaction, structs, left, text);
        return true;
    }

    /// <summary>Inserts content behind an item, or at the start.</summary>
    public static Item Insert(Transaction transaction, Branch branch, Item? left, Content content) =>
        Integrate(transaction, branch, left, left is null ? branch.Start : left.Right, null, content);

    private static Item Integrate(
        Transaction transaction, Branch branch, Item? left, Item? right, string? key, Content content)
    {
        var client = branch.Doc.ClientId;
        var clock = transaction.Store.StateOf(client);
        var item = new Item(client, clock, left?.LastId ?? Id.None, right?.Id ?? Id.None, branch, key, content)
        {
            Left = left,
            Right = right,
        };
        Integration.IntegrateConnected(transaction, item);
        return item;
    }
}
