using CodeCrafter.Sandbox.Languages;
using CodeCrafter.Sandbox.Limits;
using CodeCrafter.Sandbox.Oci;

[assembly: AssemblyFixture(typeof(CodeCrafter.Sandbox.Tests.SandboxFixture))]

namespace CodeCrafter.Sandbox.Tests;

/// <summary>One real sandbox for all tests. At the end nothing of it may be left on the host.</summary>
public sealed class SandboxFixture : IAsyncLifetime
{
    public OciSandbox Sandbox { get; private set; } = null!;

    public LanguageCatalog Catalog { get; private set; } = null!;

    public TestLog Log { get; } = new();

    public SandboxOptions Options { get; } = new() { StateDirectory = NewStateDirectory(), FirstUid = FirstUid };

    /// <summary>The first of 100,000 user ids of this test process, so that several can run on one host at a time.</summary>
    public static int FirstUid { get; } = 1_900_000_000 + (Environment.ProcessId % 1_000 * 100_000);

    public static string LanguagesDirectory { get; } = Path.Combine(AppContext.BaseDirectory, "languages");

    public static string NewStateDirectory() => Path.Combine(Path.GetTempPath(), "codecrafter-sandbox-" + Path.GetRandomFileName());

    public async ValueTask InitializeAsync()
    {
        Catalog = await LanguageCatalog.LoadAsync(LanguagesDirectory);
        Sandbox = await OciSandbox.CreateAsync(Options, Catalog, Log);
    }

    public async ValueTask DisposeAsync()
    {
        var left = await HostState.LeftoversAsync(Sandbox, Options);
        Assert.True(left.Count == 0, string.Join('\n', left));
        await Sandbox.DisposeAsync();
        Assert.Empty(HostState.Leftovers(Options));
        Directory.Delete(Options.StateDirectory, recursive: true);
    }

    public Task<OciSandbox> StartAsync(SandboxOptions options) =>
        OciSandbox.CreateAsync(options, Catalog, Log, cancellationToken: TestContext.Current.CancellationToken);

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
