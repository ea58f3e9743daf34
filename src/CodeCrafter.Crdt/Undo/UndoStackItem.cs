using CodeCrafter.Crdt.Structs;

namespace CodeCrafter.Crdt;

/// <summary>One step that an <see cref="UndoManager"/> can undo or redo.</summary>
public sealed class UndoStackItem
{
    private Dictionary<object, object?>? _meta;

    internal UndoStackItem()
    {
    }

    /// <summary>
    /// What else is to be restored with the step, such as where the cursor was: for handlers of
    /// <see cref="UndoManager.StackItemAdded"/> to fill and of <see cref="UndoManager.StackItemPopped"/> to read.
    /// </summary>
    public IDictionary<object, object?> Meta => _meta ??= [];

    /// <summary>The units that the step has made.</summary>
    internal DeleteSet Insertions { get; } = new();

    /// <summary>The units that the step has deleted, in the scope or not.</summary>
    internal DeleteSet Deletions { get; } = new();
}

/// <summary>The two stacks of an <see cref="UndoManager"/>.</summary>
public enum UndoStackKind
{
    /// <summary>What can be undone.</summary>
    Undo,

    /// <summary>What can be redone.</summary>
    Redo,
}

/// <summary>A step was put on a stack, made longer, or taken off to be undone or redone.</summary>
/// <param name="Item">The step.</param>
/// <param name="Stack">The stack that it is, or was, on.</param>
/// <param name="Origin">Of the transaction: for an undo or redo the manager.</param>
/// <param name="ChangedTypes">The shared types whose own content the transaction changed; neither new ones nor deleted ones.</param>
public sealed record UndoStackEvent(UndoStackItem Item, UndoStackKind Stack, object? Origin, IReadOnlyCollection<YType> ChangedTypes);

/// <summary>Stacks were emptied, and what they held was given up.</summary>
/// <param name="UndoStack">The stack of what can be undone was.</param>
/// <param name="RedoStack">The stack of what can be redone was.</param>
public readonly record struct UndoStacksCleared(bool UndoStack, bool RedoStack);

/// <summary>What an undo or redo is about to delete: items, each of which was inserted in one go.</summary>
/// <param name="Parent">The shared type that it is in.</param>
/// <param name="Key">The key that it is the value of; null in a list or a text.</param>
/// <param name="Values">
/// One string for text, else each value: a shared type, an embedded object, a plain value. Empty for where attributes of
/// text begin or end.
/// </param>
public sealed record UndoDeletion(YType Parent, string? Key, IReadOnlyList<object?> Values);
