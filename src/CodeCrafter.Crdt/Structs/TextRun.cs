using System.Text;

namespace CodeCrafter.Crdt.Structs;

/// <summary>Typing that goes on where it left off: the result is that of a new item that is then merged with the one before.</summary>
internal static class TextRun
{
    /// <summary>
    /// The last item of a client, if text that is inserted between two units continues it: nothing stands between
    /// them, and there would be nothing to decide. Not where it is the value of a key: what follows takes its place.
    /// </summary>
    public static Item? Extendable(ClientStructs structs, Id origin, Id rightOrigin) =>
        structs.Last is Item { Deleted: false, ParentSub: null, Content: TextContent } last
            && last.LastId == origin && last.RightOrigin == rightOrigin && (last.Right?.Id ?? Id.None) == rightOrigin
            && last.Parent!.Item is not { Deleted: true }
            ? last
            : null;

    /// <summary>Appends text to the last item of a client.</summary>
    public static void Extend(Transaction transaction, ClientStructs structs, Item last, ReadOnlySpan<char> text)
    {
        transaction.Touch(structs);
        ((TextContent)last.Content).Append(text);
        NoteExtension(transaction, structs, last, text.Length);
    }

    /// <summary>Appends valid UTF-8 of so many UTF-16 code units to the last item of a client.</summary>
    public static void Extend(Transaction transaction, ClientStructs structs, Item last, ReadOnlySpan<byte> utf8, long length)
    {
        transaction.Touch(structs);
        Encoding.UTF8.GetChars(utf8, ((TextContent)last.Content).Extend((int)length));
        NoteExtension(transaction, structs, last, length);
    }

    private static void NoteExtension(Transaction transaction, ClientStructs structs, Item last, long length)
    {
        last.Length += length;
        structs.LastHasGrown();
        var parent = last.Parent!;
        parent.Length += length;
        if (parent.Index is not null)
        {
            ItemIndex.AddLength(last.Leaf!, length);
            if (parent.Index.Near != last)
            {
                parent.Index.Near = null;
            }
        }

        transaction.NoteChange(parent, null);
    }
}
