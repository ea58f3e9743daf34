using CodeCrafter.Crdt.Structs;

namespace CodeCrafter.Crdt.Types;

/// <summary>Tells what a transaction has changed in a type.</summary>
internal static class ChangeEvent
{
    public static YEvent Of(Transaction transaction, Branch branch, HashSet<string?> keys)
    {
        transaction.Deletes.Sort();
        List<DeltaOperation> delta = !keys.Contains(null) ? []
            : branch.Kind is TypeKind.Text or TypeKind.XmlText ? TextChange.Of(transaction, branch)
            : ListChange(transaction, branch);
        return new YEvent(branch.Facade(), transaction, delta, KeyChanges(transaction, branch, keys));
    }

    private static List<DeltaOperation> ListChange(Transaction transaction, Branch branch)
    {
        var delta = new List<DeltaOperation>();
        var inserted = new List<object?>();
        long retained = 0, deleted = 0;
        foreach (var part in ChangedPart.AllOf(transaction, branch))
        {
            if (part.Change == PartChange.Inserted)
            {
                FlushRetained();
                FlushDeleted();
                for (var i = 0; i < part.Length; i++)
                {
                    inserted.Add(part.Item.ValueAt(part.Offset + i));
                }

                continue;
            }

            FlushInserted();
            if (part.Change == PartChange.Deleted)
            {
                FlushRetained();
                deleted += part.Length;
            }
            else
            {
                FlushDeleted();
                retained += part.Length;
            }
        }

        FlushInserted();
        FlushDeleted();
        return delta;

        void FlushInserted()
        {
            if (inserted.Count > 0)
            {
                delta.Add(DeltaOperation.InsertValues(inserted));
                inserted = [];
            }
        }

        void FlushDeleted()
        {
            if (deleted > 0)
            {
                delta.Add(DeltaOperation.Delete(checked((int)deleted)));
                deleted = 0;
            }
        }

        void FlushRetained()
        {
            if (retained > 0)
            {
                delta.Add(DeltaOperation.Retain(checked((int)retained)));
                retained = 0;
            }
        }
    }

    private static Dictionary<string, KeyChange> KeyChanges(Transaction transaction, Branch branch, HashSet<string?> keys)
    {
        var changes = new Dictionary<string, KeyChange>();
        foreach (var key in keys)
        {
            if (key is not null && branch.LastOf(key) is { } item && KeyChangeOf(transaction, item) is { } change)
            {
                changes.Add(key, change);
            }
        }

        return changes;
    }

    // The value before the transaction is the newest one that it deleted and that it did not add.
    private static KeyChange? KeyChangeOf(Transaction transaction, Item item)
    {
        Item? before = item;
        while (before is { } newer && !transaction.Existed(newer))
        {
            before = newer.Left;
        }

        var had = before is { } last && transaction.HasDeleted(last);
        var old = had ? before!.Value.ValueAt(before.Value.Length - 1) : null;
        if (!item.Deleted)
        {
            return before == item ? null : new KeyChange(had ? KeyAction.Update : KeyAction.Add, old);
        }

        return had ? new KeyChange(KeyAction.Delete, old) : null;
    }
}

/// <summary>What a transaction did to a part of a list.</summary>
internal enum PartChange
{
    Retained,
    Inserted,
    Deleted,
}

/// <summary>A part of an item with one fate.</summary>
internal readonly record struct ChangedPart(Item Item, long Offset, long Length, PartChange Change)
{
    /// <summary>
    /// All that takes up positions in a list now, or did before the transaction. An item that was typed on has a part
    /// that was there and one that is new.
    /// </summary>
    public static IEnumerable<ChangedPart> AllOf(Transaction transaction, Branch branch)
    {
        for (var next = branch.Start; next is { } item; next = item.Right)
        {
            if (!item.IsCountable || (item.Deleted && !transaction.HasDeleted(item)))
            {
                continue;
            }

            var old = Math.Min(transaction.StateBefore(item.Client) - item.Clock, item.Length);
            if (old > 0)
            {
                yield return new ChangedPart(item, 0, old, item.Deleted ? PartChange.Deleted : PartChange.Retained);
            }

            old = Math.Max(old, 0);
            if (old < item.Length && !item.Deleted)
            {
                yield return new ChangedPart(item, old, item.Length - old, PartChange.Inserted);
            }
        }
    }
}
