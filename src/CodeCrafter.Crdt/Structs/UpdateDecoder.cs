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

    /// <summary>
    /// Makes the structs of a checked update that the document does not have. As long as nothing waits they are
    /// integrated as they come; from the first on that must wait they go to the inbox.
    /// </summary>
    public static void ReadStructs(ref UpdateReader reader, Doc doc, Transaction transaction, Inbox inbox)
    {
        var arena = new TextArena();
        while (reader.MoveNext())
        {
            if (reader.IsSkip || reader.End <= doc.Store.StateOf(reader.Client) || TryExtend(in reader, transaction, inbox))
            {
                continue;
            }

            var read = ReadStruct(in reader, doc, ref arena);
            if (inbox.HasPending || !inbox.TryIntegrate(transaction, read))
            {
                inbox.Add(read);
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

    // Typing that goes on where it left off needs no item of its own.
    private static bool TryExtend(in UpdateReader reader, Transaction transaction, Inbox inbox)
    {
        if (reader.Kind != Content.StringKind || inbox.HasPending
            || transaction.Store.Find(reader.Client) is not { } structs || structs.State != reader.Clock
            || TextRun.Extendable(structs, reader.Origin, reader.RightOrigin) is not { } last)
        {
            return false;
        }

        TextRun.Extend(transaction, structs, last, new WireReader(reader.ContentBytes).ReadVarBytes(), reader.Length);
        return true;
    }

    private static Struct ReadStruct(in UpdateReader reader, Doc doc, ref TextArena arena)
    {
        if (reader.Kind == StructInfo.Gc)
        {
            return new Gc(reader.Client, reader.Clock, reader.Length);
        }

        var parent = reader.HasRootName ? doc.Root(Encoding.UTF8.GetString(reader.RootName))
            : reader.ParentId.IsNone ? null
            : Branch.PlaceholderFor(reader.ParentId);
        var parentSub = reader.HasParentSub ? Encoding.UTF8.GetString(reader.ParentSub) : null;
        var content = reader.Kind == Content.StringKind
            ? arena.Read(new WireReader(reader.ContentBytes).ReadVarBytes(), (int)reader.Length)
            : ContentReader.Read(reader.ContentBytes, reader.Kind);
        return new Item(reader.Client, reader.Clock, reader.Origin, reader.RightOrigin, parent, parentSub, content, reader.Length);
    }
}
