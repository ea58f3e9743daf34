namespace CodeCrafter.Crdt.Structs;

/// <summary>
/// Answers in logarithmic time what a scan for conflicts answers by going over the items (see
/// <see cref="Integration"/>): behind which item of a list a new one stands. A treap over the list, in which each node
/// sums up the origins below it, and the rivals of each place. Only lists in which scans have been long have one.
/// </summary>
/// <remarks>
/// <para>Seen as numbers in list order, every item's origin lies to its left. A scan of an item X with the origin
/// <c>a</c> goes right from <c>a</c> and ends before the first item that is X's right neighbour, or whose origin lies
/// before <c>a</c>, or that is a rival: of the same origin and right origin, and not of a lower client. Of the items
/// before that end, call those with the origin <c>a</c> siblings. The last sibling of a lower client takes X behind
/// itself, and then each item does whose origin lies at or before X's left neighbour, unless it is a sibling. So X
/// ends up before the first sibling that no item from further right reaches over (by having its origin before it, and
/// not at <c>a</c>), or at the end.</para>
/// <para>All of these are questions about smallest origins: the smallest in a stretch, the lowest client that has it,
/// the smallest but one, and the first item of the smallest origin that nothing reaches over. They can be put together
/// from two neighbouring stretches, whatever strangers have made of the list.</para>
/// </remarks>
internal sealed class PlacementIndex
{
    // Before all origins that there are.
    private static readonly Id s_foreign = new(0, Id.None.Clock - 1);

    private readonly StructStore _store;
    private readonly Dictionary<Item, Node> _nodes = [];
    private readonly Rivals _rivals = new();
    private readonly Random _random = new();
    private Node? _root;

    /// <summary>Takes in all items of a list.</summary>
    public PlacementIndex(StructStore store, Item first)
    {
        _store = store;
        for (Item? item = first; item is not null; item = item.Value.Right)
        {
            Inserted(item.Value);
        }
    }

    public int Count => _nodes.Count;

    /// <summary>Sets an item's left neighbour, from the one that it was made with to the one that it gets.</summary>
    public void Place(Item item)
    {
        var from = item.Left is { } left ? Rank(_nodes[left]) + 1 : 0;
        var to = Count;
        if (item.Right is { } right && _nodes.TryGetValue(right, out var rightNode) && Rank(rightNode) is var rank && rank >= from)
        {
            to = rank;
        }

        to = FirstForeign(_root, 0, from, to, item.Origin) ?? to;
        if (_rivals.First(item) is { } rival)
        {
            to = Math.Min(to, Rank(NodeOf(rival)));
        }

        if (LastLower(_root, 0, from, to, item) is { } lower)
        {
            var rest = Sum(_root, 0, lower + 1, to);
            var end = rest is { Open: { } open } sum && sum.Origin == item.Origin ? Rank(open) : to;
            _store.Rows[item.Row].Left = ItemAt(end - 1).Row;
        }
    }

    /// <summary>An item has been linked into the list, and is in the store.</summary>
    public void Inserted(Item item)
    {
        var node = new Node(item, _random.Next());
        _nodes.Add(item, node);
        if (_root is null)
        {
            _root = node;
        }
        else if (item.Left is { } left)
        {
            AttachAfter(_nodes[left], node);
        }
        else
        {
            AttachAsLeft(First(_root), node);
        }

        // Sums compare ranks, which are made of sizes: those have to be right first.
        AddSize(node.Parent, 1);
        var isForeign = HasOriginBehind(node);
        node.Origin = isForeign ? s_foreign : item.Origin;
        node.Sum = Own(node);
        while (node.Parent is { } parent && parent.Priority < node.Priority)
        {
            RotateUp(node);
            parent.Sum = SumOf(parent);
        }

        UpdateSums(node);
        if (!isForeign)
        {
            _rivals.Add(item, this);
        }
    }

