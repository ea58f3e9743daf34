using CodeCrafter.Sandbox.Languages;
using CodeCrafter.Sandbox.Oci;

[assembly: AssemblyFixture(typeof(CodeCrafter.Sandbox.Tests.SandboxFixture))]

namespace CodeCrafter.Sandbox.Tests;

/// <summary>One real sandbox for all tests.</summary>
public sealed class SandboxFixture : IAsyncLifetime
{
    public OciSandbox Sandbox { get; private set; } = null!;

    public LanguageCatalog Catalog { get; private set; } = null!;

    public TestLog Log { get; } = new();

    public string StateDirectory { get; } = Path.Combine(Path.GetTempPath(), "codecrafter-sandbox-" + Path.GetRandomFileName());

    public static string LanguagesDirectory { get; } = Path.Combine(AppContext.BaseDirectory, "languages");

    public async ValueTask InitializeAsync()
    {
        Catalog = await LanguageCatalog.LoadAsync(LanguagesDirectory);
        Sandbox = await OciSandbox.CreateAsync(new SandboxOptions { StateDirectory = StateDirectory }, Catalog, Log);
    }

    public async ValueTask DisposeAsync()
    {
        await Sandbox.DisposeAsync();
        Directory.Delete(StateDirectory, recursive: true);
    }

    public Language Language(string id) => Catalog.Find(id) ?? throw new InvalidOperationException($"There is no language {id}.");

    public RunRequest Request(string language, string code) => new()
    {
        Language = Language(language),
        Files = [new SourceFile(Language(language).FileName, code)],
        Entry = Language(language).FileName,
    };
}
