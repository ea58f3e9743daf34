using System.Runtime.InteropServices;
using CodeCrafter.Crdt.Types;

namespace CodeCrafter.Crdt.Structs;

/// <summary>What one transaction has done so far. A document uses one object for all of them, one after the other.</summary>
internal sealed class Transaction(StructStore store)
{
    private const int MaxKept = 64;

    private Branch? _lastChanged;

    public StructStore Store => store;

    public object? Origin { get; private set; }

    /// <summary>All of it was made here, and nothing by applying an update.</summary>
    public bool IsLocal { get; private set; }

    /// <summary>The clients that have new structs.</summary>
    public List<TouchedClient> Touched { get; } = [];

    /// <summary>What has been deleted; in order only after the cleanup has sorted it.</summary>
    public DeleteSet Deletes { get; } = new();

    /// <summary>Where something has been cut, or can be one with its neighbours from now on.</summary>
    public List<Id> MergeCandidates { get; } = [];

    /// <summary>The types that changed and were there before.</summary>
    public HashSet<Branch> Changed { get; } = [];

    /// <summary>The keys under which they changed, and null for their lists; only while somebody observes a type.</summary>
    public Dictionary<Branch, HashSet<string?>>? ChangedKeys { get; private set; }

    /// <summary>Something that was there has been deleted; what arrives deleted does not count.</summary>
    public bool HasDeletions { get; private set; }

    /// <summary>A type that changed is a text with attributes.</summary>
    public bool TouchesFormatting { get; private set; }

    public bool HasChanges => Touched.Count > 0 || !Deletes.IsEmpty;

    public void Begin(object? origin, bool isLocal)
    {
        Origin = origin;
        IsLocal = isLocal;
    }

    /// <summary>An update is applied within.</summary>
    public void TakeFromOutside() => IsLocal = false;

    public void Clear()
    {
        Origin = null;
        Touched.Clear();
        if (Touched.Capacity > MaxKept)
        {
            Touched.Capacity = 0;
        }

        Deletes.Clear();
        MergeCandidates.Clear();
        if (MergeCandidates.Capacity > MaxKept)
        {
            MergeCandidates.Capacity = 0;
        }

        Changed.Clear();
        _lastChanged = null;
        ChangedKeys?.Clear();
        (TouchesFormatting, HasDeletions) = (false, false);
    }

    /// <summary>What has changed, for those outside.</summary>
    public DocChange Describe() => new([.. Changed.Select(branch => branch.Facade())], Origin, IsLocal);

    /// <summary>Whether to note what exactly changes.</summary>
    public void Observe(bool isObserved) => ChangedKeys = isObserved ? ChangedKeys ?? [] : null;

    /// <summary>Call before something is added to the structs of a client.</summary>
    public void Touch(ClientStructs structs)
    {
        if (HasTouched(structs))
        {
            return;
        }

        structs.Touched = Touched.Count;
        Touched.Add(new TouchedClient(structs, structs.State));
    }

    /// <summary>The transaction has added to the structs of a client.</summary>
    public bool HasTouched(ClientStructs structs) =>
        structs.Touched < Touched.Count && Touched[structs.Touched].Structs.Number == structs.Number;

    /// <summary>Puts the clients that have new structs in the order in which updates have them, the highest first.</summary>
    public void SortTouched()
    {
        if (Touched.Count < 2)
        {
            return;
        }

        Touched.Sort((a, b) => b.Structs.Client.CompareTo(a.Structs.Client));
        for (var i = 0; i < Touched.Count; i++)
        {
            Touched[i].Structs.Touched = i;
        }
    }

    /// <summary>The unit was there before the transaction.</summary>
    public bool Existed(Item item) => Existed(item.Id);

    /// <summary>The unit was there before the transaction.</summary>
    public bool Existed(Id id) => id.Clock < StateBefore(id.Client);

    /// <summary>The next clock that was expected of a client, of which there is something, before the transaction.</summary>
    public long StateBefore(ulong client) => StateBefore(store.Find(client));

