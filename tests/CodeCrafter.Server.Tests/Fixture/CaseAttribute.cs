using System.Globalization;
using Xunit.v3;

namespace CodeCrafter.Server.Tests.Fixture;

/// <summary>
/// The test, or each test of the class, shows this case of what people try to get in without a right to:
/// <c>-trait "access=15"</c> runs the tests of case 15.
/// </summary>
[AttributeUsage(AttributeTargets.Method | AttributeTargets.Class, AllowMultiple = true)]
public sealed class AccessCaseAttribute(int number) : Attribute, ITraitAttribute
{
    public int Number { get; } = number;

    public IReadOnlyCollection<KeyValuePair<string, string>> GetTraits() => [new("access", Number.ToString(CultureInfo.InvariantCulture))];
}
