using CodeCrafter.Crdt.Bytes.V2;
using CodeCrafter.Crdt.Wire;

namespace CodeCrafter.Crdt.Structs;

/// <summary>Checks updates before anything is made of them, and reads state vectors.</summary>
internal static class UpdateDecoder
{
    /// <summary>Checks all of a V1 update.</summary>
    /// <exception cref="MalformedUpdateException">It is none. What is a V2 update is said to be one.</exception>
    public static void Check(ReadOnlySpan<byte> update) => Check(update, findsSections: false);

    /// <summary>The same, for who will read the structs: it is found out where each section is.</summary>
    /// <exception cref="MalformedUpdateException">It is none. What is a V2 update is said to be one.</exception>
    public static CheckedUpdate CheckSections(ReadOnlySpan<byte> update) => Check(update, findsSections: true);

    /// <summary>Checks all of a V1 update, where it makes no difference what else the bytes are.</summary>
    public static void CheckV1(ReadOnlySpan<byte> update) => CheckV1(update, findsSections: false);

    /// <summary>Sees to it that a document has room for all of a checked update.</summary>
    /// <exception cref="MalformedUpdateException">It may not have it.</exception>
    public static void MakeRoom(ReadOnlySpan<byte> update, in CheckedUpdate layout, StructStore store, Inbox inbox)
    {
        if ((long)layout.Count + store.Clients.Count + inbox.PendingClients.Count > Row.MaxClients || !store.Text.HasRoomFor(update.Length))
        {
            throw new MalformedUpdateException("The document would be too large.");
        }

        store.Clients.Reserve(layout.Count);
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

    private static CheckedUpdate Check(ReadOnlySpan<byte> update, bool findsSections)
    {
        try
        {
            return CheckV1(update, findsSections);
        }
        catch (MalformedUpdateException exception) when (OtherFormat.IsV2(update))
        {
            throw new MalformedUpdateException($"{exception.Message} The bytes are a V2 update, but were read as V1.", exception);
        }
    }

    private static CheckedUpdate CheckV1(ReadOnlySpan<byte> update, bool findsSections)
    {
        var reader = new UpdateReader(update, isChecked: false);
        UpdateSection? first = null;
        List<UpdateSection>? sections = null;
        var isDescending = true;
        while (reader.MoveNextSection())
        {
            var section = new UpdateSection(reader.Bookmark);
            if (findsSections && section.Next.StructsLeft > 0)
            {
                // Most updates have one alone, and no need of a list.
                sections ??= first is { } only ? [only] : null;
                isDescending &= sections is null || sections[^1].Next.Client > section.Next.Client;
                sections?.Add(section);
                first ??= section;
            }

            while (reader.MoveNextInSection())
            {
            }
        }

        var end = reader.Bookmark;
        while (reader.MoveNextDelete())
        {
        }

        if (!isDescending)
        {
            // Yjs writes the highest client first, and reads it first whatever the order is.
            sections!.Sort(static (a, b) => b.Next.Client.CompareTo(a.Next.Client));
        }

        return new CheckedUpdate(first, sections, end);
    }
}
