using CodeCrafter.Crdt.Structs;
using CodeCrafter.Crdt.Types;

namespace CodeCrafter.Crdt.Undo;

/// <summary>
/// What the undo managers of a document need beside its rows, by the names of units, so that nothing has to be moved
/// when rows are cut or joined: what is kept though it was deleted, and what stands for it once it was redone.
/// </summary>
internal sealed class UndoRecords(StructStore store, bool collectsGarbage)
{
    private readonly List<UndoManager> _managers = [];

    private readonly Queue<(UndoManager Manager, DeleteSet Units, bool WithTypes)> _released = new();

    // Shared types that hold something that is kept, and such that do not; during one collection.
    private readonly HashSet<Branch> _holding = [];
    private readonly HashSet<Branch> _free = [];

    /// <summary>What was redone. It stays when a manager goes: relative positions follow it.</summary>
    public RedoneUnits Redone { get; } = new();

    /// <summary>Content that was deleted is forgotten unless a manager keeps it.</summary>
    public bool CollectsGarbage => collectsGarbage;

    public void Add(UndoManager manager) => _managers.Add(manager);

    public void Remove(UndoManager manager) => _managers.Remove(manager);

    /// <summary>Lets the managers note what a transaction has done, before what it deleted is collected.</summary>
    public void Capture(Transaction transaction, ref TransactionEvents? events)
    {
        for (var i = 0; i < _managers.Count; i++)
        {
            _managers[i].Capture(transaction, ref events);
        }

        CollectReleased(transaction);
    }

    /// <summary>
    /// Forgets at the end of the transaction what a manager has kept and needs no more, unless another one does. Not
    /// before, since what the transaction has deleted itself is only then known to be kept.
    /// </summary>
    /// <param name="manager">The manager.</param>
    /// <param name="released">What it needs no more.</param>
    /// <param name="withTypes">
    /// Shared types too. As long as other steps can be undone something may be restored to them, without an effect that
    /// can be seen: in Yjs that is what the step has done.
    /// </param>
    public void Release(UndoManager manager, DeleteSet released, bool withTypes)
    {
        if (collectsGarbage)
        {
            _released.Enqueue((manager, released, withTypes));
        }
    }

    /// <summary>Forgets what has been released, as if it had been deleted by this transaction.</summary>
    public void CollectReleased(Transaction transaction)
    {
        while (_released.TryDequeue(out var released))
        {
            Collect(transaction, released.Manager, released.WithTypes ? released.Units : WithoutTypes(transaction, released.Units));
        }
    }

    /// <summary>A row was redone by another one.</summary>
    public bool IsRedone(in Row row) => !Redone.NextOf(store.IdOf(row)).IsNone;

    /// <summary>Call before a number of questions whether something is kept.</summary>
    public void BeginCollection()
    {
        _holding.Clear();
        _free.Clear();
    }

    /// <summary>Whether a deleted item must stay what it is: a manager can restore it, or something that it contains.</summary>
    public bool Keeps(int row)
    {
        var item = new Item(store, row);
        return IsKept(item.Id) || (item.Content is TypeContent type && HoldsKept(type.Branch));
    }

    /// <summary>
    /// The units at which the items begin that a set names, which are cut where it begins and ends; and those at which
    /// parts of collected stretches begin that have different fates.
    /// </summary>
    public IEnumerable<Id> PiecesOf(Transaction transaction, DeleteSet set)
    {
        foreach (var (client, ranges) in set.Clients)
        {
            for (var i = 0; i < ranges.Count; i++)
            {
                var (clock, end) = ranges[i];
                while (clock < end)
                {
                    var unit = new Id(client, clock);
                    clock = CutPiece(transaction, unit, end);
                    yield return unit;
                }
            }
        }
    }

    private DeleteSet WithoutTypes(Transaction transaction, DeleteSet units)
    {
        var others = new DeleteSet();
        foreach (var unit in PiecesOf(transaction, units))
        {
            var item = store.Find(unit);
            if (item.Kind != Content.TypeKind)
            {
                others.Add(unit.Client, unit.Clock, item.End);
            }
        }

        return others;
    }

    private void Collect(Transaction transaction, UndoManager manager, DeleteSet released)
    {
        manager.Kept.RemoveAll(released);
        var free = new DeleteSet();
        free.AddAll(released);
        foreach (var other in _managers)
        {
            if (other != manager)
            {
                free.RemoveAll(other.Kept);
            }
        }

        BeginCollection();
        var parents = new HashSet<Branch>();
        foreach (var unit in PiecesOf(transaction, free))
        {
            transaction.MergeCandidates.Add(unit);
            var item = store.Find(unit);
            if (item is { Deleted: true, Kind: not (StructInfo.Gc or Content.DeletedKind) })
            {
                parents.Add(item.Parent);
                Forget(item.Row);
            }
        }

        foreach (var parent in parents)
        {
            ForgetAround(parent);
        }
    }

    private long CutPiece(Transaction transaction, Id start, long end)
    {
        var row = store.StartingAt(transaction, start);
        var rowEnd = store.Rows.EndOf(store.Rows[row]);
        if (store.Rows[row].IsCollected)
        {
            return Math.Min(Math.Min(rowEnd, Redone.NextBoundary(start)), end);
        }

        if (rowEnd > end)
        {
            store.StartingAt(transaction, start with { Clock = end });
        }

        return Math.Min(rowEnd, end);
    }

    private bool IsKept(Id unit)
    {
        foreach (var manager in _managers)
        {
            if (manager.Kept.Contains(unit))
            {
                return true;
            }
        }

        return false;
    }

    private void Forget(int row)
    {
        if (!Keeps(row))
        {
            Cleanup.Forget(store, row);
        }
    }

    // A type that was deleted may have stayed only for what was released.
    private void ForgetAround(Branch parent)
    {
        var top = 0;
        for (var branch = parent; !branch.IsRoot && branch.IsDeleted && !branch.IsCollected && !Keeps(branch.Item.Row); branch = branch.Parent!)
        {
            top = branch.Item.Row;
        }

        if (top != 0)
        {
            Cleanup.Forget(store, top);
        }
    }

    // Strangers nest types as deep as they like: no recursion, and no type is looked through twice for nothing.
    private bool HoldsKept(Branch top)
    {
        var seen = new List<Branch>();
        var branches = new Stack<Branch>([top]);
        while (branches.TryPop(out var branch))
        {
            if (_free.Contains(branch))
            {
                continue;
            }

            if (_holding.Contains(branch) || !TryLookThrough(branch, branches))
            {
                for (var holding = branch; holding != top; holding = holding.Parent!)
                {
                    _holding.Add(holding);
                }

                _holding.Add(top);
                return true;
            }

            seen.Add(branch);
        }

        _free.UnionWith(seen);
        return false;
    }

    // Finds the types in a type; false if it holds something that is kept itself.
    private bool TryLookThrough(Branch branch, Stack<Branch> types)
    {
        foreach (var child in branch.Children())
        {
            if (IsKept(child.Id))
            {
                return false;
            }

            if (child.Content is TypeContent type)
            {
                types.Push(type.Branch);
            }
        }

        return true;
    }
}
