using CodeCrafter.Crdt.Wire;

namespace CodeCrafter.Crdt.Structs;

/// <summary>Applies delete sets. What they delete before it has arrived is remembered.</summary>
internal sealed class Deletions
{
    private readonly DeleteSet _incoming = new();

    /// <summary>What is deleted, but not here yet.</summary>
    public PendingDeletes Pending { get; } = new();

    /// <summary>
    /// Reads the delete set of an update. Ranges are sorted and joined before anything is done with them, so that
    /// going over what they cover costs no more than what is there, however often they cover it.
    /// </summary>
    public static DeleteSet Read(ref UpdateReader reader)
    {
        var deletes = new DeleteSet();
        Read(ref reader, deletes);
        return deletes;
    }

    /// <summary>Applies the delete set of an update.</summary>
    public void Apply(Transaction transaction, ref UpdateReader reader)
    {
        Read(ref reader, _incoming);
        foreach (var (client, ranges) in _incoming.Clients)
        {
            Apply(transaction, client, ranges);
        }

        _incoming.Clear();
    }

    /// <summary>Applies what was waiting for structs that a transaction has brought.</summary>
    public void ApplyPending(Transaction transaction)
    {
        if (Pending.IsEmpty)
        {
            return;
        }

        foreach (var (structs, _) in transaction.Touched)
        {
            ClientStructs.Position position = default;
            while (Pending.TryTake(structs.Client, structs.State, out var start, out var end))
            {
                position = structs.FindFrom(position, start);
                Delete(transaction, structs, ref position, start, end);
            }
        }
    }

    /// <summary>Whether all of a delete set has been applied.</summary>
    public static bool AreApplied(StructStore store, DeleteSet deletes)
    {
        foreach (var (client, ranges) in deletes.Clients)
        {
            var structs = store.Find(client);
            for (var i = 0; i < ranges.Count; i++)
            {
                if (ranges[i].End > structs.State || !IsDeleted(store, structs, ranges[i].Start, ranges[i].End))
                {
                    return false;
                }
            }
        }

        return true;
    }

    private static void Read(ref UpdateReader reader, DeleteSet deletes)
    {
        while (reader.MoveNextDelete())
        {
            deletes.Append(reader.Client, reader.Clock, reader.End);
        }

        deletes.Sort();
    }

    private void Apply(Transaction transaction, ulong client, IdRanges ranges)
    {
        var structs = transaction.Store.Find(client);
        var state = structs.State;
        ClientStructs.Position position = default;
        for (var i = 0; i < ranges.Count; i++)
        {
            var (start, end) = ranges[i];
            Pending.Add(client, Math.Max(start, state), end);
            if (start < state)
            {
                position = structs.FindFrom(position, start);
                Delete(transaction, structs, ref position, start, Math.Min(end, state));
            }
        }
    }

    // Leaves the position at or before the end.
    private static void Delete(
        Transaction transaction, ClientStructs structs, ref ClientStructs.Position position, long start, long end)
    {
        var rows = transaction.Store.Rows;
        var first = structs[position];
        if (!rows[first].Deleted && rows.ClockOf(rows[first]) is var clock && clock < start)
        {
            transaction.Store.Cut(transaction, structs, position, start - clock);
            position = structs.Find(start);
        }

        var next = position;
        do
        {
            position = next;
            var row = structs[position];
            if (rows.ClockOf(rows[row]) >= end)
            {
                return;
            }

            if (!rows[row].Deleted)
            {
                if (rows.EndOf(rows[row]) > end)
                {
                    clock = rows.ClockOf(rows[row]);
                    transaction.Store.Cut(transaction, structs, position, end - clock);
                    position = structs.Find(clock);
                }

                transaction.Delete(row);
            }

            next = position;
        }
        while (structs.MoveNext(ref next));
    }

    private static bool IsDeleted(StructStore store, ClientStructs structs, long start, long end)
    {
        var position = structs.Find(start);
        do
        {
            ref var row = ref store.Rows[structs[position]];
            if (store.Rows.ClockOf(row) >= end)
            {
                return true;
            }

            if (!row.Deleted)
            {
                return false;
            }
        }
        while (structs.MoveNext(ref position));
        return true;
    }
}
