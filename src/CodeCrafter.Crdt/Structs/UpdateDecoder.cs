using CodeCrafter.Crdt.Bytes.V2;
using CodeCrafter.Crdt.Wire;

namespace CodeCrafter.Crdt.Structs;

/// <summary>Turns updates and state vectors into structs and numbers.</summary>
internal static class UpdateDecoder
{
    private const int MaxReserved = 1 << 16;

    /// <summary>Checks all of a V1 update, and returns its sections but for those that are empty; null where it has no more than one.</summary>
    /// <exception cref="MalformedUpdateException">It is none. What is a V2 update is said to be one.</exception>
    public static List<UpdateSection>? Check(ReadOnlySpan<byte> update)
    {
        try
        {
            return CheckV1(update);
        }
        catch (MalformedUpdateException exception) when (OtherFormat.IsV2(update))
        {
            throw new MalformedUpdateException($"{exception.Message} The bytes are a V2 update, but were read as V1.", exception);
        }
    }

    /// <summary>The same, where it makes no difference what else the bytes are.</summary>
    public static List<UpdateSection>? CheckV1(ReadOnlySpan<byte> update)
    {
        var reader = new UpdateReader(update, isChecked: false);
        List<UpdateSection>? sections = reader.Bookmark.SectionsLeft < 2 ? null : [];
        while (reader.MoveNextSection())
        {
            var start = reader.Bookmark;
            if (start.StructsLeft > 0)
            {
                sections?.Add(new UpdateSection(start));
            }

            while (reader.MoveNextInSection())
            {
            }
        }

        while (reader.MoveNextDelete())
        {
        }

        return sections;
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
}
