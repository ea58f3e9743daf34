namespace CodeCrafter.Crdt.Structs;

/// <summary>After a transaction: forgets deleted content, and makes neighbours one that can be.</summary>
internal static class Cleanup
{
    public static void Run(Transaction transaction, bool collectsGarbage)
    {
        transaction.Deletes.Sort();
        if (collectsGarbage)
        {
            Collect(transaction);
        }

        foreach (var (client, ranges) in transaction.Deletes.Clients)
        {
            for (var i = ranges.Count - 1; i >= 0; i--)
            {
                Merge(transaction.Store.Find(client)!, ranges[i].Start, ranges[i].End);
            }
        }

        foreach (var structs in transaction.Touched)
        {
            // Where the last one has only grown there is nothing new to be merged.
            if (structs.Last.Clock >= structs.StateBefore)
            {
                Merge(structs, structs.StateBefore, structs.State - 1);
            }
        }

        JoinWhatWasCut(transaction);
    }

    /// <summary>Also where nothing else was done: a look for a place in the text cuts items too.</summary>
    public static void JoinWhatWasCut(Transaction transaction)
    {
        foreach (var id in transaction.MergeCandidates)
        {
            var structs = transaction.Store.Find(id.Client)!;
            Merge(structs, id.Clock, structs[structs.Find(id.Clock)].End);
        }
    }

    private static void Collect(Transaction transaction)
    {
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
        var structs = store.Find(client)!;
        var position = structs.Find(start);
        do
        {
            var found = structs[position];
            if (found.Clock >= end)
            {
                return;
            }

            if (found is Item { Deleted: true, Content: not DeletedContent } item)
            {
                if (item.Content is TypeContent type)
                {
                    CollectChildren(store, type);
                }

                item.Content = DeletedContent.Instance;
            }
        }
        while (structs.MoveNext(ref position));
    }

    private static void CollectChildren(StructStore store, TypeContent content)
    {
        var branches = new Stack<Types.Branch>();
        branches.Push(content.Branch);
        while (branches.TryPop(out var branch))
        {
            foreach (var child in branch.Children())
            {
                if (child.Content is TypeContent nested)
                {
                    branches.Push(nested.Branch);
                }

                var structs = store.Find(child.Client)!;
                structs.Replace(structs.Find(child.Clock), new Gc(child.Client, child.Clock, child.Length));
            }

            branch.Forget();
        }
    }

    // Tries each struct that begins within the (inclusive) bounds with the one before it, from left to right, so that
    // a long row is joined by appending to its first.
    private static void Merge(ClientStructs structs, long from, long to)
    {
        var position = structs.Find(from);
        structs.MovePrevious(ref position);
        var left = structs[position];
        var next = position;
        while (structs.MoveNext(ref next) && structs[next].Clock <= to)
        {
            var right = structs[next];
            if (TryMerge(left, right))
            {
                structs.RemoveAt(next);
                if (right is Item item)
                {
                    item.Parent!.Placements?.Merged(item);
                }
            }
            else
            {
                (left, position) = (right, next);
            }

            next = position;
        }
    }

    private static bool TryMerge(Struct left, Struct right) => (left, right) switch
    {
        (Gc, Gc) => Grow(left, right),
        (Item leftItem, Item rightItem) => TryMerge(leftItem, rightItem),
        _ => false,
    };

    private static bool TryMerge(Item left, Item right)
    {
        if (left.Right != right || left.Deleted != right.Deleted || right.Origin != left.LastId
            || left.RightOrigin != right.RightOrigin)
        {
            return false;
        }

        var parent = left.Parent!;
        if (!left.Content.TryAppend(right.Content))
        {
            return false;
        }

        if (parent.Index is { } index && left.ParentSub is null)
        {
            index.Merging(left, right);
        }

        left.Right = right.Right;
        if (left.Right is { } next)
        {
            next.Left = left;
        }
        else if (left.ParentSub is not null)
        {
            parent.SetEnd(left.ParentSub, left);
        }

        return Grow(left, right);
    }

    private static bool Grow(Struct left, Struct right)
    {
        left.Length += right.Length;
        return true;
    }
}
