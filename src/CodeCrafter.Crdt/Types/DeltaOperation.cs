using CodeCrafter.Crdt.Types;

namespace CodeCrafter.Crdt;

/// <summary>What a <see cref="DeltaOperation"/> does.</summary>
public enum DeltaAction
{
    /// <summary>Puts something new in.</summary>
    Insert,

    /// <summary>Goes past what is there, and may change its attributes.</summary>
    Retain,

    /// <summary>Takes away what is there.</summary>
    Delete,
}

/// <summary>
/// A step of a delta: a text, or a change of a text or a list, told from start to end (the format of Quill, which Yjs
/// uses). What comes behind the last step stays as it is. Two steps are equal if they do the same: values and attributes
/// are compared by what they say, shared types by whether they are the same.
/// </summary>
public sealed record DeltaOperation
{
    private DeltaOperation(DeltaAction action, int length, object? value, IReadOnlyDictionary<string, object?>? attributes)
    {
        Action = action;
        Length = length;
        Value = value;
        Attributes = attributes;
    }

    /// <summary>What the step does.</summary>
    public DeltaAction Action { get; }

    /// <summary>How many positions it puts in, goes past or takes away: UTF-16 code units of a text, values of a list.</summary>
    public int Length { get; }

    /// <summary>
    /// What is inserted; null otherwise. In a text a <see cref="string"/>, an embedded plain value or a shared type. In
    /// a list an <see cref="IReadOnlyList{T}"/> of values.
    /// </summary>
    public object? Value { get; }

    /// <summary>
    /// The attributes of what is inserted, or those that are set on what is gone past, where null takes one away; null
    /// if there are none.
    /// </summary>
    public IReadOnlyDictionary<string, object?>? Attributes { get; }

    /// <summary>Inserts text.</summary>
    /// <exception cref="ArgumentNullException">There is no text.</exception>
    public static DeltaOperation Insert(string text, IReadOnlyDictionary<string, object?>? attributes = null)
    {
        ArgumentNullException.ThrowIfNull(text);
        return new(DeltaAction.Insert, text.Length, text, attributes);
    }

    /// <summary>Inserts something else into a text: a plain value or a shared type, which counts as one.</summary>
    /// <exception cref="ArgumentNullException">There is nothing to insert.</exception>
    public static DeltaOperation InsertEmbed(object embed, IReadOnlyDictionary<string, object?>? attributes = null)
    {
        ArgumentNullException.ThrowIfNull(embed);
        return new(DeltaAction.Insert, 1, embed, attributes);
    }

    /// <summary>Goes past what is there.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The length is negative.</exception>
    public static DeltaOperation Retain(int length, IReadOnlyDictionary<string, object?>? attributes = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        return new(DeltaAction.Retain, length, null, attributes);
    }

    /// <summary>Takes away what is there.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The length is negative.</exception>
    public static DeltaOperation Delete(int length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        return new(DeltaAction.Delete, length, null, null);
    }

    /// <summary>Whether both do the same.</summary>
    public bool Equals(DeltaOperation? other) =>
        other is not null && Action == other.Action && Length == other.Length && PlainValues.AreEqual(Value, other.Value)
        && (Attributes is { Count: > 0 } attributes
            ? attributes.Count == other.Attributes?.Count && PlainValues.AreEqual(attributes, other.Attributes)
            : other.Attributes is not { Count: > 0 });

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Action, Length, Value as string, Attributes?.Count ?? 0);

    // An embedded null, which a remote may have written, included.
    internal static DeltaOperation InsertOne(object? value, IReadOnlyDictionary<string, object?>? attributes) =>
        new(DeltaAction.Insert, 1, value, attributes);

    internal static DeltaOperation InsertValues(IReadOnlyList<object?> values) =>
        new(DeltaAction.Insert, values.Count, values, null);
}
