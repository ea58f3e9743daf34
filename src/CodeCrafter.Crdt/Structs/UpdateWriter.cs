using CodeCrafter.Crdt.Wire;

namespace CodeCrafter.Crdt.Structs;

/// <summary>Writes V1 updates. Clients come highest first, as Yjs writes them.</summary>
internal static class UpdateWriter
{
    private static readonly List<(Struct, long)> s_nothing = [];

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
            WriteSection(writer, structs, structs.StateBefore, []);
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
        foreach (var client in clients)
        {
            WriteSection(writer, client, store.Find(client), state.GetValueOrDefault(client), inbox.PendingOf(client));
        }

        WriteDeleteSet(writer, AllDeletes(store, pendingDeletes));
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

        foreach (var @struct in inbox.PendingOf(client))
        {
            if (@struct.End > from)
            {
                return true;
            }
        }

        return false;
    }

    private static void WriteSection(WireWriter writer, ClientStructs structs, long from, ReadOnlySpan<Struct> pending) =>
        WriteSection(writer, structs.Client, structs, from, pending);

    // What waits comes behind what is integrated, with a Skip wherever something between them has not arrived.
    private static void WriteSection(
        WireWriter writer, ulong client, ClientStructs? structs, long from, ReadOnlySpan<Struct> pending)
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
        structs[position].Write(writer, from - structs[position].Clock);
        while (structs.MoveNext(ref position))
        {
            structs[position].Write(writer, 0);
        }

        WriteWaiting(writer, waiting, state);
    }

    private static void WriteHeader(WireWriter writer, int count, ulong client, long clock)
    {
        writer.WriteVarUint((ulong)count);
        writer.WriteVarUint(client);
        writer.WriteClock(clock);
    }

    private static int CountSkips(List<(Struct Struct, long From)> waiting, long end)
    {
        var skips = 0;
        foreach (var (@struct, start) in waiting)
        {
            skips += start > end ? 1 : 0;
            end = @struct.End;
        }

        return skips;
    }

    private static void WriteWaiting(WireWriter writer, List<(Struct Struct, long From)> waiting, long end)
    {
        foreach (var (@struct, start) in waiting)
        {
            if (start > end)
            {
                writer.WriteByte(StructInfo.Skip);
                writer.WriteClock(start - end);
            }

            @struct.Write(writer, start - @struct.Clock);
            end = @struct.End;
        }
    }

    private static List<(Struct Struct, long From)> SelectPending(ReadOnlySpan<Struct> pending, long from)
    {
        if (pending.IsEmpty)
        {
            return s_nothing;
        }

        var selected = new List<(Struct, long)>(pending.Length);
        foreach (var @struct in pending)
        {
            if (@struct.End > from)
            {
                from = Math.Max(from, @struct.Clock);
                selected.Add((@struct, from));
                from = @struct.End;
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
            IdRanges? ranges = null;
            var position = structs.First;
            do
            {
                if (structs[position] is { Deleted: true } deleted)
                {
                    ranges ??= deletes.Of(structs.Client);
                    ranges.Append(deleted.Clock, deleted.End);
                }
            }
            while (structs.MoveNext(ref position));
        }

        return deletes;
    }

    private static DeleteSet AllDeletes(StructStore store, DeleteSet pendingDeletes)
    {
        var deletes = AllDeletes(store);
        foreach (var (client, ranges) in pendingDeletes.Clients)
        {
            for (var i = 0; i < ranges.Count; i++)
            {
                deletes.Add(client, ranges[i].Start, ranges[i].End);
            }
        }

        return deletes;
    }
}
