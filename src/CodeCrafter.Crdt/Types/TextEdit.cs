using CodeCrafter.Crdt.Structs;
using Attributes = System.Collections.Generic.OrderedDictionary<string, CodeCrafter.Crdt.Structs.JsonLiteral>;

namespace CodeCrafter.Crdt.Types;

/// <summary>
/// Changes of text that has attributes. An attribute begins with a format item and ends with one that says what was in
/// force before. The steps are those of yjs/src/types/YText.js, one for one: replicas that edit the same text must
/// write the same items, or they would clean up after each other.
/// </summary>
internal static class TextEdit
{
    /// <summary>Inserts text that takes the attributes of what is before it.</summary>
    public static void InsertPlain(Branch branch, int index, string text)
    {
        var transaction = branch.Doc.Begin();
        try
        {
            if (!TryInsertBetweenContent(transaction, branch, index, text))
            {
                var cursor = TextCursor.At(transaction, branch, index);
                Insert(cursor, text, null, new Attributes(cursor.Attributes));
            }
        }
        finally
        {
            branch.Doc.End();
        }
    }

    /// <summary>Inserts text, or other content, with exactly these attributes.</summary>
    public static void Insert(Branch branch, int index, string? text, Content? content, Attributes attributes)
    {
        var transaction = branch.Doc.Begin();
        try
        {
            Insert(TextCursor.At(transaction, branch, index), text, content, attributes);
        }
        finally
        {
            branch.Doc.End();
        }
    }

    /// <summary>Gives a stretch these attributes; one that is null is taken away.</summary>
    public static void Format(Branch branch, int index, int length, Attributes attributes)
    {
        var transaction = branch.Doc.Begin();
        try
        {
            Format(TextCursor.At(transaction, branch, index), length, attributes);
        }
        finally
        {
            branch.Doc.End();
        }
    }

    /// <summary>Deletes a stretch, and the attributes that nothing has any more.</summary>
    public static void Delete(Branch branch, int index, int length)
    {
        var transaction = branch.Doc.Begin();
        try
        {
            var left = ListEdit.Before(transaction, branch, index);
            var start = (left is { } before ? before.Right : branch.Start)!.Value;
            var end = Delete(transaction, start, length);
            if (FormattingCleanup.HasFormatInGap(start))
            {
                FormattingCleanup.CleanGap(transaction, start, end, TextCursor.AttributesBefore(branch, start), []);
            }
        }
        finally
        {
            branch.Doc.End();
        }
    }

    public static void Insert(TextCursor cursor, string? text, Content? content, Attributes attributes)
    {
        foreach (var key in cursor.Attributes.Keys)
        {
            attributes.TryAdd(key, JsonLiteral.Null);
        }

        SkipWhatIsSo(cursor, attributes);
        var negated = InsertAttributes(cursor, attributes);
        if (text is not null)
        {
            cursor.Insert(text);
        }
        else
        {
            cursor.Insert(content!);
        }

        InsertNegated(cursor, negated);
    }

    /// <summary>Beyond the end of the text it appends line breaks, as Yjs does for editors that see one at every end.</summary>
    public static void Format(TextCursor cursor, long length, Attributes attributes)
    {
        SkipWhatIsSo(cursor, attributes);
        var negated = InsertAttributes(cursor, attributes);
        while (cursor.Right is { } right
            && (length > 0 || (negated.Count > 0 && (right.Deleted || right.Content is FormatContent))))
        {
            if (right is { Deleted: false, Content: FormatContent format })
            {
                if (!TryTakeOver(cursor.Transaction, right, format, attributes, negated, length == 0))
                {
                    break;
                }
            }
            else if (!right.Deleted)
            {
                if (length < right.Length)
                {
                    cursor.CutRight(length);
                }

                length -= right.Length;
            }

            cursor.Forward();
        }

        if (length > 0)
        {
            cursor.Insert(new string('\n', checked((int)length)));
        }

        InsertNegated(cursor, negated);
    }

    public static void Delete(TextCursor cursor, long length)
    {
        if (cursor.Right is not { } start)
        {
            return;
        }

        var before = new Attributes(cursor.Attributes);
        var end = Delete(cursor.Transaction, start, length);
        while (cursor.Right != end)
        {
            cursor.Forward();
        }

        FormattingCleanup.CleanGap(cursor.Transaction, start, end, before, cursor.Attributes);
    }

    // A format item within the stretch, or right behind it: it gives way to what is set. False where the end is reached.
    private static bool TryTakeOver(
        Transaction transaction, Item item, FormatContent format, Attributes attributes, Attributes negated, bool isBehind)
    {
        if (!attributes.TryGetValue(format.Key, out var value))
        {
            return true;
        }

        if (value.IsEqualTo(format.Value))
        {
            negated.Remove(format.Key);
        }
        else if (isBehind)
        {
            return false;
        }
        else
        {
            negated[format.Key] = format.Value;
        }

        transaction.Delete(item);
        return true;
    }

    // Deletes what takes up positions and returns the item behind.
    private static Item? Delete(Transaction transaction, Item start, long length)
    {
        Item? next = start;
        while (length > 0 && next is { } item)
        {
            if (!item.Deleted && item.Kind is Content.StringKind or Content.EmbedKind or Content.TypeKind)
            {
                if (length < item.Length)
                {
                    transaction.Store.StartingAt(transaction, new Id(item.Client, item.Clock + length));
                }

                length -= item.Length;
                transaction.Delete(item);
            }

            next = item.Right;
        }

        return next;
    }

    // Where no format item is near, the attributes in force need not be known, and the index finds the place.
    private static bool TryInsertBetweenContent(Transaction transaction, Branch branch, int index, string text)
    {
        var left = ListEdit.Before(transaction, branch, index);
        var right = left is { } before ? before.Right : branch.Start;
        while (right is { Deleted: true } deleted)
        {
            (left, right) = (deleted, deleted.Right);
        }

        if (right is { Content: FormatContent })
        {
            return false;
        }

        if (!ListEdit.TryExtend(transaction, branch, left, text))
        {
            ListEdit.InsertText(transaction, branch, left, text);
        }

        return true;
    }

    // Goes right over what is deleted, and over format items that say what is wanted anyway.
    private static void SkipWhatIsSo(TextCursor cursor, Attributes attributes)
    {
        while (cursor.Right is { } right && (right.Deleted
            || (right.Content is FormatContent format
                && attributes.GetValueOrDefault(format.Key, JsonLiteral.Null).IsEqualTo(format.Value))))
        {
            cursor.Forward();
        }
    }

    // Returns what was in force before.
    private static Attributes InsertAttributes(TextCursor cursor, Attributes attributes)
    {
        var negated = new Attributes();
        foreach (var (key, value) in attributes)
        {
            var current = cursor.Attributes.GetValueOrDefault(key, JsonLiteral.Null);
            if (!current.IsEqualTo(value))
            {
                negated[key] = current;
                cursor.Insert(new FormatContent(key, value));
            }
        }

        return negated;
    }

    private static void InsertNegated(TextCursor cursor, Attributes negated)
    {
        while (cursor.Right is { } right && (right.Deleted
            || (right.Content is FormatContent format
                && negated.TryGetValue(format.Key, out var value) && value.IsEqualTo(format.Value))))
        {
            if (right is { Deleted: false, Content: FormatContent ended })
            {
                negated.Remove(ended.Key);
            }

            cursor.Forward();
        }

        foreach (var (key, value) in negated)
        {
            cursor.Insert(new FormatContent(key, value));
        }
    }
}
