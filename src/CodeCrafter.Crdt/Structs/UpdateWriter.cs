using CodeCrafter.Crdt.Wire;

namespace CodeCrafter.Crdt.Structs;

/// <summary>Writes V1 updates. Clients come highest first, as Yjs writes them.</summary>
internal static class UpdateWriter
{
    private static readonly List<(Arrival, long)> s_nothing = [];

    /// <summary>Writes what a transaction has added and deleted.</summary>
    public static void WriteTransaction(WireWriter writer, Transaction transaction)
    {
        var touched = transaction.Touched;
        if (touched.Count > 1)
        {
            touched.Sort((a, b) => b.Client.CompareTo(a.Client));
        }

        writer.WriteVarUint((ulong)touched.Count);
        foreach (var structs in touched)
        {
            WriteSection(writer, transaction.Store, structs.Client, structs, structs.StateBefore, [], null);
        }

        WriteDeleteSet(writer, transaction.Deletes);
    }

    /// <summary>Writes all that someone with a state lacks, what waits for its cause included.</summary>
    public static void WriteState(
        WireWriter writer, StructStore store, Inbox inbox, DeleteSet pendingDeletes, Dictionary<ulong, long> state)
    {
        var clients = store.Clients.Select(structs => structs.Client).Union(inbox.PendingClients)
            .Where(client => HasMore(store, inbox, client, state.GetValueOrDefault(client)))
            .OrderDescending().ToArray();
        writer.WriteVarUint((ulong)clients.Length);
        // Where all of a client is written its deletions are collected on the way.
        var deletes = new DeleteSet();
        foreach (var client in clients)
        {
            WriteSection(writer, store, client, store.Find(client), state.GetValueOrDefault(client), inbox.PendingOf(client), deletes);
        }

        foreach (var structs in store.Clients)
        {
            if (state.GetValueOrDefault(structs.Client) > 0)
            {
                AddDeletes(deletes, store, structs);
            }
        }

        AddAll(deletes, pendingDeletes);
        WriteDeleteSet(writer, deletes);
    }

    public static void WriteStateVector(WireWriter writer, StructStore store)
    {
        writer.WriteVarUint((ulong)store.ClientCount);
        foreach (var structs in store.Clients.OrderByDescending(structs => structs.Client))
        {
            writer.WriteVarUint(structs.Client);
            writer.WriteClock(structs.State);
        }
    }

    public static void WriteDeleteSet(WireWriter writer, DeleteSet deletes)
    {
        writer.WriteVarUint((ulong)deletes.ClientCount);
        if (deletes.ClientCount < 2)
        {
            foreach (var (client, ranges) in deletes.Clients)
            {
                WriteRanges(writer, client, ranges);
            }

            return;
        }

        foreach (var (client, ranges) in deletes.ClientsDescending)
        {
            WriteRanges(writer, client, ranges);
        }
    }

    private static void WriteRanges(WireWriter writer, ulong client, IdRanges ranges)
    {
        writer.WriteVarUint(client);
        writer.WriteVarUint((ulong)ranges.Count);
        for (var i = 0; i < ranges.Count; i++)
        {
            writer.WriteClock(ranges[i].Start);
            writer.WriteClock(ranges[i].End - ranges[i].Start);
        }
    }

    private static bool HasMore(StructStore store, Inbox inbox, ulong client, long from)
    {
        if (store.StateOf(client) > from)
        {
            return true;
        }

        foreach (var arrival in inbox.PendingOf(client))
        {
            if (arrival.End > from)
            {
                return true;
            }
        }

        return false;
    }

    // What waits comes behind what is integrated, with a Skip wherever something between them has not arrived. Notes
    // what is deleted if all is written.
    private static void WriteSection(
        WireWriter writer, StructStore store, ulong client, ClientStructs? structs, long from, ReadOnlySpan<Arrival> pending, DeleteSet? deletes)
    {
        var state = structs?.State ?? 0;
        var waiting = SelectPending(pending, Math.Max(state, from));
        if (structs is null || state <= from)
        {
            WriteHeader(writer, waiting.Count + CountSkips(waiting, waiting[0].From), client, waiting[0].From);
            WriteWaiting(writer, waiting, waiting[0].From);
            return;
        }

        var position = structs.Find(from);
        WriteHeader(writer, structs.CountFrom(position) + waiting.Count + CountSkips(waiting, state), client, from);
        var offset = from - store.Rows.ClockOf(store.Rows[structs[position]]);
        IdRanges? deleted = null;
        do
        {
            foreach (var number in structs.ChunkFrom(position))
            {
                ref var row = ref store.Rows[number];
                RowWriter.Write(writer, store, row, offset, store.Rows.LengthOf(row));
                offset = 0;
                if (row.Deleted && from == 0 && deletes is not null)
                {
                    (deleted ??= deletes.Of(client)).Append(store.Rows.ClockOf(row), store.Rows.EndOf(row));
                }
            }
        }
        while (structs.MoveNextChunk(ref position));

        WriteWaiting(writer, waiting, state);
    }

    private static void WriteHeader(WireWriter writer, int count, ulong client, long clock)
    {
        writer.WriteVarUint((ulong)count);
        writer.WriteVarUint(client);
        writer.WriteClock(clock);
    }

    private static int CountSkips(List<(Arrival Arrival, long From)> waiting, long end)
    {
        var skips = 0;
        foreach (var (arrival, start) in waiting)
        {
            skips += start > end ? 1 : 0;
            end = arrival.End;
        }

        return skips;
    }

    private static void WriteWaiting(WireWriter writer, List<(Arrival Arrival, long From)> waiting, long end)
    {
        foreach (var (arrival, start) in waiting)
        {
            if (start > end)
            {
                writer.WriteByte(StructInfo.Skip);
                writer.WriteClock(start - end);
            }

            arrival.Write(writer, start - arrival.Clock);
            end = arrival.End;
        }
    }

    private static List<(Arrival Arrival, long From)> SelectPending(ReadOnlySpan<Arrival> pending, long from)
    {
        if (pending.IsEmpty)
        {
            return s_nothing;
        }

        var selected = new List<(Arrival, long)>(pending.Length);
        foreach (var arrival in pending)
        {
            if (arrival.End > from)
            {
                from = Math.Max(from, arrival.Clock);
                selected.Add((arrival, from));
                from = arrival.End;
            }
        }

        return selected;
    }

    /// <summary>All that is deleted of what is in a store.</summary>
    public static DeleteSet AllDeletes(StructStore store)
    {
        var deletes = new DeleteSet();
        foreach (var structs in store.Clients)
        {
            AddDeletes(deletes, store, structs);
        }

        return deletes;
    }

    private static void AddDeletes(DeleteSet deletes, StructStore store, ClientStructs structs)
    {
        IdRanges? ranges = null;
        var position = structs.First;
        do
        {
            foreach (var number in structs.ChunkFrom(position))
            {
                ref var row = ref store.Rows[number];
                if (row.Deleted)
                {
                    (ranges ??= deletes.Of(structs.Client)).Append(store.Rows.ClockOf(row), store.Rows.EndOf(row));
                }
            }
        }
        while (structs.MoveNextChunk(ref position));
    }

    private static void AddAll(DeleteSet deletes, DeleteSet more)
    {
        foreach (var (client, ranges) in more.Clients)
        {
            for (var i = 0; i < ranges.Count; i++)
            {
                deletes.Add(client, ranges[i].Start, ranges[i].End);
            }
        }
    }
}