    /// <summary>An item has been taken in by its left neighbour, also in the store.</summary>
    public void Merged(Item right)
    {
        _nodes.Remove(right, out var node);
        while (node!.Left is not null || node.Right is not null)
        {
            RotateUp(node.Left is null || (node.Right is { } other && other.Priority > node.Left.Priority) ? node.Right! : node.Left);
        }

        ReplaceInParent(node, null);
        AddSize(node.Parent, -1);
        UpdateSums(node.Parent);
    }

    /// <summary>Whether a unit lies before another in the list.</summary>
    public bool IsBefore(Id a, Id b) => Compare(a, b) < 0;

    /// <summary>Checks all sums. For tests.</summary>
    public bool IsConsistent(Item first)
    {
        var rank = 0;
        for (Item? item = first; item is not null; item = item.Value.Right)
        {
            if (!_nodes.TryGetValue(item.Value, out var node) || Rank(node) != rank++ || node.Sum != SumOf(node))
            {
                return false;
            }
        }

        return rank == Count && rank == SizeOf(_root);
    }

    private Node NodeOf(Id id) => _nodes[_store.Find(id)];

    // An item whose right origin lies before its origin, in what was one item, stands between the two. No scan gets past it.
    private bool HasOriginBehind(Node node) =>
        !node.Item.Origin.IsNone
        && !(_nodes.TryGetValue(_store.Find(node.Item.Origin), out var origin) && Rank(origin) < Rank(node));

    // In list order; no unit at all is the start of the list.
    private int Compare(Id a, Id b)
    {
        if (a == b || a.IsNone || b.IsNone)
        {
            return Math.Min(a.Clock, 0).CompareTo(Math.Min(b.Clock, 0));
        }

        var (itemA, itemB) = (_store.Find(a), _store.Find(b));
        return itemA == itemB ? a.Clock.CompareTo(b.Clock) : Rank(_nodes[itemA]).CompareTo(Rank(_nodes[itemB]));
    }

    // The first item of a stretch whose origin lies before a unit.
    private int? FirstForeign(Node? node, int offset, int from, int to, Id origin)
    {
        if (node is null || from >= to || to <= offset || offset + node.Size <= from || Compare(node.Sum.Origin, origin) >= 0)
        {
            return null;
        }

        var rank = offset + SizeOf(node.Left);
        return FirstForeign(node.Left, offset, from, to, origin)
            ?? (rank >= from && rank < to && Compare(node.Origin, origin) < 0 ? rank : (int?)null)
            ?? FirstForeign(node.Right, rank + 1, from, to, origin);
    }

    // The last item of a stretch that has the same origin and a lower client. No origin in the stretch lies before it.
    private int? LastLower(Node? node, int offset, int from, int to, Item item)
    {
        if (node is null || from >= to || to <= offset || offset + node.Size <= from)
        {
            return null;
        }

        var isWithin = from <= offset && offset + node.Size <= to;
        if (isWithin && (node.Sum.Origin != item.Origin || node.Sum.LowestClient >= item.Client))
        {
            return null;
        }

        var rank = offset + SizeOf(node.Left);
        return LastLower(node.Right, rank + 1, from, to, item)
            ?? (rank >= from && rank < to && node.Origin == item.Origin && node.Item.Client < item.Client ? rank : (int?)null)
            ?? LastLower(node.Left, offset, from, to, item);
    }

    private Summary? Sum(Node? node, int offset, int from, int to)
    {
        if (node is null || from >= to || to <= offset || offset + node.Size <= from)
        {
            return null;
        }

        if (from <= offset && offset + node.Size <= to)
        {
            return node.Sum;
        }

        var rank = offset + SizeOf(node.Left);
        var sum = Sum(node.Left, offset, from, to);
        sum = rank >= from && rank < to ? Join(sum, Own(node)) : sum;
        return Join(sum, Sum(node.Right, rank + 1, from, to));
    }

    private Summary? Join(Summary? left, Summary? right) =>
        left is null ? right : right is null ? left : Join(left.Value, right.Value);

