using CodeCrafter.Crdt.Tests;
using Xunit.Runner.Common;
using Xunit.Sdk;
using Xunit.v3;

namespace CodeCrafter.Crdt.Mutation;

/// <summary>Runs chosen tests in this process, again and again.</summary>
internal sealed class TestHost : IMessageSink
{
    // What looks at the package, at memory, or at the library as it was built.
    private static readonly string[] s_leftOut = ["PackageTests", "MemoryTests", "FaultTests"];

    private readonly ITestFrameworkExecutor _executor;
    private readonly ITestFrameworkExecutionOptions _options = TestFrameworkOptions.ForExecution(new TestAssemblyConfiguration());
    private string? _failed;

    private TestHost(ITestFrameworkExecutor executor, List<ITestCase> cases)
    {
        _executor = executor;
        Cases = cases;
        _options.SetParallelMode(ParallelMode.None);
        _options.SetStopOnTestFail(true);
    }

    public IReadOnlyList<ITestCase> Cases { get; }

    /// <summary>Gets the id of each test that begins.</summary>
    public Action<string>? TestStarting { get; set; }

    public static async Task<TestHost> CreateAsync()
    {
        TestContext.SetForInitialization(null, diagnosticMessages: false, internalDiagnosticMessages: false);
        var framework = new XunitTestFramework();
        var tests = typeof(DocTests).Assembly;
        List<ITestCase> cases = [];
        await framework.GetDiscoverer(tests).Find(
            testCase =>
            {
                if (!s_leftOut.Contains(testCase.TestClass!.TestClassSimpleName))
                {
                    cases.Add(testCase);
                }

                return new(true);
            },
            TestFrameworkOptions.ForDiscovery(new TestAssemblyConfiguration()));
        return new(framework.GetExecutor(tests), cases);
    }

    /// <summary>Runs the tests until one fails. Returns the id of that one, if any.</summary>
    public async Task<string?> FirstFailureAsync(IReadOnlyCollection<ITestCase> cases)
    {
        // It is kept in the flow of execution, so it has to be set for each run.
        TestContext.SetForInitialization(null, diagnosticMessages: false, internalDiagnosticMessages: false);
        _failed = null;
        await _executor.RunTestCases(cases, this, _options);
        return _failed;
    }

    bool IMessageSink.OnMessage(IMessageSinkMessage message)
    {
        switch (message)
        {
            case ITestCaseStarting starting:
                TestStarting?.Invoke(starting.TestCaseUniqueID);
                break;
            case ITestFailed failed:
                _failed ??= failed.TestCaseUniqueID;
                break;
            case IErrorMessage:
                _failed ??= "";
                break;
        }

        return true;
    }
}
