using CodeCrafter.Crdt.Structs;

namespace CodeCrafter.Crdt.Types;

/// <summary>A place between two items of a text, and the attributes that are in force there.</summary>
internal sealed class TextCursor(Transaction transaction, Branch branch)
{
    public Transaction Transaction => transaction;

    public Branch Branch => branch;

    public Item? Left { get; private set; }

    public Item? Right { get; private set; } = branch.Start;

    /// <summary>In the order in which they came into force, which is the order in which they are written.</summary>
    public OrderedDictionary<string, JsonLiteral> Attributes { get; } = [];

    /// <summary>
    /// The place behind a number of positions, which exist: as far left as that is. It goes over all items before, as
    /// Yjs does: the attributes there depend on every one of them.
    /// </summary>
    public static TextCursor At(Transaction transaction, Branch branch, long index)
    {
        var cursor = new TextCursor(transaction, branch);
        while (index > 0 && cursor.Right is { } right)
        {
            if (right.VisibleLength > index)
            {
                cursor.CutRight(index);
            }

            index -= right.VisibleLength;
            cursor.Forward();
        }

        return cursor;
    }

    /// <summary>The attributes in force before an item of the text.</summary>
    public static OrderedDictionary<string, JsonLiteral> AttributesBefore(Branch branch, Item item)
    {
        var attributes = new OrderedDictionary<string, JsonLiteral>();
        for (var next = branch.Start; next is { } before && before != item; next = before.Right)
        {
            Note(attributes, before);
        }

        return attributes;
    }

    /// <summary>Goes past the item to the right, which is there.</summary>
    public void Forward()
    {
        var right = Right!.Value;
        Note(Attributes, right);
        (Left, Right) = (right, right.Right);
    }

    /// <summary>Cuts the item to the right, so that it has this length.</summary>
    public void CutRight(long length)
    {
        var (client, clock) = Right!.Value.Id;
        transaction.Store.StartingAt(transaction, new Id(client, clock + length));
    }

    /// <summary>Inserts content, and goes past it.</summary>
    public void Insert(Content content)
    {
        Right = ListEdit.Insert(transaction, branch, Left, content);
        Forward();
    }

    /// <summary>Inserts text, and goes past it.</summary>
    public void Insert(string text)
    {
        if (!ListEdit.TryExtend(transaction, branch, Left, text))
        {
            Right = ListEdit.InsertText(transaction, branch, Left, text);
            Forward();
        }
    }

    /// <summary>What an item changes in the attributes in force.</summary>
    public static void Note(OrderedDictionary<string, JsonLiteral> attributes, Item item)
    {
        if (item is { Deleted: false, Content: FormatContent format })
        {
            Note(attributes, format.Key, format.Value);
        }
    }

    public static void Note(OrderedDictionary<string, JsonLiteral> attributes, string key, JsonLiteral value)
    {
        if (value.IsNull)
        {
            attributes.Remove(key);
        }
        else
        {
            attributes[key] = value;
        }
    }
}
