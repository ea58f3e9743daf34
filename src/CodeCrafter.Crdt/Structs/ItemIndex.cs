namespace CodeCrafter.Crdt.Structs;

/// <summary>A few dozen neighbouring items of a list: <see cref="Count"/> items from <see cref="First"/> to the right.</summary>
internal sealed class IndexLeaf : IndexNode
{
    public required Item First;
    public int Count;
}

/// <summary>A node of the tree: the positions below it, and where it hangs.</summary>
internal abstract class IndexNode
{
    public IndexBranch? Parent;
    public long Length;
}

/// <summary>An inner node.</summary>
internal sealed class IndexBranch : IndexNode
{
    // One more than it may keep, for the moment between an insertion and the split.
    public readonly IndexNode[] Children = new IndexNode[ItemIndex.MaxChildren + 1];
    public int Count;
}

/// <summary>
/// Finds the item at a position in logarithmic time: a B+ tree over the list of items, where each node knows how many
/// positions lie below it and each item knows its leaf. It is built at the first search, so that documents that are
/// only relayed do without. Nodes are removed when they are empty, and otherwise not merged.
/// </summary>
internal sealed class ItemIndex
{
    public const int MaxChildren = 32;
    private const int MaxItems = 64;

    private IndexNode _root;

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
        var node = _root;
        while (node is IndexBranch branch)
        {
            var i = 0;
            while (position >= branch.Children[i].Length)
            {
                position -= branch.Children[i++].Length;
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

        for (var node = leaf; node is not null; node = node.Parent)
        {
            node.Length += delta;
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
            parent.Children[0] = node;
            node.Parent = parent;
            _root = parent;
        }

        var index = Array.IndexOf(parent.Children, node, 0, parent.Count) + 1;
        Array.Copy(parent.Children, index, parent.Children, index + 1, parent.Count - index);
        parent.Children[index] = next;
        next.Parent = parent;
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
            next.Children[i] = child;
            next.Length += child.Length;
            child.Parent = next;
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
            var index = Array.IndexOf(parent.Children, node, 0, parent.Count);
            parent.Count--;
            Array.Copy(parent.Children, index + 1, parent.Children, index, parent.Count - index);
            parent.Children[parent.Count] = null!;
            if (parent.Count > 0)
            {
                return;
            }

            node = parent;
        }
    }
}
