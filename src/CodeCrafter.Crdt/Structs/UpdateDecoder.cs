using System.Text;
using CodeCrafter.Crdt.Types;
using CodeCrafter.Crdt.Wire;

namespace CodeCrafter.Crdt.Structs;

/// <summary>Turns updates and state vectors into structs and numbers.</summary>
internal static class UpdateDecoder
{
    /// <summary>Checks all of an update.</summary>
    /// <exception cref="MalformedUpdateException">It is none.</exception>
    public static void Check(ReadOnlySpan<byte> update)
    {
        var reader = new UpdateReader(update, isChecked: false);
        while (reader.MoveNext())
        {
        }

        while (reader.MoveNextDelete())
        {
        }
    }

    /// <summary>Makes the structs of a checked update that the document does not have, and hands them over.</summary>
    public static void ReadStructs(ref UpdateReader reader, Doc doc, Inbox inbox)
    {
        while (reader.MoveNext())
        {
            if (!reader.IsSkip && reader.End > doc.Store.StateOf(reader.Client))
            {
                inbox.Add(ReadStruct(in reader, doc));
            }
        }
    }

    /// <summary>Reads a state vector; nothing at all stands for the state of an empty document.</summary>
    public static Dictionary<ulong, long> ReadStateVector(ReadOnlySpan<byte> bytes)
    {
        var state = new Dictionary<ulong, long>(ClientIdComparer.Instance);
        if (bytes.IsEmpty)
        {
            return state;
        }

        var reader = new WireReader(bytes);
        for (var left = reader.ReadVarUint(); left > 0; left--)
        {
            var client = reader.ReadVarUint();
            state[client] = reader.ReadClock();
        }

        reader.ExpectEnd();
        return state;
    }

    private static Struct ReadStruct(in UpdateReader reader, Doc doc)
    {
        if (reader.Kind == StructInfo.Gc)
        {
            return new Gc(reader.Client, reader.Clock, reader.Length);
        }

        var parent = reader.HasRootName ? doc.Root(Encoding.UTF8.GetString(reader.RootName))
            : reader.ParentId.IsNone ? null
            : Branch.PlaceholderFor(reader.ParentId);
        var parentSub = reader.HasParentSub ? Encoding.UTF8.GetString(reader.ParentSub) : null;
        var content = ContentReader.Read(reader.ContentBytes, reader.Kind);
        return new Item(reader.Client, reader.Clock, reader.Origin, reader.RightOrigin, parent, parentSub, content);
    }
}
