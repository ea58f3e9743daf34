namespace CodeCrafter.Server.Sessions.Snapshots;

internal enum FileChange
{
    Added,
    Removed,
    Changed,
}

internal enum DiffLineKind
{
    Context,
    Added,
    Removed,
}

/// <param name="Kind">In both, only in the newer, or only in the older document.</param>
/// <param name="Text">Without its end.</param>
/// <param name="NoNewline">It is the last line of its file, and has no end.</param>
internal sealed record DiffLine(DiffLineKind Kind, string Text, bool NoNewline);

/// <summary>A stretch of changes with three lines around them, as in a unified diff. Lines count from 1.</summary>
internal sealed record DiffHunk(int OldStart, int OldLines, int NewStart, int NewLines, IReadOnlyList<DiffLine> Lines);

/// <param name="Path">The file.</param>
/// <param name="Change">What happened to it.</param>
/// <param name="Additions">Lines that came.</param>
/// <param name="Deletions">Lines that went.</param>
/// <param name="Hunks">The changes, in order.</param>
/// <param name="Truncated">There are more hunks than an answer has; the counts are complete.</param>
internal sealed record FileDiff(string Path, FileChange Change, int Additions, int Deletions, IReadOnlyList<DiffHunk> Hunks, bool Truncated);

/// <summary>What makes one document's files of another's, for people to read.</summary>
internal static class DocumentDiff
{
    private const int ContextLines = 3;

    /// <summary>Lines in one answer; hunks beyond it are left out.</summary>
    private const int MaxLines = 20_000;

    /// <summary>The files that differ, by path.</summary>
    public static IReadOnlyList<FileDiff> Between(DocumentContent older, DocumentContent newer)
    {
        var (before, after) = (ByPath(older), ByPath(newer));
        var files = new List<FileDiff>();
        var left = MaxLines;
        foreach (var path in before.Keys.Union(after.Keys).Order(StringComparer.Ordinal))
        {
            var (oldText, newText) = (before.GetValueOrDefault(path), after.GetValueOrDefault(path));
            if (oldText != newText)
            {
                files.Add(Compare(path, oldText, newText, ref left));
            }
        }

        return files;
    }

    private static Dictionary<string, string> ByPath(DocumentContent content) =>
        content.Files.ToDictionary(file => file.Path, file => file.Content, StringComparer.Ordinal);

    private static FileDiff Compare(string path, string? oldText, string? newText, ref int left)
    {
        var diff = LineDiff.Between(oldText ?? "", newText ?? "");
        var hunks = new List<DiffHunk>();
        var truncated = false;
        foreach (var changes in Group(diff.Changes))
        {
            // Before it is made: a hunk may be a whole file.
            left -= changes.Sum(change => change.OldCount + change.NewCount);
            if (left < 0)
            {
                truncated = true;
                break;
            }

            hunks.Add(Hunk(diff, changes));
        }

        return new FileDiff(
            path,
            oldText is null ? FileChange.Added : newText is null ? FileChange.Removed : FileChange.Changed,
            diff.Changes.Sum(change => change.NewCount),
            diff.Changes.Sum(change => change.OldCount),
            hunks,
            truncated);
    }

    // Changes whose surroundings touch are one hunk.
    private static IEnumerable<List<LineChange>> Group(IReadOnlyList<LineChange> changes)
    {
        var group = new List<LineChange>();
        foreach (var change in changes)
        {
            if (group.Count > 0 && change.OldStart - (group[^1].OldStart + group[^1].OldCount) > 2 * ContextLines)
            {
                yield return group;
                group = [];
            }

            group.Add(change);
        }

        if (group.Count > 0)
        {
            yield return group;
        }
    }

    private static DiffHunk Hunk(LineDiff diff, List<LineChange> changes)
    {
        var lines = new List<DiffLine>();
        var oldStart = Math.Max(0, changes[0].OldStart - ContextLines);
        var newStart = changes[0].NewStart - (changes[0].OldStart - oldStart);
        var (oldLine, newLine) = (oldStart, newStart);
        foreach (var change in changes)
        {
            AddContext(change.OldStart);
            Add(DiffLineKind.Removed, diff.OldLines, oldLine, change.OldCount);
            Add(DiffLineKind.Added, diff.NewLines, newLine, change.NewCount);
            (oldLine, newLine) = (oldLine + change.OldCount, newLine + change.NewCount);
        }

        AddContext(Math.Min(diff.OldLines.Count, oldLine + ContextLines));
        // As in a unified diff: an empty stretch is named by the line before it.
        return new DiffHunk(
            oldStart + (oldLine > oldStart ? 1 : 0), oldLine - oldStart, newStart + (newLine > newStart ? 1 : 0), newLine - newStart, lines);

        void AddContext(int until)
        {
            var count = until - oldLine;
            Add(DiffLineKind.Context, diff.OldLines, oldLine, count);
            (oldLine, newLine) = (oldLine + count, newLine + count);
        }

        void Add(DiffLineKind kind, IReadOnlyList<string> from, int start, int count)
        {
            for (var i = start; i < start + count; i++)
            {
                var line = from[i];
                var hasEnd = line.EndsWith('\n');
                lines.Add(new DiffLine(kind, hasEnd ? line[..^1].TrimEnd('\r') : line, !hasEnd));
            }
        }
    }
}
