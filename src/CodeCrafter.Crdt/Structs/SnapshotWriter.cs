using CodeCrafter.Crdt.Wire;

namespace CodeCrafter.Crdt.Structs;

/// <summary>Writes a past state of a document as an update. The document is not touched: nothing is cut in it.</summary>
internal static class SnapshotWriter
{
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
            WriteSection(writer, store.Find(client)!, clock);
        }

        UpdateWriter.WriteDeleteSet(writer, snapshot.Deletes);
    }

    private static void WriteSection(WireWriter writer, ClientStructs structs, long end)
    {
        writer.WriteVarUint((ulong)(structs.CountFrom(structs.First) - structs.CountFrom(structs.Find(end - 1)) + 1));
        writer.WriteVarUint(structs.Client);
        writer.WriteClock(0);
        var position = structs.First;
        do
        {
            var next = structs[position];
            if (next.End <= end)
            {
                next.Write(writer, 0);
                continue;
            }

            if (next.Clock < end)
            {
                WriteStart(writer, next, end - next.Clock);
            }

            return;
        }
        while (structs.MoveNext(ref position));
    }

    // The first units of a struct that has grown since.
    private static void WriteStart(WireWriter writer, Struct whole, long length)
    {
        if (whole is not Item item)
        {
            new Gc(whole.Client, whole.Clock, length).Write(writer, 0);
            return;
        }

        var content = item.Content;
        if (content is not DeletedContent)
        {
            var bytes = new WireWriter();
            content.Write(bytes, 0);
            content = ContentReader.Read(bytes.Written, content.Kind);
            content.SplitAt(length);
        }

        new Item(item.Client, item.Clock, item.Origin, item.RightOrigin, item.Parent, item.ParentSub, content, length).Write(writer, 0);
    }
}
