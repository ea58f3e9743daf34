namespace CodeCrafter.Crdt.Types;

/// <summary>The last step of the way from a root to a type: a key or an index; and the steps before.</summary>
internal sealed record PathStep(object Step, PathStep? Before);

/// <summary>Finds the ways to types, which share what they have in common: types may be nested deep, and all of them have changed.</summary>
internal sealed class PathKeeper
{
    private readonly Dictionary<Branch, PathStep> _ways = [];

    /// <summary>The way to a type, from a type that contains it or from its root; null if that is the type itself.</summary>
    public PathStep? WayTo(Branch branch, Branch? ancestor = null)
    {
        var left = new Stack<Branch>();
        PathStep? way = null;
        for (var current = branch; current != ancestor && current.Parent is { } parent && !_ways.TryGetValue(current, out way); current = parent)
        {
            left.Push(current);
        }

        while (left.TryPop(out var next))
        {
            way = new PathStep(next.Key ?? (object)checked((int)ListEdit.PositionOf(next.Item)), way);
            _ways.Add(next, way);
        }

        return way;
    }
}
