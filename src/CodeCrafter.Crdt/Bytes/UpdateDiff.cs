using CodeCrafter.Crdt.Structs;
using CodeCrafter.Crdt.Wire;

namespace CodeCrafter.Crdt.Bytes;

/// <summary>What an update holds, and what of it someone lacks, without a document. As diffUpdate and encodeStateVectorFromUpdate of Yjs.</summary>
internal static class UpdateDiff
{
    public static byte[] Diff(ReadOnlySpan<byte> update, Dictionary<ulong, long> state)
    {
        UpdateDecoder.Check(update);
        var sections = new SectionWriter();
        var reader = new UpdateReader(update, isChecked: true);
        ulong? begun = null;
        while (reader.MoveNext())
        {
            if (begun == reader.Client)
            {
                StructCopy.Write(sections.Next(reader.Client, reader.Clock), reader, 0);
                continue;
            }

            // A gap is not worth telling before anything has been told.
            var known = state.GetValueOrDefault(reader.Client);
            if (!reader.IsSkip && reader.End > known)
            {
                begun = reader.Client;
                var offset = Math.Max(known - reader.Clock, 0);
                StructCopy.Write(sections.Next(reader.Client, reader.Clock + offset), reader, offset);
            }
        }

        var writer = new WireWriter();
        sections.WriteTo(writer);
        UpdateWriter.WriteDeleteSet(writer, Deletions.Read(ref reader));
        return writer.ToArray();
    }

    /// <summary>For each client of which an update has everything from the start: up to where without a gap.</summary>
    public static byte[] StateVector(ReadOnlySpan<byte> update)
    {
        UpdateDecoder.Check(update);
        var states = new List<(ulong Client, long Clock)>();
        var reader = new UpdateReader(update, isChecked: true);
        ulong? client = null;
        var isWhole = false;
        while (reader.MoveNext())
        {
            if (client != reader.Client)
            {
                client = reader.Client;
                isWhole = reader.Clock == 0;
                if (isWhole && !reader.IsSkip)
                {
                    states.Add((reader.Client, 0));
                }
            }

            isWhole &= !reader.IsSkip;
            if (isWhole)
            {
                states[^1] = (reader.Client, reader.End);
            }
        }

        var writer = new WireWriter();
        writer.WriteVarUint((ulong)states.Count);
        foreach (var (each, clock) in states)
        {
            writer.WriteVarUint(each);
            writer.WriteClock(clock);
        }

        return writer.ToArray();
    }
}
