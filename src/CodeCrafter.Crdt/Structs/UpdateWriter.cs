using System.Runtime.CompilerServices;
using CodeCrafter.Crdt.Wire;

namespace CodeCrafter.Crdt.Structs;

/// <summary>Writes V1 updates. Clients come highest first, as Yjs writes them.</summary>
internal static class UpdateWriter
{
    // While so many rows are written, one comes from memory.
    private const int RowsAhead = 12;

    private static readonly List<(Arrival, long)> s_nothing = [];

    /// <summary>Writes what a transaction has added and deleted.</summary>
    public static void WriteTransaction(WireWriter writer, Transaction transaction)
    {
        transaction.SortTouched();
        writer.WriteVarUint((ulong)transaction.Touched.Count);
        foreach (var (structs, before) in transaction.Touched)
        {
            WriteSection(writer, transaction.Store, structs.Client, structs, before, null, null);
        }

        WriteDeleteSet(writer, transaction.Deletes);
    }

    /// <summary>Writes all that someone with a state lacks, what waits for its cause included.</summary>
    public static void WriteState(
        WireWriter writer, StructStore store, Inbox inbox, PendingDeletes pendingDeletes, Dictionary<ulong, long> state)
    {
        var sections = SelectSections(store, inbox, state);
        writer.WriteVarUint((ulong)sections.Count);
        // Where everything is written, what is deleted is noted on the way.
        using var noted = state.Count == 0 && pendingDeletes.IsEmpty ? new DeleteSetWriter() : null;
        foreach (var (client, number) in sections)
        {
            WriteSection(writer, store, client, store.StructsOf(number), state.GetValueOrDefault(client), inbox.PendingOf(client), noted);
        }

        if (noted is not null)
        {
            noted.WriteTo(writer);
            return;
        }

        var deletes = AllDeletes(store);
        pendingDeletes.AppendTo(deletes);
        deletes.Sort();
        WriteDeleteSet(writer, deletes);
    }

    public static void WriteStateVector(WireWriter writer, StructStore store)
    {
        writer.WriteVarUint((ulong)store.Clients.Count);
        foreach (var (client, number) in Sorted(store.AllStructs.Select(structs => new Section(structs.Client, structs.Number)).ToList()))
        {
            writer.WriteVarUint(client);
            writer.WriteClock(store.StructsOf(number).State);
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

    // The clients of which there is more than someone has, highest first.
    private static List<Section> SelectSections(StructStore store, Inbox inbox, Dictionary<ulong, long> state)
    {
        var sections = new List<Section>(store.Clients.Count);
        for (var number = 1; number <= store.Clients.Count; number++)
        {
            var client = store.Clients[number].Client;
            if (HasMore(store.Clients[number].State, inbox, client, state.GetValueOrDefault(client)))
            {
                sections.Add(new Section(client, number));
            }
        }

        foreach (var client in inbox.PendingClients)
        {
            if (store.Clients.Find(client) == 0 && HasMore(0, inbox, client, state.GetValueOrDefault(client)))
            {
                sections.Add(new Section(client, 0));
            }
        }

        return Sorted(sections);
    }

    // Highest first. A document that was loaded has them in this order, unless one needed what a lower one had made.
    private static List<Section> Sorted(List<Section> sections)
    {
        for (var i = 1; i < sections.Count; i++)
        {
            if (sections[i - 1].Client < sections[i].Client)
            {
                sections.Sort((a, b) => b.Client.CompareTo(a.Client));
                break;
            }
        }

        return sections;
    }

    private static bool HasMore(long state, Inbox inbox, ulong client, long from)
    {
        if (state > from)
        {
            return true;
        }

        return inbox.PendingOf(client)?.Items().Any(arrival => arrival.End > from) == true;
    }

    // What waits comes behind what is integrated, with a Skip wherever something between them has not arrived.
    private static void WriteSection(
        WireWriter writer, StructStore store, ulong client, ClientStructs structs, long from, SortedChunks<Arrival>? pending, DeleteSetWriter? deletes)
    {
        var state = structs.State;
        var waiting = SelectPending(pending, Math.Max(state, from));
        if (structs.IsEmpty || state <= from)
        {
            WriteHeader(writer, waiting.Count + CountSkips(waiting, waiting[0].From), client, waiting[0].From);
            WriteWaiting(writer, waiting, waiting[0].From);
            return;
        }

        var position = structs.Find(from);
        WriteHeader(writer, structs.CountFrom(position) + waiting.Count + CountSkips(waiting, state), client, from);
        WriteRows(writer, store, structs, position, from, deletes);
        WriteWaiting(writer, waiting, state);
    }

    // Apart from its caller: together they have more variables than there are registers.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void WriteRows(
        WireWriter writer, StructStore store, ClientStructs structs, ClientStructs.Position position, long from, DeleteSetWriter? deletes)
    {
        var rows = store.Rows;
        ref var first = ref rows[structs[position]];
        var offset = from - rows.ClockOf(first);
        if (offset > 0)
        {
            RowWriter.Write(writer, store, first, offset, rows.LengthOf(first));
            if (!structs.MoveNext(ref position))
            {
                return;
            }
        }

        deletes?.Begin();
        do
        {
            var chunk = structs.ChunkFrom(position);
            for (var i = 0; i < chunk.Length; i++)
            {
                if (i + RowsAhead < chunk.Length)
                {
                    rows.Prefetch(chunk[i + RowsAhead]);
                }

                ref var row = ref rows[chunk[i]];
                RowWriter.Write(writer, store, row);
                if (row.Deleted && deletes is not null)
                {
                    deletes.Add(rows.ClockOf(row), rows.EndOf(row));
                }
            }
        }
        while (structs.MoveNextChunk(ref position));

        deletes?.End(structs.Client);
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

    private static List<(Arrival Arrival, long From)> SelectPending(SortedChunks<Arrival>? pending, long from)
    {
        if (pending is null)
        {
            return s_nothing;
        }

        var selected = new List<(Arrival, long)>();
        foreach (var arrival in pending.Items())
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
        foreach (var structs in store.AllStructs)
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

    /// <summary>A client of which something is written, and its number in the document, 0 where all of it waits.</summary>
    private readonly record struct Section(ulong Client, int Number);
}
