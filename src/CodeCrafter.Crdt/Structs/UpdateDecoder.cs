using CodeCrafter.Crdt.Bytes.V2;
using CodeCrafter.Crdt.Wire;

namespace CodeCrafter.Crdt.Structs;

/// <summary>Turns updates and state vectors into structs and numbers.</summary>
internal static class UpdateDecoder
{
    private const int MaxReserved = 1 << 16;

    /// <summary>Checks all of a V1 update.</summary>
    /// <exception cref="MalformedUpdateException">It is none. What is a V2 update is said to be one.</exception>
    public static void Check(ReadOnlySpan<byte> update)
    {
        try
        {
            CheckV1(update);
        }
        catch (MalformedUpdateException exception) when (OtherFormat.IsV2(update))
        {
            throw new MalformedUpdateException($"{exception.Message} The bytes are a V2 update, but were read as V1.", exception);
        }
    }

    /// <summary>The same, where it makes no difference what else the bytes are.</summary>
    public static void CheckV1(ReadOnlySpan<byte> update)
    {
        var reader = new UpdateReader(update, isChecked: false);
        while (reader.MoveNext())
        {
        }

        while (reader.MoveNextDelete())
        {
        }
    }

    /// <summary>Sees to it that a document has room for all of a checked update.</summary>
    /// <exception cref="MalformedUpdateException">It may not have it.</exception>
    public static void MakeRoom(ReadOnlySpan<byte> update, StructStore store, Inbox inbox)
    {
        var sections = new WireReader(update).ReadVarUint();
        if (sections + (ulong)store.Clients.Count + (ulong)inbox.PendingClients.Count > Row.MaxClients || !store.Text.HasRoomFor(update.Length))
        {
            throw new MalformedUpdateException("The document would be too large.");
        }

        // Strangers may write sections that have nothing in them.
        store.Clients.Reserve((int)Math.Min(sections, MaxReserved));
    }

    /// <summary>
    /// Makes the structs of a checked update that the document does not have. As long as nothing waits they are
    /// integrated as they come; from the first on that must wait they go to the inbox.
    /// </summary>
    public static void ReadStructs(ref UpdateReader reader, Doc doc, Transaction transaction, Inbox inbox)
    {
        var names = new LastNames(doc);
        while (reader.MoveNext())
        {
            if (reader.IsSkip || reader.End <= doc.Store.StateOf(reader.Client) || TryExtend(in reader, transaction, inbox))
            {
                continue;
            }

            var arrival = inbox.Next();
            arrival.Read(in reader, ref names);
            if (inbox.HasPending || !inbox.TryIntegrate(transaction, arrival, reader.ContentBytes))
            {
                inbox.Add(arrival, reader.ContentBytes);
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
            || transaction.Store.Find(reader.Client) is not { IsEmpty: false } structs || structs.State != reader.Clock)
        {
            return false;
        }

        var last = structs.Last;
        if (!TextRun.IsExtendable(transaction.Store, structs, last, reader.Origin, reader.RightOrigin, reader.Length))
        {
            return false;
        }

        TextRun.Extend(transaction, structs, last, new WireReader(reader.ContentBytes).ReadVarBytes(), reader.Length);
        return true;
    }
}
