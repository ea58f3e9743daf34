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
            if (!TryExtend(transaction, branch, left, text))
            {
                var item = InsertText(transaction, branch, left, text);
                branch.Index?.Remember(item.Row, index);
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
            var store = transaction.Store;
            var row = left > 0 ? StartingAt(transaction, branch, index) : 0;
            var (near, nearStart) = (branch.Index?.Near ?? 0, branch.Index?.NearStart ?? 0);
            while (left > 0)
            {
                var visible = store.VisibleLengthOf(store.Rows[row]);
                if (visible > left)
                {
                    var (client, clock) = store.IdOf(store.Rows[row]);
                    store.StartingAt(transaction, new Id(client, clock + left));
                    visible = left;
                }

                if (visible > 0)
                {
                    left -= visible;
                    transaction.Delete(row);
                }

                row = store.Rows[row].Right;
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
            Integrate(transaction, branch.ListOf(key), branch.LastOf(key)?.Row ?? 0, 0, content, null);
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

        var transaction = branch.Doc.Begin();
        try
        {
            transaction.Delete(item);
            return true;
        }
        finally
        {
            branch.Doc.End();
        }
    }

    /// <summary>The item at a position that exists, and the offset in it.</summary>
    public static (Item Item, long Offset) Find(Branch branch, long index)
    {
        var (row, offset) = branch.GetIndex().Find(index);
        return (new Item(branch.Doc.Store, row), offset);
    }

    /// <summary>How many positions there are before an item of a list.</summary>
    public static long PositionOf(Item item) => item.Parent.GetIndex().PositionOf(item.Row);

    private static int StartingAt(Transaction transaction, Branch branch, long index)
    {
        var (item, offset) = Find(branch, index);
        return offset == 0
            ? item.Row
            : transaction.Store.StartingAt(transaction, new Id(item.Client, item.Clock + offset));
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
            if ((left is { } item ? item.Right : branch.Start) is not { Deleted: true } deleted)
            {
                return left;
            }

            left = deleted;
        }

        return index < branch.Length
            ? Find(branch, index).Item.Left
            : branch.End;
    }

    /// <summary>Typing goes on where it left off: the same result as a new item that is then merged with the left one.</summary>
    public static bool TryExtend(Transaction transaction, Branch branch, Item? left, string text)
    {
        if (left is not { } item || transaction.Store.Find(branch.Doc.ClientId) is not { IsEmpty: false } structs || structs.Last != item.Row
            || !TextRun.IsExtendable(transaction.Store, structs, item.Row, item.LastId, item.Right?.Id ?? Id.None, text.Length))
        {
            return false;
        }

        TextRun.Extend(transaction, structs, item.Row, text);
        return true;
    }

    /// <summary>Inserts text behind an item, or at the start.</summary>
    public static Item InsertText(Transaction transaction, Branch branch, Item? left, string text) =>
        Insert(transaction, branch, left, null, text);

    /// <summary>Inserts content behind an item, or at the start.</summary>
    public static Item Insert(Transaction transaction, Branch branch, Item? left, Content content) =>
        Insert(transaction, branch, left, content, null);

    private static Item Insert(Transaction transaction, Branch branch, Item? left, Content? content, string? text)
    {
        var list = branch.ListOf(null);
        var right = left is { } item ? transaction.Store.Rows[item.Row].Right : list.First;
        return Integrate(transaction, list, left?.Row ?? 0, right, content, text);
    }

    /// <summary>Makes a new item between two rows, with either content or text.</summary>
    public static Item Integrate(Transaction transaction, ItemList list, int left, int right, Content? content, string? text)
    {
        var store = transaction.Store;
        var structs = store.FindOrAdd(list.Branch.Doc.ClientId);
        var origin = left == 0 ? Id.None : store.LastIdOf(store.Rows[left]);
        var rightOrigin = right == 0 ? Id.None : store.IdOf(store.Rows[right]);
        var row = store.AddRow(
            structs, structs.State, content?.Length ?? text!.Length, content?.Kind ?? Content.StringKind, origin, rightOrigin);
        store.Rows[row].Content = content is null ? store.Text.Add(text) : (uint)store.Contents.Add(content);
        Integration.IntegrateConnected(transaction, row, new Place(list, left, right));
        return new Item(store, row);
    }
}
