using CodeCrafter.Crdt.Structs;
using CodeCrafter.Crdt.Types;

namespace CodeCrafter.Crdt;

/// <summary>What happened to a key.</summary>
public enum KeyAction
{
    /// <summary>It had no value and has one now.</summary>
    Add,

    /// <summary>It has another value.</summary>
    Update,

    /// <summary>It has no value any more.</summary>
    Delete,
}

/// <summary>A change of a key of a map, or of an attribute of an XML element or a text.</summary>
/// <param name="Action">What happened.</param>
/// <param name="OldValue">The value before the transaction; null for a key that had none. A shared type is deleted by now.</param>
public readonly record struct KeyChange(KeyAction Action, object? OldValue);

/// <summary>
/// What one transaction changed in one shared type, as it was when the transaction ended: whatever handlers do to the
/// document, the event stays as it is.
/// </summary>
public sealed class YEvent
{
    private readonly long _version;
    private IReadOnlyList<object>? _path;
    private PathStep? _way;

    internal YEvent(YType target, Transaction transaction, IReadOnlyList<DeltaOperation> delta, IReadOnlyDictionary<string, KeyChange> keys)
    {
        (Target, CurrentTarget, Origin, IsLocal) = (target, target, transaction.Origin, transaction.IsLocal);
        (Delta, Keys, _version) = (delta, keys, target.Doc!.Version);
    }

    internal YEvent(YEvent of, YType currentTarget)
    {
        (Target, CurrentTarget, Origin, IsLocal) = (of.Target, currentTarget, of.Origin, of.IsLocal);
        (Delta, Keys, _version) = (of.Delta, of.Keys, of._version);
    }

    /// <summary>The type that changed.</summary>
    public YType Target { get; }

    /// <summary>
    /// The type that is observed: the target itself, or for <see cref="YType.ObserveDeep"/> also one that contains it.
    /// </summary>
    public YType CurrentTarget { get; }

    /// <summary>What was given to <see cref="Doc.Transact"/> or <see cref="Doc.ApplyUpdate"/>.</summary>
    public object? Origin { get; }

    /// <summary>All that its transaction changed was made here, and nothing by applying an update.</summary>
    public bool IsLocal { get; }

    /// <summary>
    /// The way from <see cref="CurrentTarget"/> to <see cref="Target"/>: a <see cref="string"/> for each key, an
    /// <see cref="int"/> for each index. It is found when it is first read: read it while the event is handled.
    /// </summary>
    /// <exception cref="InvalidOperationException">
    /// It is read for the first time after the event was handled, and the document has changed since.
    /// </exception>
    public IReadOnlyList<object> Path => _path ??= FindPath();

    /// <summary>The changes of the list: of a text (then with attributes), an array, or the children of an XML type.</summary>
    public IReadOnlyList<DeltaOperation> Delta { get; }

    /// <summary>The keys of a map, or the attributes of an XML element or a text, that have changed.</summary>
    public IReadOnlyDictionary<string, KeyChange> Keys { get; }

    /// <summary>Keeps what is needed to tell the path after the document has changed.</summary>
    internal void KeepPath(PathKeeper keeper) => _way ??= keeper.WayTo(Target.Branch!);

    private object[] FindPath()
    {
        var (branch, ancestor) = (Target.Branch!, CurrentTarget.Branch!);
        if (branch == ancestor)
        {
            return [];
        }

        if (_way is null && branch.Doc.Version != _version)
        {
            throw new InvalidOperationException("The document has changed since the event was handled.");
        }

        var path = new object[branch.Depth - ancestor.Depth];
        var way = _way ?? new PathKeeper().WayTo(branch, ancestor);
        for (var i = path.Length - 1; i >= 0; i--)
        {
            path[i] = way!.Step;
            way = way.Before;
        }

        return path;
    }
}
