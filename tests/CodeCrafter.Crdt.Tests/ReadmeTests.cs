using System.Globalization;
using System.Text.RegularExpressions;
using CodeCrafter.Crdt.Structs;
using CodeCrafter.Crdt.Sync;
using CodeCrafter.Crdt.Wire;

namespace CodeCrafter.Crdt.Tests;

/// <summary>The README of the library is right: its examples are those of <see cref="ReadmeExamples.ReadmeExampleTests"/>, its figures those of the code.</summary>
public sealed partial class ReadmeTests
{
    private static string Readme => File.ReadAllText(Path.Combine(Repository.Root, "src", "CodeCrafter.Crdt", "README.md"));

    private static string Source => File.ReadAllText(Path.Combine(Repository.Root, "tests", "CodeCrafter.Crdt.Tests", "ReadmeExampleTests.cs"));

    private static string[] Examples =>
        [.. Readme.Split("```csharp\n").Skip(1).Select(rest => rest[..rest.IndexOf("```", StringComparison.Ordinal)])];

    [Fact]
    public void All_examples_are_compiled_and_run()
    {
        var lines = Lines(Source);
        Assert.Equal(7, Examples.Length);
        Assert.All(Examples, example => Assert.Contains(Lines(Using().Replace(example, "")), lines));
    }

    [Fact]
    public void The_examples_show_the_usings_that_they_are_compiled_with() =>
        Assert.Equal(Usings(Source), Usings(string.Concat(Examples)));

    [Fact]
    public void The_package_is_named_where_it_is_made()
    {
        var version = typeof(Doc).Assembly.GetName().Version!.ToString(3);
        Assert.Contains($"CodeCrafter.Crdt.{version}.nupkg", Readme, StringComparison.Ordinal);
    }

    [Fact]
    public void Caps_and_defaults_are_those_of_the_code()
    {
        var awareness = new AwarenessOptions();
        FormattableString[] rows =
        [
            $"| clients with an awareness state | {awareness.MaxClients:N0} |",
            $"| bytes of an awareness state | {awareness.MaxStateBytes / 1024} KiB |",
            $"| an awareness state that is not renewed | goes after {awareness.Timeout.TotalSeconds} s |",
            $"| garbage | {(new DocOptions().CollectsGarbage ? "is collected" : "stays")} |",
            $"| depth of a plain value | {AnyValue.MaxDepth} |",
            $"| integers, clocks and ids from outside | 2^{Math.Log2(WireReader.MaxInteger + 1)} - 1 |",
            $"| text of one item | 2^{Math.Log2(TextPool.MaxLength)} UTF-16 units |",
            $"| clients of a document | {Row.MaxClients:N0} |",
        ];
        Assert.All(rows, row => Assert.Contains(row.ToString(CultureInfo.InvariantCulture), Readme));
    }

    private static string Lines(string text) => string.Join('\n', text.Split('\n').Select(line => line.Trim()).Where(line => line.Length > 0));

    private static string[] Usings(string text) => [.. Using().Matches(text).Select(match => match.Value).Distinct().Order(StringComparer.Ordinal)];

    [GeneratedRegex(@"^using [A-Z][\w.]*;\n", RegexOptions.Multiline)]
    private static partial Regex Using();
}
