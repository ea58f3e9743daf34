using CodeCrafter.Sandbox.Languages;
using CodeCrafter.Sandbox.Oci;

[assembly: AssemblyFixture(typeof(CodeCrafter.Sandbox.Tests.SandboxFixture))]

namespace CodeCrafter.Sandbox.Tests;

/// <summary>One real sandbox for all tests. At the end nothing of it may be left on the host.</summary>
public sealed class SandboxFixture : ProgramFixture, IAsyncLifetime
{
    private OciSandbox? _sandbox;

    public override OciSandbox Sandbox => _sandbox!;

    public SandboxOptions Options { get; } = new() { StateDirectory = NewStateDirectory(), FirstUid = FirstUid };

    /// <summary>The first of 100,000 user ids of this test process, so that several can run on one host at a time.</summary>
    public static int FirstUid { get; } = 1_900_000_000 + (Environment.ProcessId % 1_000 * 100_000);

    public static string LanguagesDirectory { get; } = Path.Combine(AppContext.BaseDirectory, "languages");

    /// <summary>The text of a file that each language's folder has.</summary>
    public static string ReadPart(string id, string part)
    {
        var path = Path.Combine(LanguagesDirectory, id, part);
        Assert.True(File.Exists(path), $"languages/{id} has no {part}. \"Add a language\" in README.md says what a folder has, and what for.");
        return File.ReadAllText(path);
    }

    public static string NewStateDirectory() => Path.Combine(Path.GetTempPath(), "codecrafter-sandbox-" + Path.GetRandomFileName());

    public async ValueTask InitializeAsync()
    {
        Catalog = await LanguageCatalog.LoadAsync(LanguagesDirectory);
        _sandbox = await OciSandbox.CreateAsync(Options, Catalog, Log);
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
}
