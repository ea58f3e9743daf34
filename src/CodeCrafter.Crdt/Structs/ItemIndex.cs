namespace CodeCrafter.Crdt.Structs;

/// <summary>Up to 32 neighbouring items of a list: <see cref="Count"/> items from <see cref="First"/> to the right.</summary>
internal sealed class IndexLeaf : IndexNode
{
    public required Item First;
    public int Count;
}

/// <summary>A node of the tree: the positions below it, and where it hangs.</summary>
internal abstract class IndexNode
{
    public IndexBranch? Parent;

    /// <summary>Which of the parent's children it is.</summary>
    public int Slot;

    public long Length;
}

/// <summary>An inner node.</summary>
internal sealed class IndexBranch : IndexNode
{
    // One more than it may keep, for the moment between an insertion and the split.
    public readonly IndexNode[] Children = new IndexNode[ItemIndex.MaxChildren + 1];

    /// <summary>The lengths of the children, side by side: a search looks at these alone.</summary>
    public readonly long[] Lengths = new long[ItemIndex.MaxChildren + 1];

    public int Count;

    /// <summary>Puts a child into a slot.</summary>
    public void Set(int slot, IndexNode child)
    {
        Children[slot] = child;
        Lengths[slot] = child.Length;
        child.Parent = this;
        child.Slot = slot;
    }
}

/// <summary>
/// Finds the item at a position in logarithmic time: a B+ tree over the list of items, where each node knows how many
/// positions lie below it and each item knows its leaf. It is built at the first search, so that documents that are
/// only relayed do without. Nodes are removed when they are empty, and otherwise not merged.
/// </summary>
internal sealed class ItemIndex
{
    public const int MaxChildren = 32;
    private const int MaxItems = 32;

    private IndexNode _root;

    /// <summary>
    /// The item that was found last, of which it is known where it begins. Whoever changes the list before it, or the
    /// item itself in another way than by making it longer or shorter at its end, sets this to null.
    /// </summary>
    public Item? Near { get; set; }

    /// <summary>How many positions there are before <see cref="Near"/>.</summary>
    public long NearStart { get; private set; }

    public ItemIndex(Item first)
    {
        var leaf = new IndexLeaf { First = first };
        _root = leaf;
        for (var item = first; item is not null; item = item.Right)
        {
            if (leaf.Count == MaxItems / 2)
            {
                var next = new IndexLeaf { First = item };
                InsertAfter(leaf, next);
                leaf = next;
            }

            item.Leaf = leaf;
            leaf.Count++;
            AddLength(leaf, item.VisibleLength);
        }
    }

    /// <summary>The item that holds a position, which must exist, and the offset in it.</summary>
    public (Item Item, long Offset) Find(long position)
    {
        if (Near is { } near && position >= NearStart && position - NearStart < near.VisibleLength)
        {
            return (near, position - NearStart);
        }

        var (item, offset) = Search(position);
        Remember(item, position - offset);
        return (item, offset);
    }

    /// <summary>Notes where an item begins.</summary>
    public void Remember(Item item, long start) => (Near, NearStart) = (item, start);

    /// <summary>Keeps in mind what was in mind before a change of the list at a position, if that lies behind it.</summary>
    public void Recall(Item? near, long start, long changedAt)
    {
        if (near is { Deleted: false } && start + near.Length <= changedAt)
        {
            Remember(near, start);
        }
    }

    private (Item Item, long Offset) Search(long position)
    {
        var node = _root;
        while (node is IndexBranch branch)
        {
            var i = 0;
            while (position >= branch.Lengths[i])
            {
                position -= branch.Lengths[i++];
            }

            node = branch.Children[i];
        }

        var item = ((IndexLeaf)node).First;
        while (position >= item.VisibleLength)
        {
            position -= item.VisibleLength;
            item = item.Right!;
        }

        return (item, position);
    }

    /// <summary>How many positions there are before an item.</summary>
    public static long PositionOf(Item item)
    {
        long position = 0;
        for (var other = item.Leaf!.First; other != item; other = other.Right!)
        {
            position += other.VisibleLength;
        }

        for (IndexNode node = item.Leaf; node.Parent is { } parent; node = parent)
        {
            for (var slot = 0; slot < node.Slot; slot++)
            {
                position += parent.Lengths[slot];
            }
        }

        return position;
    }

