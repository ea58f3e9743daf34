using System.Runtime.ExceptionServices;
using CodeCrafter.Crdt.Structs;
using CodeCrafter.Crdt.Types;
using CodeCrafter.Crdt.Undo;

namespace CodeCrafter.Crdt;

/// <summary>
/// Undoes and redoes changes that were made here, and leaves those of others. It is the UndoManager of Yjs 13.6
/// (https://docs.yjs.dev/api/undo-manager): undoing deletes what was inserted, and restores what was deleted by new
/// content in its place, so that others take it as any other change.
/// </summary>
/// <remarks>
/// What a step deleted is kept from garbage collection as long as the step can be undone. A manager stays with its
/// document until it is disposed of. Like the document it is used by one thread at a time.
/// </remarks>
public sealed class UndoManager : IDisposable
{
    private readonly UndoScope _scope;
    private readonly HashSet<object?> _origins;
    private readonly UndoManagerOptions _options;
    private readonly List<UndoStackItem> _undo = [];
    private readonly List<UndoStackItem> _redo = [];
    private UndoStackKind? _performing;
    private long? _lastChange;

    /// <summary>Makes one for all of a document.</summary>
    /// <exception cref="ArgumentNullException">The document, or the time provider of the options, is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The timeout is negative, or the number of stack items below 1.</exception>
    public UndoManager(Doc doc, UndoManagerOptions? options = null) : this(doc, new UndoScope(isWhole: true), options)
    {
    }

    /// <summary>Makes one for a shared type and all that it contains.</summary>
    /// <exception cref="ArgumentNullException">The type, or the time provider of the options, is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The timeout is negative, or the number of stack items below 1.</exception>
    /// <exception cref="InvalidOperationException">The type is not part of a document yet.</exception>
    public UndoManager(YType type, UndoManagerOptions? options = null) : this([type ?? throw new ArgumentNullException(nameof(type))], options)
    {
    }

    /// <summary>Makes one for several shared types of a document and all that they contain.</summary>
    /// <exception cref="ArgumentNullException">The types, or the time provider of the options, are null.</exception>
    /// <exception cref="ArgumentException">There is no type, or they are of different documents.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The timeout is negative, or the number of stack items below 1.</exception>
    /// <exception cref="InvalidOperationException">A type is not part of a document yet.</exception>
    public UndoManager(IReadOnlyCollection<YType> types, UndoManagerOptions? options = null)
        : this(DocOf(types), ScopeOf(types), options)
    {
    }

    private UndoManager(Doc doc, UndoScope scope, UndoManagerOptions? options)
    {
        ArgumentNullException.ThrowIfNull(doc);
        _options = options ?? new UndoManagerOptions();
        ArgumentNullException.ThrowIfNull(_options.TimeProvider, nameof(options));
        ArgumentOutOfRangeException.ThrowIfLessThan(_options.CaptureTimeout, TimeSpan.Zero, nameof(options));
        ArgumentOutOfRangeException.ThrowIfLessThan(_options.MaxStackItems ?? 1, 1, nameof(options));
        (Doc, _scope, _origins) = (doc, scope, [.. _options.TrackedOrigins, this]);
        doc.MakeUndoRecords().Add(this);
    }

    /// <summary>Raised after a step was put on a stack: with a change, or with an undo on the stack of what can be redone.</summary>
    public event Action<UndoStackEvent>? StackItemAdded;

    /// <summary>Raised after the last step has taken in a change that followed within the timeout.</summary>
    public event Action<UndoStackEvent>? StackItemUpdated;

    /// <summary>Raised after a step was undone or redone.</summary>
    public event Action<UndoStackEvent>? StackItemPopped;

    /// <summary>Raised after steps were given up: by <see cref="Clear"/>, or by a change after an undo.</summary>
    public event Action<UndoStacksCleared>? StackCleared;

    /// <summary>The document.</summary>
    public Doc Doc { get; }

    /// <summary>There is a step to undo.</summary>
    public bool CanUndo => _undo.Count > 0;

    /// <summary>There is a step to redo.</summary>
    public bool CanRedo => _redo.Count > 0;

    /// <summary>What can be undone, the oldest first.</summary>
    public IReadOnlyList<UndoStackItem> UndoStack => _undo.AsReadOnly();

    /// <summary>What can be redone, the oldest first.</summary>
    public IReadOnlyList<UndoStackItem> RedoStack => _redo.AsReadOnly();

    /// <summary>What was deleted and must not be forgotten, for it can be restored; and types to which something can be.</summary>
    internal DeleteSet Kept { get; } = new();

