using System.Globalization;
using System.Text.RegularExpressions;

namespace CodeCrafter.Server.Tests.Faults;

/// <summary>Holds the list of cases in <c>docs/FAULTS.md</c> and the tests of all suites together.</summary>
public sealed partial class FaultListTests
{
    [Fact]
    public void Every_case_has_a_test_and_every_test_of_a_case_is_in_the_list()
    {
        var tested = Directory.EnumerateFiles(Path.Combine(Repository.Root, "tests"), "*.cs", SearchOption.AllDirectories)
            .SelectMany(file => Numbers(CaseOfTest(), file));
        Assert.Equal(Numbers(Row(), Path.Combine(Repository.Root, "docs", "FAULTS.md")), tested.Distinct().Order());
    }

    private static IEnumerable<int> Numbers(Regex pattern, string file) =>
        pattern.Matches(File.ReadAllText(file)).Select(match => int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture));

    [GeneratedRegex("""^\s*\[Trait\("fault", "(\d+)"\)\]""", RegexOptions.Multiline)]
    private static partial Regex CaseOfTest();

    [GeneratedRegex(@"^\| (\d+) \|", RegexOptions.Multiline)]
    private static partial Regex Row();
}
