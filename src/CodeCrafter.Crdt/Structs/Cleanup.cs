using CodeCrafter.Crdt.Types;

namespace CodeCrafter.Crdt.Structs;

/// <summary>After a transaction: forgets deleted content, and makes neighbours one that can be.</summary>
internal static class Cleanup
{
    public static void Run(Transaction transaction, bool collectsGarbage)
    {
        transaction.Deletes.Sort();
        if (collectsGarbage && transaction.HasDeletions)
        {
            Collect(transaction);
        }

        var store = transaction.Store;
        foreach (var (client, ranges) in transaction.Deletes.Clients)
        {
            // What is new is looked at below.
            var structs = store.Find(client);
            var before = transaction.StateBefore(structs);
            var end = IsLastNew(store, structs, before) ? before : long.MaxValue;
            for (var i = ranges.Count - 1; i >= 0; i--)
            {
                if (ranges[i].Start < end)
                {
                    Merge(store, structs, ranges[i].Start, ranges[i].End);
                }
            }
        }

        foreach (var (structs, before) in transaction.Touched)
        {
            // Where the last one has only grown there is nothing new to be merged.
            if (IsLastNew(store, structs, before))
            {
                Merge(store, structs, before, structs.State - 1);
            }
        }

        JoinWhatWasCut(transaction);
        store.TidyText();
        store.Rows.TidyMarks();
    }

    /// <summary>Also where nothing else was done: a look for a place in the text cuts items too.</summary>
    public static void JoinWhatWasCut(Transaction transaction)
    {
        var store = transaction.Store;
        foreach (var id in transaction.MergeCandidates)
        {
            var structs = store.Find(id.Client);
            var before = transaction.StateBefore(structs);
            if (id.Clock >= before && IsLastNew(store, structs, before))
            {
                // All of what is new has been tried.
                continue;
            }

            var position = structs.Find(id.Clock);
            Merge(store, structs, position, store.Rows.EndOf(store.Rows[structs[position]]));
        }
    }

    private static bool IsLastNew(StructStore store, ClientStructs structs, long before) =>
        store.Rows.ClockOf(store.Rows[structs.Last]) >= before;

    /// <summary>Forgets what a deleted item held, and all that was in it; only that it was there is kept.</summary>
    public static void Forget(StructStore store, int number)
    {
        ref var row = ref store.Rows[number];
        if (row.Kind == Content.TypeKind)
        {
            CollectChildren(store, ((TypeContent)store.Contents[(int)row.Content]).Branch);
        }

        store.ReleaseContent(ref row);
        row.Kind = Content.DeletedKind;
    }

    private static void Collect(Transaction transaction)
    {
        transaction.Store.Undo?.BeginCollection();
        foreach (var (client, ranges) in transaction.Deletes.Clients)
        {
            for (var i = 0; i < ranges.Count; i++)
            {
                Collect(transaction.Store, client, ranges[i].Start, ranges[i].End);
            }
        }
    }

    private static void Collect(StructStore store, ulong client, long start, long end)
    {
        var structs = store.Find(client);
        var position = structs.Find(start);
        do
        {
            var number = structs[position];
            ref var row = ref store.Rows[number];
            if (store.Rows.ClockOf(row) >= end)
            {
                return;
            }

            if (row.Deleted && row.Kind is not (StructInfo.Gc or Content.DeletedKind) && store.Undo?.Keeps(number) is not true)
            {
                Forget(store, number);
            }
        }
        while (structs.MoveNext(ref position));
    }

    private static void CollectChildren(StructStore store, Branch content)
    {
        var branches = new Stack<Branch>();
        branches.Push(content);
        while (branches.TryPop(out var branch))
        {
            foreach (var list in branch.Lists)
            {
                for (var next = list.First; next != 0;)
                {
                    ref var row = ref store.Rows[next];
                    if (row.Kind == Content.TypeKind)
                    {
                        branches.Push(((TypeContent)store.Contents[(int)row.Content]).Branch);
                    }

                    next = row.Right;
                    store.ReleaseContent(ref row);
                    row.Kind = StructInfo.Gc;
                    row.Deleted = true;
                    (row.List, row.Left, row.Right) = (0, 0, 0);
                    store.Rows.SetClients(ref row, store.Rows.ClientOf(row), 0, 0);
                }

                if (list.Number != 0)
                {
                    store.Lists.Remove(list.Number);
                }
            }

            branch.Forget();
        }
    }

    // Tries each struct that begins within the (inclusive) bounds with the one before it, from left to right, so that
    // a long row is joined by appending to its first.
    private static void Merge(StructStore store, ClientStructs structs, long from, long to) =>
        Merge(store, structs, structs.Find(from), to);

    private static void Merge(StructStore store, ClientStructs structs, ClientStructs.Position position, long to)
    {
        var rows = store.Rows;
        structs.MovePrevious(ref position);
        var left = structs[position];
        var next = position;
        while (structs.MoveNext(ref next) && structs[next] is var right && rows.ClockOf(rows[right]) <= to)
        {
            if (TryMerge(store, left, right))
            {
                structs.RemoveAt(next);
                if (!rows[right].IsCollected)
                {
                    store.Lists[rows[right].List].Branch.Placements?.Merged(new Item(store, right));
                }

                rows.Free(right);
            }
            else
            {
                (left, position) = (right, next);
            }

            next = position;
        }
    }

    private static bool TryMerge(StructStore store, int leftRow, int rightRow)
    {
        var rows = store.Rows;
        ref var left = ref rows[leftRow];
        ref var right = ref rows[rightRow];
        if (left.IsCollected)
        {
            if (!right.IsCollected)
            {
                return false;
            }
        }
        else if (left.Right != rightRow || left.Kind != right.Kind || left.Deleted != right.Deleted || rows.OriginClientOf(right) != rows.ClientOf(left)
            || !rows.HaveSameRightOrigin(left, right) || rows.OriginClockOf(right) != rows.EndOf(left) - 1
            || (left.Deleted && store.Undo is { } undo && (undo.IsRedone(left) || undo.IsRedone(right)))
            || !TryJoinContent(store, ref left, right))
        {
            return false;
        }
        else
        {
            Unlink(store, leftRow, rightRow);
        }

        rows.SetLength(ref left, rows.LengthOf(left) + rows.LengthOf(right));
        return true;
    }

    private static bool TryJoinContent(StructStore store, ref Row left, in Row right)
    {
        if (left.IsText)
        {
            var (leftLength, rightLength) = (store.Rows.LengthOf(left), store.Rows.LengthOf(right));
            if (leftLength + rightLength > TextPool.MaxLength)
            {
                return false;
            }

            left.Content = store.Text.Join(left.Content, (int)leftLength, right.Content, (int)rightLength);
        }
        else if (left.HasContent)
        {
            if (store.Contents[(int)left.Content].Append(store.Contents[(int)right.Content]) is not { } joined)
            {
                return false;
            }

            store.Contents[(int)left.Content] = joined;
            store.Contents.Remove((int)right.Content);
        }

        return true;
    }

    private static void Unlink(StructStore store, int left, int right)
    {
        var rows = store.Rows;
        var list = store.Lists[rows[left].List];
        if (list.Key is null)
        {
            list.Branch.Index?.Merging(left, right);
        }

        var next = rows[right].Right;
        rows[left].Right = next;
        if (next != 0)
        {
            rows[next].Left = left;
        }
        else
        {
            list.Last = left;
        }
    }
}
