using DiffPlex;

namespace CodeCrafter.Server.Sessions.Snapshots;

/// <summary>Lines of the old text that others of the new one take the place of; either number may be 0.</summary>
internal readonly record struct LineChange(int OldStart, int OldCount, int NewStart, int NewCount);

/// <summary>What makes one text of another, by lines. A line has its end in it; the last may have none.</summary>
internal sealed class LineDiff
{
    /// <summary>
    /// Lines of both texts together between the first and the last difference, beyond which all of them count as one
    /// change. The algorithm (Myers, 1986) takes lines times differences.
    /// </summary>
    public const int MaxComparedLines = 10_000;

    private LineDiff(IReadOnlyList<string> oldLines, IReadOnlyList<string> newLines, IReadOnlyList<LineChange> changes)
    {
        (OldLines, NewLines, Changes) = (oldLines, newLines, changes);
    }

    public IReadOnlyList<string> OldLines { get; }

    public IReadOnlyList<string> NewLines { get; }

    /// <summary>In order, and apart from each other by at least one line.</summary>
    public IReadOnlyList<LineChange> Changes { get; }

    public static LineDiff Between(string oldText, string newText)
    {
        var (oldLines, newLines) = (Split(oldText), Split(newText));
        var shorter = Math.Min(oldLines.Count, newLines.Count);
        var before = 0;
        while (before < shorter && oldLines[before] == newLines[before])
        {
            before++;
        }

        var after = 0;
        while (after < shorter - before && oldLines[^(after + 1)] == newLines[^(after + 1)])
        {
            after++;
        }

        var (oldCount, newCount) = (oldLines.Count - before - after, newLines.Count - before - after);
        IReadOnlyList<LineChange> changes = oldCount == 0 && newCount == 0 ? []
            : oldCount == 0 || newCount == 0 || oldCount + newCount > MaxComparedLines ? [new LineChange(before, oldCount, before, newCount)]
            : Compare(oldLines.GetRange(before, oldCount), newLines.GetRange(before, newCount), before);
        return new LineDiff(oldLines, newLines, changes);
    }

    private static LineChange[] Compare(List<string> oldLines, List<string> newLines, int offset) =>
    [
        .. Differ.Instance.CreateDiffs(string.Concat(oldLines), string.Concat(newLines), ignoreWhiteSpace: false, ignoreCase: false, new Lines())
            .DiffBlocks
            .Select(block => new LineChange(block.DeleteStartA + offset, block.DeleteCountA, block.InsertStartB + offset, block.InsertCountB)),
    ];

    private static List<string> Split(string text)
    {
        var lines = new List<string>();
        for (var start = 0; start < text.Length;)
        {
            var end = text.IndexOf('\n', start) is >= 0 and var found ? found + 1 : text.Length;
            lines.Add(text[start..end]);
            start = end;
        }

        return lines;
    }

    private sealed class Lines : IChunker
    {
        public IReadOnlyList<string> Chunk(string text) => Split(text);
    }
}
