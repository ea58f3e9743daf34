namespace CodeCrafter.Crdt;

/// <summary>What an <see cref="UndoManager"/> undoes, and how much at once.</summary>
public sealed record UndoManagerOptions
{
    /// <summary>
    /// Changes that follow each other within this time are undone together; with zero each transaction is undone for
    /// itself. Half a second by default, as in Yjs.
    /// </summary>
    public TimeSpan CaptureTimeout { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>Measures that time, by its timestamps: steps of the wall clock do not matter.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>
    /// The origins of transactions that can be undone: values, or the <see cref="Type"/> of origins. Only null by
    /// default: changes made here without an origin, and never updates that were applied without one. The manager's own transactions are always among them.
    /// </summary>
    public IEnumerable<object?> TrackedOrigins { get; init; } = [null];

    /// <summary>
    /// Decides of a transaction in the scope that has a tracked origin whether it can be undone. It must not change the
    /// document. What it throws comes out of the call that changed the document, and the change cannot be undone.
    /// </summary>
    public Func<DocChange, bool>? CaptureTransaction { get; init; }

    /// <summary>Decides of what an undo or redo would delete whether it is; what an insertion has brought stays otherwise.</summary>
    public Func<UndoDeletion, bool>? DeleteFilter { get; init; }

    /// <summary>
    /// Restores the value of a key, of a map or of XML attributes, also where somebody else has set the key since. By
    /// default others' values stay.
    /// </summary>
    public bool IgnoresRemoteMapChanges { get; init; }

    /// <summary>How many steps can be undone, and redone, at most; the oldest are forgotten. Null for any number, as in Yjs.</summary>
    public int? MaxStackItems { get; init; }
}
