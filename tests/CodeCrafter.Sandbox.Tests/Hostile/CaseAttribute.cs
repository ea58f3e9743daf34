using System.Reflection;
using System.Runtime.CompilerServices;
using Xunit.Sdk;
using Xunit.v3;

namespace CodeCrafter.Sandbox.Tests.Hostile;

/// <summary>A hostile program. Its test exists for every backend but those that say why it does not apply to them.</summary>
[XunitTestCaseDiscoverer(typeof(CaseDiscoverer))]
[AttributeUsage(AttributeTargets.Method)]
public sealed class CaseAttribute([CallerFilePath] string? file = null, [CallerLineNumber] int line = -1) : FactAttribute(file, line);

/// <summary>On a backend's class: this case is not among its tests, and why.</summary>
[AttributeUsage(AttributeTargets.Class, AllowMultiple = true)]
public sealed class DoesNotApplyAttribute(string @case, string because) : Attribute
{
    public string Case { get; } = @case;

    public string Because { get; } = because;

    /// <summary>It applies where the tests have an image of this language.</summary>
    public string? UnlessImageOf { get; init; }
}

/// <summary>Leaves out what does not apply: there is no such test then, rather than one that is skipped.</summary>
public sealed class CaseDiscoverer : FactDiscoverer
{
    public override ValueTask<IReadOnlyCollection<IXunitTestCase>> Discover(
        ITestFrameworkDiscoveryOptions discoveryOptions, IXunitTestMethod testMethod, IFactAttribute factAttribute) =>
        testMethod.TestClass.Class.GetCustomAttributes<DoesNotApplyAttribute>().Any(e => e.Case == testMethod.MethodName && !Docker.TestEngine.Languages.Contains(e.UnlessImageOf))
            ? ValueTask.FromResult<IReadOnlyCollection<IXunitTestCase>>([])
            : base.Discover(discoveryOptions, testMethod, factAttribute);
}
