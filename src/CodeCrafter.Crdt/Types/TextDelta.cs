using System.Text;
using CodeCrafter.Crdt.Structs;
using Attributes = System.Collections.Generic.OrderedDictionary<string, CodeCrafter.Crdt.Structs.JsonLiteral>;

namespace CodeCrafter.Crdt.Types;

/// <summary>Tells a text with its attributes as a delta (toDelta in yjs/src/types/YText.js).</summary>
internal static class TextDelta
{
    /// <summary>The text now.</summary>
    public static List<DeltaOperation> Of(Branch branch)
    {
        var writer = new Writer();
        for (var item = branch.Start; item is not null; item = item.Right)
        {
            if (!item.Deleted)
            {
                writer.Add(item, 0, item.Length);
            }
        }

        writer.Flush();
        return writer.Delta;
    }

    internal sealed class Writer
    {
        private readonly StringBuilder _text = new();

        public List<DeltaOperation> Delta { get; } = [];

        public Attributes Attributes { get; } = [];

        /// <summary>Adds a part of an item.</summary>
        public void Add(Item item, long offset, long length)
        {
            switch (item.Content)
            {
                case TextContent text:
                    _text.Append(text.Text.Slice((int)offset, (int)length));
                    break;
                case FormatContent:
                    Flush();
                    TextCursor.Note(Attributes, item);
                    break;
                case EmbedContent or TypeContent:
                    Flush();
                    Delta.Add(DeltaOperation.InsertOne(item.Content.ValueAt(0), TextChange.ToPlain(Attributes)));
                    break;
            }
        }

        public void Flush()
        {
            if (_text.Length > 0)
            {
                Delta.Add(DeltaOperation.Insert(_text.ToString(), TextChange.ToPlain(Attributes)));
                _text.Clear();
            }
        }
    }
}
