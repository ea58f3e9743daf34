using CodeCrafter.Crdt.Structs;
using CodeCrafter.Crdt.Types;

namespace CodeCrafter.Crdt.Undo;

/// <summary>
/// Undoes one step. What it made is deleted; what it deleted is restored, each item by a new one of the same content
/// at the place where it stood, or would stand if what it was in has been restored too. The order and the places are
/// those of yjs/src/utils/UndoManager.js and of redoItem in yjs/src/structs/Item.js.
/// </summary>
/// <param name="transaction">Of the undo.</param>
/// <param name="manager">Whose.</param>
/// <param name="item">The step.</param>
/// <param name="scope">What may be changed.</param>
/// <param name="options">Of the manager.</param>
internal sealed class UndoPass(
    Transaction transaction, UndoManager manager, UndoStackItem item, UndoScope.Check scope, UndoManagerOptions options)
{
    private readonly StructStore _store = transaction.Store;
    private readonly UndoRecords _records = transaction.Store.Undo!;
    private readonly List<int> _rows = [];
    private readonly HashSet<int> _known = [];

    // What could not be redone, until something else has been.
    private readonly HashSet<int> _failed = [];

    /// <summary>Undoes it; false if nothing was left to be undone.</summary>
    public bool Run()
    {
        var made = RowsMade();
        FindDeleted();
        var hasEffect = false;
        foreach (var row in _rows)
        {
            hasEffect |= TryRedo(row);
        }

        // From the end: what a type contains goes before the type, and a filter sees it as it is.
        for (var i = made.Count - 1; i >= 0; i--)
        {
            if (MayDelete(new Item(_store, made[i])))
            {
                transaction.Delete(made[i]);
                hasEffect = true;
            }
        }

        return hasEffect;
    }

    // What the step has made, or what stands for it by now.
    private List<int> RowsMade()
    {
        var rows = new List<int>();
        foreach (var unit in _records.PiecesOf(transaction, item.Insertions))
        {
            var row = _store.StartingAt(transaction, _records.Redone.Follow(unit));
            if (!_store.Rows[row].Deleted && scope.Includes(new Item(_store, row).Parent))
            {
                rows.Add(row);
            }
        }

        return rows;
    }

    // What was made and deleted in the same step does not come back.
    private void FindDeleted()
    {
        foreach (var unit in _records.PiecesOf(transaction, item.Deletions))
        {
            if (_store.Find(unit) is { IsCollected: false } old && scope.Includes(old.Parent) && !item.Insertions.Contains(unit))
            {
                _rows.Add(old.Row);
                _known.Add(old.Row);
            }
        }
    }

    private bool MayDelete(Item made)
    {
        if (options.DeleteFilter is not { } filter)
        {
            return true;
        }

        IReadOnlyList<object?> values = made.IsText ? [made.ToString()]
            : made.IsCountable ? [.. Enumerable.Range(0, (int)made.Length).Select(i => made.ValueAt(i))]
            : [];
        return filter(new UndoDeletion(made.Parent.Facade(), made.ParentSub, values));
    }

    // What it is in comes first, if that has to be redone too. Strangers nest as deep as they like: no recursion.
    private bool TryRedo(int row)
    {
        if (TryCutRedone(row))
        {
            return true;
        }

        var waiting = new Stack<int>([row]);
        while (DeletedParentOf(waiting.Peek()) is var parent && parent != 0 && RedoneBy(parent).IsNone)
        {
            if (!_known.Contains(parent) || _failed.Contains(parent))
            {
                _failed.UnionWith(waiting);
                return false;
            }

            waiting.Push(parent);
        }

        while (waiting.TryPeek(out var next) && TryRedoOne(next))
        {
            _failed.Clear();
            waiting.Pop();
        }

        _failed.UnionWith(waiting);
        return waiting.Count == 0;
    }

    private bool TryCutRedone(int row)
    {
        if (RedoneBy(row) is not { IsNone: false } redone)
        {
            return false;
        }

        _store.StartingAt(transaction, redone);
        return true;
    }

    private bool TryRedoOne(int row)
    {
        var old = new Item(_store, row);
        if (ParentNow(old.Parent) is not { } parent || old.Kind == Content.DeletedKind)
        {
            return false;
        }

        int left, right;
        if (old.ParentSub is not { } key)
        {
            left = Trace(_store.Rows[row].Left, parent, goesLeft: true);
            right = Trace(row, parent, goesLeft: false);
        }
        else if (!TryPlaceValue(row, parent, key, out left))
        {
            return false;
        }
        else
        {
            right = 0;
        }

        var list = parent.ListOf(old.ParentSub);
        var text = old.IsText ? old.ToString() : null;
        var redone = ListEdit.Integrate(transaction, list, left, right, old.Content?.Copy(), text);
        old = new Item(_store, row);
        _records.Redone.Add(old.Id, old.Length, redone.Id);
        if (redone.Kind == Content.TypeKind && _records.CollectsGarbage)
        {
            // What was in the old one can be restored to it later.
            manager.Kept.Add(redone.Id.Client, redone.Clock, redone.End);
        }

        return true;
    }

    // The type that stands for one now; null if nothing does any more.
    private Branch? ParentNow(Branch branch)
    {
        if (branch.IsRoot || !branch.IsDeleted)
        {
            return branch;
        }

        return _store.Find(_records.Redone.Follow(branch.Id)).Content is TypeContent type ? type.Branch : null;
    }

    // The nearest item on one side that is, or is redone, in a type.
    private int Trace(int from, Branch parent, bool goesLeft)
    {
        for (var row = from; row != 0; row = goesLeft ? _store.Rows[row].Left : _store.Rows[row].Right)
        {
            if (TraceOne(row, parent) is var found && found != 0)
            {
                return found;
            }
        }

        return 0;
    }

    private int TraceOne(int row, Branch parent)
    {
        var unit = _store.IdOf(_store.Rows[row]);
        while (!IsIn(row, parent))
        {
            unit = _records.Redone.NextOf(unit);
            if (unit.IsNone)
            {
                return 0;
            }

            row = _store.StartingAt(transaction, unit);
        }

        return row;
    }

    // Behind which value of the key it goes; false if somebody else has set the key since.
    private bool TryPlaceValue(int row, Branch parent, string key, out int left)
    {
        left = row;
        if (options.IgnoresRemoteMapChanges || _store.Rows[row].Right == 0)
        {
            left = parent.LastOf(key)?.Row ?? 0;
            return true;
        }

        while (_store.Rows[left].Right is var right && right != 0 && MayReplace(right))
        {
            left = _store.StartingAt(transaction, _records.Redone.Follow(_store.IdOf(_store.Rows[right])));
        }

        if (_store.Rows[left].Right != 0)
        {
            return false;
        }

        if (!IsIn(left, parent))
        {
            left = parent.LastOf(key)?.Row ?? 0;
        }

        return true;
    }

    private bool MayReplace(int row)
    {
        var id = _store.IdOf(_store.Rows[row]);
        return !RedoneBy(row).IsNone || item.Insertions.Contains(id) || manager.HasDeleted(id);
    }

    private bool IsIn(int row, Branch parent) =>
        !_store.Rows[row].IsCollected && _store.Lists[_store.Rows[row].List].Branch == parent;

    private Id RedoneBy(int row) => _records.Redone.NextOf(_store.IdOf(_store.Rows[row]));

    private int DeletedParentOf(int row) => new Item(_store, row).Parent is { IsRoot: false, IsDeleted: true } parent ? parent.Item.Row : 0;
}