    private Summary Join(in Summary left, in Summary right)
    {
        var order = Compare(left.Origin, right.Origin);
        if (order > 0)
        {
            return right with { Second = Smaller(left.Origin, right.Second) };
        }

        var reaching = order < 0 ? right.Origin : right.Second;
        var isOpen = left.Open is { } open && (reaching is not { } origin || !IsBefore(origin, open));
        return new Summary(
            left.Origin,
            order < 0 ? left.LowestClient : Math.Min(left.LowestClient, right.LowestClient),
            Smaller(left.Second, reaching),
            isOpen ? left.Open : order < 0 ? null : right.Open);
    }

    private bool IsBefore(Id origin, Node node) =>
        origin.IsNone || (NodeOf(origin) is var other && other != node && Rank(other) < Rank(node));

    private Id? Smaller(Id? a, Id? b) => a is null ? b : b is null ? a : Compare(a.Value, b.Value) <= 0 ? a : b;

    private Summary SumOf(Node node)
    {
        var sum = node.Left is { } left ? Join(left.Sum, Own(node)) : Own(node);
        return node.Right is { } right ? Join(sum, right.Sum) : sum;
    }

    private static Summary Own(Node node) => new(node.Origin, node.Item.Client, null, node);

    private void UpdateSums(Node? node)
    {
        for (; node is not null; node = node.Parent)
        {
            node.Sum = SumOf(node);
        }
    }

    private static void AddSize(Node? node, int count)
    {
        for (; node is not null; node = node.Parent)
        {
            node.Size += count;
        }
    }

    private static void AttachAfter(Node left, Node node)
    {
        if (left.Right is { } right)
        {
            AttachAsLeft(First(right), node);
            return;
        }

        left.Right = node;
        node.Parent = left;
    }

    private static void AttachAsLeft(Node parent, Node node)
    {
        parent.Left = node;
        node.Parent = parent;
    }

    private void RotateUp(Node node)
    {
        var parent = node.Parent!;
        ReplaceInParent(parent, node);
        if (parent.Left == node)
        {
            parent.Left = node.Right;
            if (node.Right is { } right)
            {
                right.Parent = parent;
            }

            node.Right = parent;
        }
        else
        {
            parent.Right = node.Left;
            if (node.Left is { } left)
            {
                left.Parent = parent;
            }

            node.Left = parent;
        }

        node.Parent = parent.Parent;
        parent.Parent = node;
        parent.Size = SizeOf(parent.Left) + 1 + SizeOf(parent.Right);
        node.Size = SizeOf(node.Left) + 1 + SizeOf(node.Right);
    }

    private void ReplaceInParent(Node node, Node? by)
    {
        if (node.Parent is not { } parent)
        {
            _root = by;
        }
        else if (parent.Left == node)
        {
            parent.Left = by;
        }
        else
        {
            parent.Right = by;
        }
    }

    private static Node First(Node node)
    {
        while (node.Left is { } left)
        {
            node = left;
        }

        return node;
    }

    private static int SizeOf(Node? node) => node?.Size ?? 0;

    private static int Rank(Node node)
    {
        var rank = SizeOf(node.Left);
        for (; node.Parent is { } parent; node = parent)
        {
            rank += parent.Right == node ? SizeOf(parent.Left) + 1 : 0;
        }

        return rank;
    }

    private Item ItemAt(int rank)
    {
        var node = _root!;
        while (rank != SizeOf(node.Left))
        {
            if (rank < SizeOf(node.Left))
            {
                node = node.Left!;
            }
            else
            {
                rank -= SizeOf(node.Left) + 1;
                node = node.Right!;
            }
        }

        return node.Item;
    }

    private sealed class Node(Item item, int priority)
    {
        public readonly Item Item = item;
        public readonly int Priority = priority;
        public Node? Parent, Left, Right;
        public int Size = 1;
        public Id Origin = item.Origin;
        public Summary Sum;
    }

    /// <summary>What is known of a stretch of the list.</summary>
    /// <param name="Origin">The smallest origin.</param>
    /// <param name="LowestClient">The lowest client of the items that have it.</param>
    /// <param name="Second">The smallest of the other origins, if there are any.</param>
    /// <param name="Open">The first item of the smallest origin that none from its right, of another origin, reaches over.</param>
    private readonly record struct Summary(Id Origin, ulong LowestClient, Id? Second, Node? Open);
}
