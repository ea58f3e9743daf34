using CodeCrafter.Crdt;
using CodeCrafter.Server.Collaboration.Documents;
using CodeCrafter.Server.Sessions;
using CodeCrafter.Server.Sessions.Snapshots;

namespace CodeCrafter.Server.Tests.Sessions;

public sealed class DiffTests
{
    [Fact]
    public void The_changes_make_the_new_text_of_the_old_one_and_nothing_else_is_touched()
    {
        var seed = Environment.TickCount;
        TestContext.Current.TestOutputHelper?.WriteLine($"seed {seed}");
        var random = new Random(seed);
        for (var round = 0; round < 500; round++)
        {
            var (before, after) = (RandomText(random), RandomText(random));
            var diff = LineDiff.Between(before, after);
            var lines = new List<string>();
            var line = 0;
            foreach (var change in diff.Changes)
            {
                Assert.True(change.OldStart > line || line == 0, $"seed {seed}: changes touch");
                lines.AddRange(diff.OldLines.Take(change.OldStart).Skip(line));
                Assert.Equal(lines.Count, change.NewStart);
                lines.AddRange(diff.NewLines.Skip(change.NewStart).Take(change.NewCount));
                line = change.OldStart + change.OldCount;
            }

            lines.AddRange(diff.OldLines.Skip(line));
            Assert.True(after == string.Concat(lines), $"seed {seed}, round {round}");
        }
    }

    [Fact]
    public void Edits_make_a_document_what_it_was_whatever_was_done_to_it()
    {
        var seed = Environment.TickCount;
        TestContext.Current.TestOutputHelper?.WriteLine($"seed {seed}");
        var random = new Random(seed);
        for (var round = 0; round < 200; round++)
        {
            var (before, after) = (RandomContent(random), RandomContent(random));
            var doc = new Doc();
            doc.ApplyUpdate(SessionDocument.Encode(before));
            doc.Transact(() => DocumentEdits.Between(doc, after).Apply(doc));
            var result = SessionDocument.Read(doc);
            Assert.True(
                after.Files.OrderBy(file => file.Path, StringComparer.Ordinal).SequenceEqual(result.Files) && (after.Entry, after.Language) == (result.Entry, result.Language),
                $"seed {seed}, round {round}");
        }
    }

    [Fact]
    public void Edits_delete_and_type_no_more_than_what_differs()
    {
        var doc = new Doc();
        doc.ApplyUpdate(SessionDocument.Encode(Content("one\ntwo\n😀 three\nfour\n")));
        var edits = DocumentEdits.Between(doc, Content("one\ntwo\n😁 three!\nfour\n"));
        // A surrogate pair is not cut.
        Assert.Equal(System.Text.Encoding.UTF8.GetByteCount("😁 three!"), edits.AddedBytes);
        Assert.Equal(0, DocumentEdits.Between(doc, Content("one\ntwo\n😀 three\nfour\n")).AddedBytes);
        doc.Transact(() => edits.Apply(doc));
        Assert.Equal("one\ntwo\n😁 three!\nfour\n", SessionDocument.Read(doc).Files[0].Content);
    }

    [Fact]
    public void A_diff_has_hunks_with_three_lines_around_each_change()
    {
        var before = string.Concat(Enumerable.Range(1, 30).Select(i => $"line {i}\n"));
        var after = before.Replace("line 5\n", "line five\n", StringComparison.Ordinal).Replace("line 8\n", "", StringComparison.Ordinal)
            .Replace("line 25\n", "line 25\nand a half\n", StringComparison.Ordinal);

        var file = Assert.Single(DocumentDiff.Between(Content(before), Content(after)));

        Assert.Equal(("main.py", FileChange.Changed, 2, 2, false), (file.Path, file.Change, file.Additions, file.Deletions, file.Truncated));
        Assert.Equal([(2, 10, 2, 9), (23, 6, 22, 7)], file.Hunks.Select(hunk => (hunk.OldStart, hunk.OldLines, hunk.NewStart, hunk.NewLines)));
        Assert.Equal(
            [" line 2", " line 3", " line 4", "-line 5", "+line five", " line 6", " line 7", "-line 8", " line 9", " line 10", " line 11"],
            file.Hunks[0].Lines.Select(Show));
    }

    [Fact]
    public void A_diff_tells_of_files_that_came_and_went_and_of_a_missing_end_of_line()
    {
        var diff = DocumentDiff.Between(
            new DocumentContent([new("a", "x\n"), new("b", "gone\n"), new("same", "1")], "a", "c"),
            new DocumentContent([new("a", "x"), new("c", ""), new("d", "new"), new("same", "1")], "a", "c"));

        Assert.Equal(
            [("a", FileChange.Changed), ("b", FileChange.Removed), ("c", FileChange.Added), ("d", FileChange.Added)],
            diff.Select(file => (file.Path, file.Change)));
        Assert.Equal(["-x", "+x"], diff[0].Hunks[0].Lines.Select(Show));
        Assert.Equal([false, true], diff[0].Hunks[0].Lines.Select(line => line.NoNewline));
        Assert.Equal((1, 1, 0, 0), (diff[1].Hunks[0].OldStart, diff[1].Hunks[0].OldLines, diff[1].Hunks[0].NewStart, diff[1].Hunks[0].NewLines));
        Assert.Empty(diff[2].Hunks);
        Assert.Equal(["+new"], diff[3].Hunks[0].Lines.Select(Show));
    }

    [Fact]
    public void Texts_that_have_nothing_in_common_are_one_change_and_an_answer_is_bounded()
    {
        var before = string.Concat(Enumerable.Range(0, 400_000).Select(i => $"a{i}\n"));
        var after = string.Concat(Enumerable.Range(0, 400_000).Select(i => $"b{i}\n"));

        Assert.Equal([new LineChange(0, 400_000, 0, 400_000)], LineDiff.Between(before, after).Changes);
        var file = Assert.Single(DocumentDiff.Between(Content(before), Content(after)));

        Assert.Equal((400_000, 400_000, true), (file.Additions, file.Deletions, file.Truncated));
        Assert.Empty(file.Hunks);
    }

    private static DocumentContent Content(string text) => new([new SessionFile("main.py", text)], "main.py", "python");

    private static string Show(DiffLine line) =>
        (line.Kind switch { DiffLineKind.Added => "+", DiffLineKind.Removed => "-", _ => " " }) + line.Text;

    private static DocumentContent RandomContent(Random random)
    {
        string[] paths = [.. new[] { "a", "b/c", "d" }.Where(_ => random.Next(3) > 0)];
        paths = paths.Length == 0 ? ["a"] : paths;
        return new DocumentContent(
            [.. paths.Select(path => new SessionFile(path, RandomText(random)))], paths[random.Next(paths.Length)], random.Next(2) == 0 ? "python" : "java");
    }

    private static string RandomText(Random random)
    {
        string[] words = ["x", "yy", "😀", "\ud83d\ude01é", "\r", ""];
        return string.Concat(Enumerable.Range(0, random.Next(12)).Select(_ =>
            words[random.Next(words.Length)] + words[random.Next(words.Length)] + (random.Next(8) > 0 ? "\n" : "")));
    }
}
