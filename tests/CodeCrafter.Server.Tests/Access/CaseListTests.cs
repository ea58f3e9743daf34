using System.Reflection;
using System.Text.RegularExpressions;
using CodeCrafter.Server.Tests.Fixture;

namespace CodeCrafter.Server.Tests.Access;

/// <summary>Holds the list of cases in <c>docs/ACCESS.md</c> and the tests together.</summary>
public sealed partial class CaseListTests
{
    [Fact]
    public void Every_case_has_a_test_and_every_test_of_a_case_is_in_the_list()
    {
        var tested = typeof(CaseListTests).Assembly.GetTypes()
            .SelectMany(type => type.GetMethods().Where(IsTest).SelectMany(method => CasesOf(method).Concat(CasesOf(type))))
            .Distinct().Order();
        Assert.Equal(Listed(), tested);
    }

    private static IEnumerable<int> Listed() => Row().Matches(File.ReadAllText(Path.Combine(Repository.Root, "docs", "ACCESS.md")))
        .Select(match => int.Parse(match.Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture));

    private static bool IsTest(MethodInfo method) => method.GetCustomAttributes<FactAttribute>().Any();

    private static IEnumerable<int> CasesOf(MemberInfo member) =>
        member.GetCustomAttributes<AccessCaseAttribute>().Select(attribute => attribute.Number);

    [GeneratedRegex(@"^\| (\d+) \|", RegexOptions.Multiline)]
    private static partial Regex Row();
}
