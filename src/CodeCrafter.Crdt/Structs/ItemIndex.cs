namespace CodeCrafter.Crdt.Structs;

/// <summary>Up to 32 neighbouring items of a list: <see cref="Count"/> items from <see cref="First"/> to the right.</summary>
internal sealed class IndexLeaf : IndexNode
{
    public required int First;
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

    private readonly Rows _rows;
    private IndexNode _root;

    /// <summary>
    /// The item that was found last, of which it is known where it begins; 0 for none. Whoever changes the list before
    /// it, or the item itself in another way than by making it longer or shorter at its end, sets this to 0.
    /// </summary>
    public int Near { get; set; }

    /// <summary>How many positions there are before <see cref="Near"/>.</summary>
    public long NearStart { get; private set; }

    /// <summary>Makes an index of a list that is not empty.</summary>
    public ItemIndex(Rows rows, ItemList list)
    {
        _rows = rows;
        var leaf = new IndexLeaf { First = list.First };
        _root = leaf;
        for (var item = list.First; item != 0; item = _rows[item].Right)
        {
            if (leaf.Count == MaxItems / 2)
            {
                var next = new IndexLeaf { First = item };
                InsertAfter(leaf, next);
                leaf = next;
            }

            _rows.LeafOf(item) = leaf;
            leaf.Count++;
            AddLength(leaf, VisibleLengthOf(item));
        }
    }

    /// <summary>The item that holds a position, which must exist, and the offset in it.</summary>
    public (int Item, long Offset) Find(long position)
    {
        if (Near != 0 && position >= NearStart && position - NearStart < VisibleLengthOf(Near))
        {
            return (Near, position - NearStart);
        }

        var (item, offset) = Search(position);
        Remember(item, position - offset);
        return (item, offset);
    }

    /// <summary>Notes where an item begins.</summary>
    public void Remember(int item, long start) => (Near, NearStart) = (item, start);

    /// <summary>Keeps in mind what was in mind before a change of the list at a position, if that lies behind it.</summary>
    public void Recall(int near, long start, long changedAt)
    {
        if (near != 0 && !_rows[near].Deleted && start + _rows.LengthOf(_rows[near]) <= changedAt)
        {
            Remember(near, start);
        }
    }

    private (int Item, long Offset) Search(long position)
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
        while (VisibleLengthOf(item) is var length && position >= length)
        {
            position -= length;
            item = _rows[item].Right;
        }

        return (item, position);
    }

    /// <summary>How many positions there are before an item.</summary>
    public long PositionOf(int item)
    {
        long position = 0;
        var leaf = _rows.LeafOf(item)!;
        for (var other = leaf.First; other != item; other = _rows[other].Right)
        {
            position += VisibleLengthOf(other);
        }

        for (IndexNode node = leaf; node.Parent is { } parent; node = parent)
        {
            for (var slot = 0; slot < node.Slot; slot++)
            {
                position += parent.Lengths[slot];
            }
        }

        return position;
    }

    /// <summary>An item has been linked into the list.</summary>
    public void Inserted(int item)
    {
        Near = 0;
        ref var row = ref _rows[item];
        IndexLeaf leaf;
        if (row.Left != 0)
        {
            leaf = _rows.LeafOf(row.Left)!;
        }
        else
        {
            leaf = _rows.LeafOf(row.Right)!;
            leaf.First = item;
        }

        _rows.LeafOf(item) = leaf;
        leaf.Count++;
        AddLength(leaf, VisibleLengthOf(item));
        SplitIfFull(leaf);
    }

    /// <summary>The right part of an item has become an item of its own.</summary>
    public void Cut(int left, int right)
    {
        var leaf = _rows.LeafOf(left)!;
        _rows.LeafOf(right) = leaf;
        leaf.Count++;
        SplitIfFull(leaf);
    }

    /// <summary>An item's right neighbour is about to be taken in by it; both are still linked.</summary>
    public void Merging(int left, int right)
    {
        if (Near == right)
        {
            Near = 0;
        }

        var leaf = _rows.LeafOf(right)!;
        var leftLeaf = _rows.LeafOf(left)!;
        if (leaf != leftLeaf)
        {
            AddLength(leaf, -VisibleLengthOf(right));
            AddLength(leftLeaf, VisibleLengthOf(right));
        }

        leaf.Count--;
        if (leaf.Count == 0)
        {
            Remove(leaf);
        }
        else if (leaf.First == right)
        {
            leaf.First = _rows[right].Right;
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
            item = _rows[item].Right;
        }

        var next = new IndexLeaf { First = item, Count = leaf.Count - kept };
        for (var i = 0; i < next.Count; i++)
        {
            next.Length += VisibleLengthOf(item);
            _rows.LeafOf(item) = next;
            item = _rows[item].Right;
        }

        leaf.Count = kept;
        leaf.Length -= next.Length;
        InsertAfter(leaf, next);
    }

    // Of a row of this list, which is of no key.
    private long VisibleLengthOf(int item)
    {
        ref var row = ref _rows[item];
        return !row.Deleted && row.IsCountable ? _rows.LengthOf(row) : 0;
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