    /// <summary>Widens the scope by shared types and all that they contain.</summary>
    /// <exception cref="ArgumentNullException">The types, or one of them, are null.</exception>
    /// <exception cref="ArgumentException">A type is of another document.</exception>
    /// <exception cref="InvalidOperationException">A type is not part of a document yet.</exception>
    public void AddToScope(params IEnumerable<YType> types)
    {
        ArgumentNullException.ThrowIfNull(types);
        foreach (var type in types)
        {
            _scope.Add(BranchOf(type, Doc));
        }
    }

    /// <summary>From now on transactions with this origin, or with an origin of this <see cref="Type"/>, can be undone.</summary>
    public void AddTrackedOrigin(object? origin) => _origins.Add(origin);

    /// <summary>From now on transactions with this origin cannot be undone.</summary>
    public void RemoveTrackedOrigin(object? origin) => _origins.Remove(origin);

    /// <summary>The next change will be a step of its own, however soon it comes.</summary>
    public void StopCapturing() => _lastChange = null;

    /// <summary>Undoes the last step that still has an effect.</summary>
    /// <returns>The step; null if there was none.</returns>
    /// <exception cref="InvalidOperationException">A transaction is under way: an undo is one of its own.</exception>
    public UndoStackItem? Undo() => Perform(UndoStackKind.Undo, _undo);

    /// <summary>Redoes the step that was undone last. A change in between gives up what could be redone.</summary>
    /// <returns>The step; null if there was none.</returns>
    /// <exception cref="InvalidOperationException">A transaction is under way: a redo is one of its own.</exception>
    public UndoStackItem? Redo() => Perform(UndoStackKind.Redo, _redo);

    /// <summary>Gives up what can be undone and redone. Content that was kept for it is forgotten.</summary>
    /// <param name="undoStack">What can be undone.</param>
    /// <param name="redoStack">What can be redone.</param>
    public void Clear(bool undoStack = true, bool redoStack = true)
    {
        if (!(undoStack && CanUndo) && !(redoStack && CanRedo))
        {
            return;
        }

        TransactionEvents? events = null;
        Doc.Begin();
        try
        {
            GiveUp(undoStack, redoStack, ref events);
        }
        finally
        {
            Doc.End();
        }

        Doc.Announce(events);
    }

    /// <summary>Stops, and gives up what could be undone and redone.</summary>
    public void Dispose()
    {
        Clear();
        Doc.MakeUndoRecords().Remove(this);
    }

    /// <summary>Whether a step on a stack has deleted a unit.</summary>
    internal bool HasDeleted(Id unit) => _undo.Exists(item => item.Deletions.Contains(unit)) || _redo.Exists(item => item.Deletions.Contains(unit));

    /// <summary>Notes what a transaction has done if it can be undone.</summary>
    internal void Capture(Transaction transaction, ref TransactionEvents? events)
    {
        if (!IsTracked(transaction) || !_scope.IsConcerned(transaction) || !IsWanted(transaction, ref events))
        {
            return;
        }

        Keep(transaction);
        if (_performing == UndoStackKind.Undo)
        {
            StopCapturing();
        }
        else if (_performing is null && CanRedo)
        {
            GiveUp(undoStack: false, redoStack: true, ref events);
        }

        var stack = _performing == UndoStackKind.Undo ? _redo : _undo;
        var isNew = !ContinuesLast(stack);
        if (isNew)
        {
            Push(stack, new UndoStackItem());
        }

        Note(transaction, stack[^1]);
        var kind = stack == _undo ? UndoStackKind.Undo : UndoStackKind.Redo;
        Raise(isNew ? StackItemAdded : StackItemUpdated, () => EventOf(transaction, stack[^1], kind), ref events);
    }

    private static Doc DocOf(IReadOnlyCollection<YType> types)
    {
        ArgumentNullException.ThrowIfNull(types);
        return types.FirstOrDefault() is not { } type ? throw new ArgumentException("There is no type.", nameof(types))
            : type.Doc ?? throw new InvalidOperationException("The type is not part of a document yet.");
    }

    private static UndoScope ScopeOf(IReadOnlyCollection<YType> types)
    {
        var scope = new UndoScope(isWhole: false);
        foreach (var type in types)
        {
            scope.Add(BranchOf(type, DocOf(types)));
        }

        return scope;
    }

    private static Branch BranchOf(YType type, Doc doc)
    {
        ArgumentNullException.ThrowIfNull(type);
        var branch = type.Branch ?? throw new InvalidOperationException("The type is not part of a document yet.");
        return branch.Doc == doc ? branch : throw new ArgumentException("The types are of different documents.", nameof(type));
    }

    private static UndoStackEvent EventOf(Transaction transaction, UndoStackItem item, UndoStackKind stack) =>
        new(item, stack, transaction.Origin, transaction.Describe().Types);

