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
/// <param name="Target">The type that changed.</param>
/// <param name="Origin">What was given to <see cref="Doc.Transact"/> or <see cref="Doc.ApplyUpdate"/>.</param>
/// <param name="IsLocal">All that its transaction changed was made here, and nothing by applying an update.</param>
public sealed record YEvent(YType Target, object? Origin, bool IsLocal)
{
    /// <summary>
    /// The type that is observed: the target itself, or for <see cref="YType.ObserveDeep"/> also one that contains it.
    /// </summary>
    public YType CurrentTarget { get; init; } = Target;

    /// <summary>
    /// The way from <see cref="CurrentTarget"/> to <see cref="Target"/>: a <see cref="string"/> for each key, an
    /// <see cref="int"/> for each index.
    /// </summary>
    public IReadOnlyList<object> Path { get; init; } = [];

    /// <summary>The changes of the list: of a text (then with attributes), an array, or the children of an XML type.</summary>
    public IReadOnlyList<DeltaOperation> Delta { get; init; } = [];

    /// <summary>The keys of a map, or the attributes of an XML element or a text, that have changed.</summary>
    public IReadOnlyDictionary<string, KeyChange> Keys { get; init; } = new Dictionary<string, KeyChange>();
}
