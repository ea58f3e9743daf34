using System.Text;
using CodeCrafter.Crdt;
using CodeCrafter.Server.Sessions;
using CodeCrafter.Server.Sessions.Snapshots;

namespace CodeCrafter.Server.Collaboration.Documents;

/// <summary>
/// The edits that make a document's files those of another content, as a person would make them: only what differs is
/// deleted and typed, so cursors and what others type at the same time stay where they are.
/// </summary>
internal sealed class DocumentEdits
{
    private readonly List<Action<Doc>> _edits = [];

    private DocumentEdits()
    {
    }

    /// <summary>Bytes that the document grows by, or somewhat less than that.</summary>
    public int AddedBytes { get; private set; }

    /// <summary>Looks what differs. The document must not change until <see cref="Apply"/>.</summary>
    public static DocumentEdits Between(Doc doc, DocumentContent content)
    {
        var edits = new DocumentEdits();
        var files = doc.GetMap("files");
        foreach (var file in content.Files)
        {
            if (files.GetText(file.Path) is { } text)
            {
                edits.Rewrite(file.Path, text.ToString(), file.Content);
            }
            else
            {
                edits.Add(file.Content, changed => changed.GetMap("files").Set(file.Path, new YText(file.Content)));
            }
        }

        var kept = content.Files.Select(file => file.Path).ToHashSet(StringComparer.Ordinal);
        foreach (var path in files.Keys.Where(path => !kept.Contains(path)))
        {
            edits.Add("", changed => changed.GetMap("files").Remove(path));
        }

        edits.Set(doc, "entry", content.Entry);
        edits.Set(doc, "language", content.Language);
        return edits;
    }

    /// <summary>Makes them, in one transaction of the caller's.</summary>
    public void Apply(Doc doc)
    {
        foreach (var edit in _edits)
        {
            edit(doc);
        }
    }

    // From the end, so that what comes before keeps its place.
    private void Rewrite(string path, string before, string after)
    {
        if (before == after)
        {
            return;
        }

        var diff = LineDiff.Between(before, after);
        var starts = new int[diff.OldLines.Count + 1];
        for (var line = 0; line < diff.OldLines.Count; line++)
        {
            starts[line + 1] = starts[line] + diff.OldLines[line].Length;
        }

        foreach (var change in diff.Changes.Reverse())
        {
            var removed = string.Concat(diff.OldLines.Skip(change.OldStart).Take(change.OldCount));
            var added = string.Concat(diff.NewLines.Skip(change.NewStart).Take(change.NewCount));
            var (prefix, suffix) = Common(removed, added);
            var (index, length) = (starts[change.OldStart] + prefix, removed.Length - prefix - suffix);
            var inserted = added[prefix..^suffix];
            Add(inserted, changed =>
            {
                var text = changed.GetMap("files").GetText(path)!;
                text.Delete(index, length);
                text.Insert(index, inserted);
            });
        }
    }

    private void Set(Doc doc, string key, string value)
    {
        if (value.Length > 0 && doc.GetMap("meta").GetString(key) != value)
        {
            Add(value, changed => changed.GetMap("meta").Set(key, value));
        }
    }

    private void Add(string text, Action<Doc> edit)
    {
        AddedBytes += Encoding.UTF8.GetByteCount(text);
        _edits.Add(edit);
    }

    // What both begin and end with, without cutting a surrogate pair.
    private static (int Prefix, int Suffix) Common(string a, string b)
    {
        var prefix = a.AsSpan().CommonPrefixLength(b);
        if (prefix > 0 && char.IsHighSurrogate(a[prefix - 1]))
        {
            prefix--;
        }

        var (left, suffix) = (Math.Min(a.Length, b.Length) - prefix, 0);
        while (suffix < left && a[^(suffix + 1)] == b[^(suffix + 1)])
        {
            suffix++;
        }

        if (suffix > 0 && char.IsLowSurrogate(a[^suffix]))
        {
            suffix--;
        }

        return (prefix, suffix);
    }
}