    /// <summary>The last item of the list, visible or not.</summary>
    public Item Last()
    {
        var node = _root;
        while (node is IndexBranch branch)
        {
            node = branch.Children[branch.Count - 1];
        }

        var item = ((IndexLeaf)node).First;
        while (item.Right is { } right)
        {
            item = right;
        }

        return item;
    }

    /// <summary>An item has been linked into the list.</summary>
    public void Inserted(Item item)
    {
        Near = null;
        IndexLeaf leaf;
        if (item.Left is { } left)
        {
            leaf = left.Leaf!;
        }
        else
        {
            leaf = item.Right!.Leaf!;
            leaf.First = item;
        }

        item.Leaf = leaf;
        leaf.Count++;
        AddLength(leaf, item.VisibleLength);
        SplitIfFull(leaf);
    }

    /// <summary>The right part of an item has become an item of its own.</summary>
    public static void Cut(ItemIndex? index, Item left, Item right)
    {
        if (index is null)
        {
            return;
        }

        right.Leaf = left.Leaf;
        left.Leaf!.Count++;
        index.SplitIfFull(left.Leaf);
    }

    /// <summary>An item's right neighbour is about to be taken in by it; both are still linked.</summary>
    public void Merging(Item left, Item right)
    {
        if (Near == right)
        {
            Near = null;
        }

        var leaf = right.Leaf!;
        if (leaf != left.Leaf)
        {
            AddLength(leaf, -right.VisibleLength);
            AddLength(left.Leaf!, right.VisibleLength);
        }

        leaf.Count--;
        if (leaf.Count == 0)
        {
            Remove(leaf);
        }
        else if (leaf.First == right)
        {
            leaf.First = right.Right!;
        }
    }

    /// <summary>An item takes up more or fewer positions than before.</summary>
    public static void AddLength(IndexNode leaf, long delta)
    {
        if (delta == 0)
        {
            return;
        }

        leaf.Length += delta;
        for (var node = leaf; node.Parent is { } parent; node = parent)
        {
            parent.Lengths[node.Slot] += delta;
            parent.Length += delta;
        }
    }

    private void SplitIfFull(IndexLeaf leaf)
    {
        if (leaf.Count <= MaxItems)
        {
            return;
        }

        const int kept = MaxItems / 2;
        var item = leaf.First;
        for (var i = 0; i < kept; i++)
        {
            item = item.Right!;
        }

        var next = new IndexLeaf { First = item, Count = leaf.Count - kept };
        for (var i = 0; i < next.Count; i++)
        {
            next.Length += item!.VisibleLength;
            item.Leaf = next;
            item = item.Right;
        }

        leaf.Count = kept;
        leaf.Length -= next.Length;
        InsertAfter(leaf, next);
    }

    // The length of the new node is already part of the ancestors' lengths.
    private void InsertAfter(IndexNode node, IndexNode next)
    {
        var parent = node.Parent;
        if (parent is null)
        {
            parent = new IndexBranch { Length = node.Length + next.Length, Count = 1 };
            _root = parent;
            parent.Set(0, node);
        }

        for (var slot = parent.Count; slot > node.Slot + 1; slot--)
        {
            parent.Set(slot, parent.Children[slot - 1]);
        }

        parent.Lengths[node.Slot] = node.Length;
        parent.Set(node.Slot + 1, next);
        parent.Count++;
        if (parent.Count > MaxChildren)
        {
            SplitBranch(parent);
        }
    }

    private void SplitBranch(IndexBranch branch)
    {
        const int kept = MaxChildren / 2;
        var next = new IndexBranch { Count = branch.Count - kept };
        for (var i = 0; i < next.Count; i++)
        {
            var child = branch.Children[kept + i];
            next.Set(i, child);
            next.Length += child.Length;
            branch.Children[kept + i] = null!;
        }

        branch.Count = kept;
        branch.Length -= next.Length;
        InsertAfter(branch, next);
    }

    private static void Remove(IndexNode node)
    {
        while (node.Parent is { } parent)
        {
            parent.Count--;
            for (var slot = node.Slot; slot < parent.Count; slot++)
            {
                parent.Set(slot, parent.Children[slot + 1]);
            }

            parent.Children[parent.Count] = null!;
            if (parent.Count > 0)
            {
                return;
            }

            node = parent;
        }
    }
}