    /// <summary>The next clock that was expected of a client before the transaction.</summary>
    public long StateBefore(ClientStructs structs) => HasTouched(structs) ? Touched[structs.Touched].StateBefore : structs.State;

    /// <summary>The transaction deleted the item. Only after <see cref="Deletes"/> has been sorted.</summary>
    public bool HasDeleted(Item item) => item.Deleted && Deletes[item.Client]?.Contains(item.Clock) == true;

    /// <summary>The items that have been deleted, each of them whole; none that was collected.</summary>
    public IEnumerable<Item> DeletedItems()
    {
        Deletes.Sort();
        foreach (var (client, ranges) in Deletes.Clients)
        {
            var structs = store.Find(client);
            for (var i = 0; i < ranges.Count; i++)
            {
                var position = structs.Find(ranges[i].Start);
                do
                {
                    var item = new Item(store, structs[position]);
                    if (item.Clock >= ranges[i].End)
                    {
                        break;
                    }

                    if (!item.IsCollected)
                    {
                        yield return item;
                    }
                }
                while (structs.MoveNext(ref position));
            }
        }
    }

    /// <summary>Notes that a type has changed, unless it is itself new or gone.</summary>
    public void NoteChange(Branch branch, string? key)
    {
        if (branch == _lastChanged && ChangedKeys is null)
        {
            TouchesFormatting |= branch.HasFormatting;
            return;
        }

        if (!branch.IsRoot && (branch.IsDeleted || !Existed(branch.Id)))
        {
            return;
        }

        Changed.Add(branch);
        _lastChanged = branch;
        TouchesFormatting |= branch.HasFormatting;
        if (ChangedKeys is not null)
        {
            ref var keys = ref CollectionsMarshal.GetValueRefOrAddDefault(ChangedKeys, branch, out _);
            (keys ??= []).Add(key);
        }
    }

    /// <summary>Deletes an item and all that it contains.</summary>
    public void Delete(Item item) => Delete(item.Row);

    /// <summary>Deletes an item and all that it contains. Strangers nest as deep as they like: no recursion.</summary>
    public void Delete(int row)
    {
        if (store.Rows[row].Deleted)
        {
            return;
        }

        DeleteOne(row);
        if (store.Rows[row].Kind != Content.TypeKind)
        {
            return;
        }

        var branches = new Stack<Branch>();
        branches.Push(BranchOf(row));
        while (branches.TryPop(out var branch))
        {
            Changed.Remove(branch);
            _lastChanged = null;
            ChangedKeys?.Remove(branch);
            branch.Index = null;
            foreach (var child in branch.Children())
            {
                if (child.Deleted)
                {
                    // It will be collected now, and is in no delete set that would say so.
                    if (Existed(child))
                    {
                        MergeCandidates.Add(child.Id);
                    }

                    continue;
                }

                DeleteOne(child.Row);
                if (child.Kind == Content.TypeKind)
                {
                    branches.Push(BranchOf(child.Row));
                }
            }
        }
    }

    private void DeleteOne(int number)
    {
        var rows = store.Rows;
        ref var row = ref rows[number];
        var list = store.Lists[row.List];
        var visible = store.VisibleLengthOf(row);
        if (visible > 0)
        {
            list.Branch.Length -= visible;
            if (list.Branch.Index is { } index)
            {
                ItemIndex.AddLength(rows.LeafOf(number)!, -visible);
                index.Near = 0;
            }
        }

        row.Deleted = true;
        HasDeletions = true;
        if (row.Kind == Content.TypeKind)
        {
            BranchOf(number).IsDeleted = true;
        }

        Deletes.Append(store.ClientOf(row), rows.ClockOf(row), rows.EndOf(row));
        NoteChange(list.Branch, list.Key);
    }

    private Branch BranchOf(int row) => ((TypeContent)store.Contents[(int)store.Rows[row].Content]).Branch;
}

/// <summary>A client that has new structs, and the next clock that was expected of it before.</summary>
internal readonly record struct TouchedClient(ClientStructs Structs, long StateBefore);
