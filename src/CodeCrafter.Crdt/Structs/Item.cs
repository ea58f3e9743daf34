using CodeCrafter.Crdt.Types;
using CodeCrafter.Crdt.Wire;

namespace CodeCrafter.Crdt.Structs;

/// <summary>
/// Content at a place: an element of the doubly linked list of its parent, or a value of one of the parent's keys
/// (then the list is the history of that key, and its last item is the current value).
/// </summary>
internal sealed class Item : Struct
{
    /// <summary>The unit that was to the left when the item was made. Changes only where the item is cut.</summary>
    public Id Origin;

    /// <summary>The unit that was to the right when the item was made.</summary>
    public Id RightOrigin;

    public Item? Left;
    public Item? Right;

    /// <summary>Null until integration where it is that of the neighbours.</summary>
    public Branch? Parent;

    /// <summary>The key, or null for an element of a list.</summary>
    public string? ParentSub;

    /// <summary>Where the item is in the parent's index of positions, if there is one.</summary>
    public IndexLeaf? Leaf;

    /// <summary>The last scan for conflicts that met this item, and the last part of a scan. See <see cref="Integration"/>.</summary>
    public int ScanStamp, ConflictStamp;

    public Item(ulong client, long clock, Id origin, Id rightOrigin, Branch? parent, string? parentSub, Content content)
        : this(client, clock, origin, rightOrigin, parent, parentSub, content, content.Length)
    {
    }

    /// <summary>Makes an item whose content does not know its length: see <see cref="DeletedContent"/>.</summary>
    public Item(ulong client, long clock, Id origin, Id rightOrigin, Branch? parent, string? parentSub, Content content, long length)
        : base(client, clock, length)
    {
        (Origin, RightOrigin) = (origin, rightOrigin);
        (Parent, ParentSub) = (parent, parentSub);
        Content = content;
    }

    /// <summary>What the item holds.</summary>
    public Content Content
    {
        get;
        set
        {
            field = value;
            HasPositions = value.IsCountable;
        }
    }

    /// <summary>The item takes up positions: it is an element of a list, and there.</summary>
    public bool IsVisible => HasPositions && !Deleted && ParentSub is null;

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

        if (Content is DeletedContent)
        {
            writer.WriteClock(Length - offset);
        }
        else
        {
            Content.Write(writer, offset);
        }
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