    // Handlers are called when the document is at rest again, each of them, whatever the others throw.
    private static void Raise<T>(Action<T>? handlers, Func<T> argument, ref TransactionEvents? events)
    {
        if (handlers is null)
        {
            return;
        }

        var said = argument();
        events ??= new TransactionEvents();
        foreach (var handler in Delegate.EnumerateInvocationList(handlers))
        {
            events.Add(() => handler(said));
        }
    }

    private static void Note(Transaction transaction, UndoStackItem item)
    {
        item.Deletions.AddAll(transaction.Deletes);

        // In the order in which Yjs goes over its clients: what is deleted first is restored first.
        foreach (var (structs, before) in transaction.Touched.OrderBy(touched => touched.Structs.Number))
        {
            item.Insertions.Add(structs.Client, before, structs.State);
        }
    }

    // What others have changed can be undone only where it was given an origin for that.
    private bool IsTracked(Transaction transaction) => transaction.Origin is { } origin
        ? _origins.Contains(origin) || _origins.Contains(origin.GetType())
        : transaction.IsLocal && _origins.Contains(null);

    private bool IsWanted(Transaction transaction, ref TransactionEvents? events)
    {
        try
        {
            return _options.CaptureTransaction?.Invoke(transaction.Describe()) ?? true;
        }
        catch (Exception exception)
        {
            (events ??= new TransactionEvents()).Add(ExceptionDispatchInfo.Capture(exception).Throw);
            return false;
        }
    }

    // What others have changed meanwhile does not matter, but an undo or redo is a step of its own.
    private bool ContinuesLast(List<UndoStackItem> stack)
    {
        if (_performing is not null)
        {
            return false;
        }

        var now = _options.TimeProvider.GetTimestamp();
        var continues = stack.Count > 0 && _lastChange is { } last
            && _options.TimeProvider.GetElapsedTime(last, now) < _options.CaptureTimeout;
        _lastChange = now;
        return continues;
    }

    private void Push(List<UndoStackItem> stack, UndoStackItem item)
    {
        stack.Add(item);
        if (stack.Count > _options.MaxStackItems)
        {
            var oldest = stack[0];
            stack.RemoveAt(0);
            Release(oldest.Deletions, withTypes: true);
        }
    }

    private void Keep(Transaction transaction)
    {
        if (!transaction.Store.Undo!.CollectsGarbage)
        {
            return;
        }

        var check = new UndoScope.Check(_scope);
        foreach (var item in transaction.DeletedItems())
        {
            if (check.Includes(item.Parent))
            {
                Kept.Add(item.Client, item.Clock, item.End);
            }
        }
    }

    private void Release(DeleteSet released, bool withTypes) => Doc.MakeUndoRecords().Release(this, released, withTypes);

    private void GiveUp(bool undoStack, bool redoStack, ref TransactionEvents? events)
    {
        var released = new DeleteSet();
        foreach (var stack in new[] { undoStack ? _undo : [], redoStack ? _redo : [] })
        {
            stack.ForEach(item => released.AddAll(item.Deletions));
            stack.Clear();
        }

        var isAll = _undo.Count + _redo.Count == 0 && undoStack;
        if (isAll)
        {
            // The types to which something could have been restored too.
            released.AddAll(Kept);
        }

        Release(released, withTypes: isAll);
        Raise(StackCleared, () => new UndoStacksCleared(undoStack, redoStack), ref events);
    }

    private UndoStackItem? Perform(UndoStackKind kind, List<UndoStackItem> stack)
    {
        if (Doc.IsInTransaction)
        {
            throw new InvalidOperationException("An undo or redo is a transaction of its own: it cannot be part of another.");
        }

        if (stack.Count == 0)
        {
            return null;
        }

        // A handler may undo more.
        var outer = _performing;
        TransactionEvents? events = null;
        try
        {
            _performing = kind;
            return Perform(kind, stack, ref events);
        }
        finally
        {
            // Also where a handler of the change itself has failed.
            try
            {
                Doc.Announce(events);
            }
            finally
            {
                _performing = outer;
            }
        }
    }

    private UndoStackItem? Perform(UndoStackKind kind, List<UndoStackItem> stack, ref TransactionEvents? events)
    {
        UndoStackItem? performed = null;
        var transaction = Doc.Begin(this);
        try
        {
            while (performed is null && stack.Count > 0)
            {
                var item = stack[^1];
                stack.RemoveAt(stack.Count - 1);
                performed = new UndoPass(transaction, this, item, new UndoScope.Check(_scope), _options).Run() ? item : null;
                Release(item.Deletions, withTypes: false);
            }

            if (performed is { } done)
            {
                Raise(StackItemPopped, () => EventOf(transaction, done, kind), ref events);
            }

            return performed;
        }
        finally
        {
            Doc.End();
        }
    }
}
