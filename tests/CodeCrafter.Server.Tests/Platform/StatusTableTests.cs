using System.Text.RegularExpressions;
using CodeCrafter.Sandbox;
using CodeCrafter.Server.Execution;

namespace CodeCrafter.Server.Tests.Platform;

/// <summary>docs/API.md has every status that a run can have, and no other.</summary>
public sealed partial class StatusTableTests
{
    [Fact]
    public void The_table_has_each_status_with_its_number_and_words()
    {
        var text = File.ReadAllText(Path.Combine(Repository.Root, "docs", "API.md"));
        var table = text[text.IndexOf("**Status.**", StringComparison.Ordinal)..text.IndexOf("**Test cases**", StringComparison.Ordinal)];
        var rows = Row().Matches(table).Select(row => new ExecutionStatus(int.Parse(row.Groups[1].ValueSpan), row.Groups[2].Value));

        Assert.Equal(Enum.GetValues<RunStatus>().Select(ExecutionStatus.From), rows);
    }

    [GeneratedRegex(@"^\| (\d+) \| ([^|]+) \| \S", RegexOptions.Multiline)]
    private static partial Regex Row();
}
