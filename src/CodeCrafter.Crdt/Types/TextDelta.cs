using System.Text;
using CodeCrafter.Crdt.Structs;

namespace CodeCrafter.Crdt.Types;

/// <summary>Tells a text with its attributes as a delta (toDelta in yjs/src/types/YText.js).</summary>
internal static class TextDelta
{
    private const string ChangeKey = "ychange";
    private static readonly JsonLiteral s_added = new("""{"type":"added"}"""u8.ToArray());
    private static readonly JsonLiteral s_removed = new("""{"type":"removed"}"""u8.ToArray());

    /// <summary>The text now.</summary>
    public static List<DeltaOperation> Of(Branch branch)
    {
        var writer = new Writer();
        for (var next = branch.Start; next is { } item; next = item.Right)
        {
            if (!item.Deleted)
            {
                writer.Add(item, 0, item.Length);
            }
        }

        writer.Flush();
        return writer.Delta;
    }

    /// <summary>The text at a snapshot, and what has changed since an earlier one.</summary>
    /// <exception cref="InvalidOperationException">Some of what they show has been collected.</exception>
    public static List<DeltaOperation> Of(Branch branch, Snapshot snapshot, Snapshot? previous)
    {
        if (branch.IsCollected && (snapshot.Shows(branch.Id) || previous?.Shows(branch.Id) == true))
        {
            throw Snapshot.Collected();
        }

        var writer = new Writer();
        for (var next = branch.Start; next is { } item; next = item.Right)
        {
            for (var from = item.Clock; from < item.End;)
            {
                var to = Math.Min(snapshot.NextChange(item.Client, from), previous?.NextChange(item.Client, from) ?? long.MaxValue);
                to = Math.Min(to, item.End);
                AddPart(writer, item, from, to, snapshot, previous);
                from = to;
            }
        }

        writer.Flush();
        return writer.Delta;
    }

    private static void AddPart(Writer writer, Item item, long from, long to, Snapshot snapshot, Snapshot? previous)
    {
        var isThere = snapshot.Shows(item.Client, from);
        var wasThere = previous?.Shows(item.Client, from) ?? isThere;
        if ((!isThere && !wasThere) || (!isThere && item.Content is FormatContent))
        {
            return;
        }

        if (item.Kind == Content.DeletedKind)
        {
            throw Snapshot.Collected();
        }

        if (item.IsText)
        {
            writer.Mark(isThere == wasThere ? null : isThere ? s_added : s_removed);
        }

        writer.Add(item, from - item.Clock, to - from);
    }

    private sealed class Writer
    {
        private readonly StringBuilder _text = new();

        public List<DeltaOperation> Delta { get; } = [];

        public AttributeLog Attributes { get; } = new();

        /// <summary>Adds a part of an item.</summary>
        public void Add(Item item, long offset, long length)
        {
            if (item.IsText)
            {
                item.AppendTextTo(_text, offset, length);
                return;
            }

            switch (item.Content)
            {
                case FormatContent format:
                    Flush();
                    Attributes.Note(format);
                    break;
                case EmbedContent or TypeContent:
                    Flush();
                    Delta.Add(DeltaOperation.InsertOne(item.ValueAt(0), Attributes.ToPlain()));
                    break;
            }
        }

        /// <summary>Says what has become of the text that follows; null for nothing.</summary>
        public void Mark(JsonLiteral? change)
        {
            if (change is not null)
            {
                Flush();
                Attributes.Set(ChangeKey, change);
            }
            else if (Attributes.Current.ContainsKey(ChangeKey))
            {
                Flush();
                Attributes.Remove(ChangeKey);
            }
        }

        public void Flush()
        {
            if (_text.Length > 0)
            {
                Delta.Add(DeltaOperation.Insert(_text.ToString(), Attributes.ToPlain()));
                _text.Clear();
            }
        }
    }
}
