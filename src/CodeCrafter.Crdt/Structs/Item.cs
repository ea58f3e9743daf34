using System.Text;
using CodeCrafter.Crdt.Types;

namespace CodeCrafter.Crdt.Structs;

/// <summary>
/// A row, seen as an object: content at a place, an element of the doubly linked list of its parent or a value of one
/// of the parent's keys; or a stretch that has been collected. It stands for the row as long as that is in use: an item
/// that its left neighbour takes in at the end of a transaction is none any more.
/// </summary>
internal readonly struct Item(StructStore store, int row) : IEquatable<Item>
{
    /// <summary>The number of the row.</summary>
    public int Row => row;

    public byte Kind => Data.Kind;

    /// <summary>
    /// Nothing is known of these units but that they were deleted together with what contained them. There is no
    /// parent and there are no neighbours.
    /// </summary>
    public bool IsCollected => Data.IsCollected;

    public bool IsText => Data.IsText;

    public bool Deleted => Data.Deleted;

    public ulong Client => store.ClientOf(Data);

    public long Clock => store.Rows.ClockOf(Data);

    /// <summary>How many clock units it spans; never zero.</summary>
    public long Length => store.Rows.LengthOf(Data);

    public long End => store.Rows.EndOf(Data);

    public Id Id => new(Client, Clock);

    public Id LastId => new(Client, End - 1);

    /// <summary>The unit that was to the left when the item was made. Changes only where the item is cut.</summary>
    public Id Origin => store.OriginOf(Data);

    /// <summary>The unit that was to the right when the item was made.</summary>
    public Id RightOrigin => store.RightOriginOf(Data);

    public Item? Left => store.ItemAt(Data.Left);

    public Item? Right => store.ItemAt(Data.Right);

    public ItemList List => store.Lists[Data.List];

    public Branch Parent => List.Branch;

    /// <summary>The key, or null for an element of a list.</summary>
    public string? ParentSub => List.Key;

    /// <summary>What the item holds, but for text; null where it was deleted and is forgotten.</summary>
    public Content? Content => Data.HasContent ? store.Contents[(int)Data.Content] : null;

    /// <summary>Its units take up positions as long as they are there.</summary>
    public bool IsCountable => Data.IsCountable;

    /// <summary>The item takes up positions: it is an element of a list, and there.</summary>
    public bool IsVisible => store.VisibleLengthOf(Data) > 0;

    public long VisibleLength => store.VisibleLengthOf(Data);

    private ref Row Data => ref store.Rows[row];

    public static bool operator ==(Item a, Item b) => a.Equals(b);

    public static bool operator !=(Item a, Item b) => !a.Equals(b);

    public bool Equals(Item other) => row == other.Row;

    public override bool Equals(object? obj) => obj is Item other && Equals(other);

    public override int GetHashCode() => row;

    /// <summary>The value of one unit.</summary>
    public object? ValueAt(long offset) =>
        IsText ? store.Text[Data.Content + (uint)offset].ToString() : Content?.ValueAt(offset);

    /// <summary>Appends a part of its text.</summary>
    public void AppendTextTo(StringBuilder builder, long offset, long length) =>
        store.Text.AppendTo(builder, Data.Content + (uint)offset, (int)length);

    /// <summary>Its text.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        AppendTextTo(text, 0, Length);
        return text.ToString();
    }
}
