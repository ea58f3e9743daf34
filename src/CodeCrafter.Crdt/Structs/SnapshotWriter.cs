using CodeCrafter.Crdt.Wire;

namespace CodeCrafter.Crdt.Structs;

/// <summary>Writes a past state of a document as an update. The document is not touched: nothing is cut in it.</summary>
internal static class SnapshotWriter
{
    /// <exception cref="InvalidOperationException">Some of what the snapshot shows has been collected.</exception>
    /// <exception cref="ArgumentException">The document does not have all that the snapshot speaks of.</exception>
    public static void WriteUpdate(WireWriter writer, StructStore store, Snapshot snapshot)
    {
        var clients = snapshot.State.Where(entry => entry.Value > 0).OrderByDescending(entry => entry.Key).ToArray();
        foreach (var (client, clock) in clients)
        {
            if (clock > store.StateOf(client))
            {
                throw new ArgumentException("The document has never been in the state of the snapshot.", nameof(snapshot));
            }
        }

        writer.WriteVarUint((ulong)clients.Length);
        foreach (var (client, clock) in clients)
        {
            WriteSection(writer, store, store.Find(client), clock, snapshot);
        }

        UpdateWriter.WriteDeleteSet(writer, snapshot.Deletes);
    }

    private static void WriteSection(WireWriter writer, StructStore store, ClientStructs structs, long end, Snapshot snapshot)
    {
        writer.WriteVarUint((ulong)(structs.CountFrom(structs.First) - structs.CountFrom(structs.Find(end - 1)) + 1));
        writer.WriteVarUint(structs.Client);
        writer.WriteClock(0);
        var position = structs.First;
        do
        {
            ref var next = ref store.Rows[structs[position]];
            var clock = store.Rows.ClockOf(next);
            if (clock >= end)
            {
                return;
            }

            // The last may have grown since: of it only the first units.
            var length = Math.Min(store.Rows.LengthOf(next), end - clock);
            if (next.Kind is StructInfo.Gc or Content.DeletedKind && snapshot.ShowsAny(structs.Client, clock, clock + length))
            {
                throw Snapshot.Collected();
            }

            RowWriter.Write(writer, store, next, 0, length);
        }
        while (structs.MoveNext(ref position));
    }
}
