namespace CodeCrafter.Crdt.Structs;

/// <summary>
/// Finds the item to stand behind, where others were inserted at the same place at the same time: by a scan as in
/// Yjs, or, in a list where scans have cost too much, by an index that gives the same answer.
/// </summary>
internal static class Placement
{
    // Shorter scans are not worth a thought.
    private const int FreeSteps = 32;

    /// <summary>Sets the left neighbour.</summary>
    public static void Place(StructStore store, int number)
    {
        var item = new Item(store, number);
        var parent = item.Parent;
        if (parent.Placements?.Use(item.ParentSub) is { } index)
        {
            index.Place(item);
            return;
        }

        var steps = Scan(store, number, item.List.First);
        store.ScanSteps += steps;
        if (steps > FreeSteps || store.ScanStepsPerItem == 0)
        {
            (parent.Placements ??= new Placements()).NoteScan(store, item, steps);
        }
    }

    // Goes right over items that were inserted at the same place. An item is "before the origin" if this scan has met
    // it, and "conflicting" if it was met since the left neighbour last moved; marks on the items take the place of
    // Yjs's two sets.
    private static int Scan(StructStore store, int number, int first)
    {
        var rows = store.Rows;
        ref var item = ref rows[number];
        var client = store.ClientOf(item);
        var scan = store.NextStamp();
        var conflict = scan;
        var steps = 0;
        for (var next = item.Left != 0 ? rows[item.Left].Right : first; next != 0 && next != item.Right; next = rows[next].Right)
        {
            steps++;
            ref var other = ref rows[next];
            rows.MarksOf(next) = new ScanMarks { Scan = scan, Conflict = conflict };
            if (rows.HaveSameOrigin(other, item))
            {
                if (store.ClientOf(other) < client)
                {
                    item.Left = next;
                    conflict = store.NextStamp();
                }
                else if (rows.HaveSameRightOrigin(other, item))
                {
                    break;
                }
            }
            else if (OriginOf(store, other) is var origin && origin != 0 && rows.MarksOf(origin) is var marks && marks.Scan == scan)
            {
                if (marks.Conflict != conflict)
                {
                    item.Left = next;
                    conflict = store.NextStamp();
                }
            }
            else
            {
                break;
            }
        }

        return steps;
    }

    // Mostly the origin is still the left neighbour, and need not be looked up. 0 where it has been collected.
    private static int OriginOf(StructStore store, in Row row)
    {
        if (!row.HasOrigin)
        {
            return 0;
        }

        var rows = store.Rows;
        var clock = rows.OriginClockOf(row);
        if (row.Left != 0)
        {
            ref var left = ref rows[row.Left];
            if (rows.ClientOf(left) == rows.OriginClientOf(row) && rows.ClockOf(left) <= clock && clock < rows.EndOf(left))
            {
                return row.Left;
            }
        }

        var origin = store.FindRow(store.OriginOf(row));
        return rows[origin].IsCollected ? 0 : origin;
    }
}

/// <summary>What scans for conflicts have cost in the lists of one shared type, and the indexes that save them.</summary>
internal sealed class Placements
{
    private readonly Account _list = new();
    private Dictionary<string, Account>? _keys;

    /// <summary>The index of the list, or of the history of a key, if there is one.</summary>
    public PlacementIndex? Use(string? key)
    {
        if (AccountOf(key) is not { Index: { } index } account)
        {
            return null;
        }

        account.Unused = 0;
        return index;
    }

    /// <summary>
    /// Notes what a scan has cost. Steps pay for an index, so that no list gets one that the items have not made
    /// dear before; to find out how many items there are is paid with steps too.
    /// </summary>
    public void NoteScan(StructStore store, Item item, int steps)
    {
        var account = AccountOf(item.ParentSub) ?? AddKey(item.ParentSub!);
        account.Steps += steps;
        if (account.Steps < account.NextCount || store.ItemAt(item.List.First) is not { } first)
        {
            return;
        }

        var affordable = store.ScanStepsPerItem == 0 ? long.MaxValue : account.Steps / store.ScanStepsPerItem;
        for (Item? other = first; other is not null; other = other.Value.Right)
        {
            if (--affordable < 0)
            {
                account.NextCount = 2 * account.Steps;
                return;
            }
        }

        account.Index = new PlacementIndex(store, first);
    }

    /// <summary>An item has been linked into a list.</summary>
    public void Inserted(Item item)
    {
        if (AccountOf(item.ParentSub) is not { Index: { } index } account)
        {
            return;
        }

        index.Inserted(item);
        if (2 * ++account.Unused > index.Count)
        {
            // Keeping it has cost about as much as making it did, and it was of no use.
            (account.Index, account.Steps, account.NextCount, account.Unused) = (null, 0, 0, 0);
        }
    }

    /// <summary>An item has been taken in by its left neighbour.</summary>
    public void Merged(Item right) => AccountOf(right.ParentSub)?.Index?.Merged(right);

    /// <summary>The index of the list or of a key. For tests.</summary>
    internal PlacementIndex? IndexOf(string? key) => AccountOf(key)?.Index;

    private Account? AccountOf(string? key) => key is null ? _list : _keys?.GetValueOrDefault(key);

    private Account AddKey(string key)
    {
        var account = new Account();
        (_keys ??= []).Add(key, account);
        return account;
    }

    private sealed class Account
    {
        public PlacementIndex? Index;
        public long Steps, NextCount;
        public int Unused;
    }
}
