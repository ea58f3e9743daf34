using System.Text;
using System.Threading.Channels;
using CodeCrafter.Sandbox.Languages;
using CodeCrafter.Sandbox.Steps;

namespace CodeCrafter.Sandbox.Tests;

public sealed class UnitTests
{
    [Theory]
    [InlineData("public class Main { public static void main(String[] a) {} }", "Main")]
    [InlineData("class Helper { void x() { if (true) {} } }\nclass Hello { static public void main(String... a) {} }", "Hello")]
    [InlineData("package a.b ;\nclass Main { public static void main(String[] a) {} }", "a.b.Main")]
    [InlineData("/* class No { void main( */ // class No { void main(\nrecord Yes(int x) { static void main(String[] a) {} }", "Yes")]
    [InlineData("class Text { String s = \"} class No { void main(\"; char c = '}'; public static void main(String[] a) {} }", "Text")]
    [InlineData("class Block { String s = \"\"\"\n } \" class No { void main( \"\"\"; public static void main(String[] a) {} }", "Block")]
    [InlineData("interface Inner { class Deep { static void main(String[] a) {} } }", "Main")]
    [InlineData("enum E { A; public static void main(String[] a) {} }", "E")]
    [InlineData("", "Main")]
    public void Java_entry_class_is_found(string code, string expected) =>
        Assert.Equal(expected, JavaEntryClass.Find(new SourceFile("dir/Main.java", code)));

    [Fact]
    public void Text_is_the_same_however_its_bytes_are_split()
    {
        var seed = Environment.TickCount;
        var random = new Random(seed);
        for (var round = 0; round < 300; round++)
        {
            var bytes = new byte[random.Next(0, 60)];
            random.NextBytes(bytes);
            var valid = Encoding.UTF8.GetBytes("é€😀x\u0301");
            byte[] all = [.. valid, .. bytes, .. valid];
            var pieces = Channel.CreateUnbounded<OutputPiece>();
            var collector = new OutputCollector(RunPhase.Run, OutputStream.Stdout, 1000, pieces.Writer);

            for (var i = 0; i < all.Length;)
            {
                var n = Math.Min(random.Next(1, 5), all.Length - i);
                collector.Append(all.AsSpan(i, n));
                i += n;
            }
            collector.Complete();

            Assert.True(Encoding.UTF8.GetString(all) == collector.Text, $"seed {seed} round {round}");
            var passedOn = "";
            while (pieces.Reader.TryRead(out var piece))
            {
                Assert.False(char.IsHighSurrogate(piece.Text[^1]) || char.IsLowSurrogate(piece.Text[0]), $"seed {seed} round {round}");
                passedOn += piece.Text;
            }
            Assert.Equal(collector.Text, passedOn);
        }
    }

    [Fact]
    public void Capped_text_is_a_prefix_in_whole_characters()
    {
        for (var limit = 1; limit < 20; limit++)
        {
            var collector = new OutputCollector(RunPhase.Run, OutputStream.Stdout, limit, null);
            foreach (var b in Encoding.UTF8.GetBytes("aé€😀bé€😀c"))
            {
                collector.Append([b]);
            }
            collector.Complete();

            Assert.StartsWith(collector.Text, "aé€😀bé€😀c", StringComparison.Ordinal);
            Assert.InRange(Encoding.UTF8.GetByteCount(collector.Text), limit - 3, limit);
            Assert.True(collector.Truncated);
        }
    }

    /// <summary>They load nothing, so they cannot ask for this themselves.</summary>
    [Fact]
    public async Task Scripts_of_a_sandbox_are_strict_perl_without_warnings()
    {
        var (directory, cancellation) = (Directory.CreateTempSubdirectory().FullName, TestContext.Current.CancellationToken);
        foreach (var name in (string[])["init.pl", "zygote.pl"])
        {
            await using var resource = typeof(RunRequest).Assembly.GetManifestResourceStream(name)!;
            var text = await new StreamReader(resource).ReadToEndAsync(cancellation);
            // The one is read by the other where sandboxes see it.
            await File.WriteAllTextAsync(Path.Combine(directory, name), text.Replace("require '/init.pl'", $"BEGIN {{ require '{directory}/init.pl' }}"), cancellation);
        }
        foreach (var script in Directory.GetFiles(directory))
        {
            using var perl = System.Diagnostics.Process.Start(new System.Diagnostics.ProcessStartInfo("/usr/bin/perl", ["-Mstrict", "-w", "-c", script]) { RedirectStandardError = true })!;

            Assert.Equal($"{script} syntax OK\n", await perl.StandardError.ReadToEndAsync(cancellation));
        }
        Directory.Delete(directory, recursive: true);
    }
}
