using CodeCrafter.Sandbox.Languages;
using CodeCrafter.Sandbox.Limits;

namespace CodeCrafter.Sandbox.Tests;

/// <summary>A sandbox, whatever it is made of, and short ways to run programs in it.</summary>
public abstract class ProgramFixture
{
    public abstract ISandbox Sandbox { get; }

    public LanguageCatalog Catalog { get; protected set; } = null!;

    public TestLog Log { get; } = new();

    public Language Language(string id) => Catalog.Find(id) ?? throw new InvalidOperationException($"There is no language {id}.");

    public RunRequest Request(string language, string code) => new()
    {
        Language = Language(language),
        Files = [new SourceFile(Language(language).FileName, code)],
        Entry = Language(language).FileName,
    };

    public Task<RunResult> RunAsync(RunRequest request, IRunObserver? observer = null) =>
        Sandbox.RunAsync(request, observer, TestContext.Current.CancellationToken);

    public Task<RunResult> RunAsync(string language, string code, RunLimits? limits = null) =>
        RunAsync(Request(language, code) with { Limits = limits ?? RunLimits.Default });

    /// <summary>What a Python program prints; it must end well.</summary>
    public async Task<string> PythonAsync(string code, params string[] arguments)
    {
        var result = await RunAsync(Request("python", code) with { Arguments = arguments });
        Assert.True(result.Status == RunStatus.Accepted, $"{result.Status}: {result.Run?.Stderr}");
        return result.Run!.Stdout.TrimEnd('\n');
    }
}
