using CodeCrafter.Crdt.Types;
using CodeCrafter.Crdt.Wire;

namespace CodeCrafter.Crdt.Structs;

/// <summary>
/// Content at a place: an element of the doubly linked list of its parent, or a value of one of the parent's keys
/// (then the list is the history of that key, and its last item is the current value).
/// </summary>
internal sealed class Item(ulong client, long clock, Id origin, Id rightOrigin, Branch? parent, string? parentSub, Content content)
    : Struct(client, clock, content.Length)
{
    /// <summary>The unit that was to the left when the item was made. Changes only where the item is cut.</summary>
    public Id Origin = origin;

    /// <summary>The unit that was to the right when the item was made.</summary>
    public Id RightOrigin = rightOrigin;

    public Item? Left;
    public Item? Right;

    /// <summary>Null until integration where it is that of the neighbours.</summary>
    public Branch? Parent = parent;

    /// <summary>The key, or null for an element of a list.</summary>
    public string? ParentSub = parentSub;

    public Content Content = content;

    /// <summary>Where the item is in the parent's index of positions, if there is one.</summary>
    public IndexLeaf? Leaf;

    /// <summary>The last scan for conflicts that met this item, and the last part of a scan. See <see cref="Integration"/>.</summary>
    public int ScanStamp, ConflictStamp;

    /// <summary>The item takes up positions: it is an element of a list, and there.</summary>
    public bool IsVisible => !Deleted && ParentSub is null && Content.IsCountable;

    public long VisibleLength => IsVisible ? Length : 0;

    public override void Write(WireWriter writer, long offset)
    {
        var origin = offset > 0 ? new Id(Client, Clock + offset - 1) : Origin;
        writer.WriteByte((byte)(Content.Kind
            | (origin.IsNone ? 0 : StructInfo.HasOrigin)
            | (RightOrigin.IsNone ? 0 : StructInfo.HasRightOrigin)
            | (ParentSub is null ? 0 : StructInfo.HasParentSub)));
        if (!origin.IsNone)
        {
            WriteId(writer, origin);
        }

        if (!RightOrigin.IsNone)
        {
            WriteId(writer, RightOrigin);
        }

        if (origin.IsNone && RightOrigin.IsNone)
        {
            WriteParent(writer, Parent!);
            if (ParentSub is not null)
            {
                writer.WriteString(ParentSub);
            }
        }

        Content.Write(writer, offset);
    }

    private static void WriteParent(WireWriter writer, Branch parent)
    {
        if (parent.RootName is { } name)
        {
            writer.WriteByte(1);
            writer.WriteString(name);
            return;
        }

        writer.WriteByte(0);
        WriteId(writer, parent.Id);
    }

    private static void WriteId(WireWriter writer, Id id)
    {
        writer.WriteVarUint(id.Client);
        writer.WriteClock(id.Clock);
    }
}
