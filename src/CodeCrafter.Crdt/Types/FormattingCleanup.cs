using CodeCrafter.Crdt.Structs;
using Attributes = System.Collections.Generic.OrderedDictionary<string, CodeCrafter.Crdt.Structs.JsonLiteral>;

namespace CodeCrafter.Crdt.Types;

/// <summary>
/// Deletes format items that have no effect. It does what yjs/src/types/YText.js does, and no more: every replica
/// cleans up, and they agree only if each finds the same.
/// </summary>
internal static class FormattingCleanup
{
    /// <summary>
    /// After a transaction that came from elsewhere: what two replicas formatted at once may overlap. The deletions
    /// belong to a transaction of their own.
    /// </summary>
    public static void Run(Transaction transaction, Transaction cleanup)
    {
        var whole = WithNewFormats(transaction);
        var stamp = transaction.Store.NextStamp();
        foreach (var item in transaction.DeletedItems())
        {
            var parent = item.Parent;
            if (!parent.HasFormatting || whole.Contains(parent))
            {
                continue;
            }

            if (item.Content is FormatContent)
            {
                whole.Add(parent);
            }
            else
            {
                CleanGapWithoutContext(cleanup, item, stamp);
            }
        }

        foreach (var branch in whole)
        {
            CleanWhole(cleanup, branch);
        }
    }

    /// <summary>Whether there is a format item between here and the next content.</summary>
    public static bool HasFormatInGap(Item start)
    {
        for (Item? next = start; next is { } item && !IsContent(item); next = item.Right)
        {
            if (item is { Deleted: false, Kind: Content.FormatKind })
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>
    /// Of the format items from an item to the next content, deletes those that a later one overrules, and those that
    /// say what is in force before.
    /// </summary>
    /// <param name="transaction">Deletes them.</param>
    /// <param name="start">Where to begin.</param>
    /// <param name="current">Where the cursor is, in the gap or behind it.</param>
    /// <param name="startAttributes">What is in force before the start.</param>
    /// <param name="currentAttributes">What is in force at the cursor; kept true.</param>
    public static void CleanGap(
        Transaction transaction, Item start, Item? current, Attributes startAttributes, Attributes currentAttributes)
    {
        var last = new Dictionary<string, FormatContent>();
        Item? end = start;
        while (end is { } item && !IsContent(item))
        {
            if (item is { Deleted: false, Content: FormatContent format })
            {
                last[format.Key] = format;
            }

            end = item.Right;
        }

        var isPastCurrent = false;
        for (Item? next = start; next is { } item && item != end; next = item.Right)
        {
            isPastCurrent |= item == current;
            if (item is { Deleted: false, Content: FormatContent format })
            {
                var before = startAttributes.GetValueOrDefault(format.Key, JsonLiteral.Null);
                var hasEffect = last[format.Key] == format && !IsSame(before, format.Value);
                if (!isPastCurrent)
                {
                    NoteBeforeCursor(currentAttributes, format, hasEffect, before);
                }

                if (!hasEffect)
                {
                    transaction.Delete(item);
                }
            }
        }
    }

    // What is in force at the cursor after a format item before it was kept or deleted.
    private static void NoteBeforeCursor(Attributes attributes, FormatContent format, bool isKept, JsonLiteral before)
    {
        if (isKept)
        {
            TextCursor.Note(attributes, format.Key, format.Value);
        }
        else if (IsSame(attributes.GetValueOrDefault(format.Key, JsonLiteral.Null), format.Value))
        {
            TextCursor.Note(attributes, format.Key, before);
        }
    }

    private static HashSet<Branch> WithNewFormats(Transaction transaction)
    {
        var branches = new HashSet<Branch>();
        foreach (var (structs, before) in transaction.Touched)
        {
            var position = structs.Find(before);
            do
            {
                if (new Item(transaction.Store, structs[position]) is { Deleted: false, Kind: Content.FormatKind } item)
                {
                    branches.Add(item.Parent);
                }
            }
            while (structs.MoveNext(ref position));
        }

        return branches;
    }

    // Of several items that set the same attribute between two pieces of content, only the last has an effect. Items
    // that were looked at are marked: much may be deleted in one gap.
    private static void CleanGapWithoutContext(Transaction transaction, Item item, int stamp)
    {
        var rows = transaction.Store.Rows;
        if (rows.MarksOf(item.Row).Scan == stamp)
        {
            return;
        }

        while (item.Right is { } right && !IsContent(right))
        {
            item = right;
        }

        var seen = new HashSet<string>();
        for (Item? next = item; next is { } before && !IsContent(before); next = before.Left)
        {
            rows.MarksOf(before.Row).Scan = stamp;
            if (before is { Deleted: false, Content: FormatContent format } && !seen.Add(format.Key))
            {
                transaction.Delete(before);
            }
        }
    }

    // In Yjs this goes over the whole text, but a gap that begins with content is none to it: what is cleaned up is
    // the gap before the first content.
    private static void CleanWhole(Transaction transaction, Branch branch)
    {
        var attributes = new Attributes();
        for (var next = branch.Start; next is { } item; next = item.Right)
        {
            if (IsContent(item))
            {
                CleanGap(transaction, branch.Start!.Value, item, [], attributes);
                return;
            }

            TextCursor.Note(attributes, item);
        }
    }

    private static bool IsContent(Item item) => !item.Deleted && item.IsCountable;

    // Yjs compares by identity here (===).
    private static bool IsSame(JsonLiteral a, JsonLiteral b) => ReferenceEquals(a, b) || (a.IsPlain && a.IsEqualTo(b));
}
