using CodeCrafter.Sandbox.Languages;

namespace CodeCrafter.Sandbox.Docker;

/// <summary>Asks the toolchains in the images for their versions, as LanguageCatalogLoader asks those of the host.</summary>
internal static class ImageVersions
{
    /// <summary>The version for each language id; null where the toolchain does not answer.</summary>
    public static async Task<IReadOnlyDictionary<string, string?>> ProbeAsync(DockerSandbox sandbox, IEnumerable<Language> languages, CancellationToken cancellationToken)
    {
        var versions = await Task.WhenAll(languages.Select(async language => (language.Id, Version: await ProbeAsync(sandbox, language, cancellationToken))));
        return versions.ToDictionary(entry => entry.Id, entry => entry.Version);
    }

    private static async Task<string?> ProbeAsync(DockerSandbox sandbox, Language language, CancellationToken cancellationToken)
    {
        var request = new RunRequest
        {
            Language = language with { Recipe = new LanguageRecipe { Run = new CommandTemplate { Command = language.Recipe!.Version } } },
            Files = [new SourceFile(language.FileName, "")],
            Entry = language.FileName,
            Limits = Limits.RunLimits.DefaultForCompiling,
        };
        var result = await sandbox.RunAsync(request, cancellationToken: cancellationToken);
        cancellationToken.ThrowIfCancellationRequested();
        return result is { Status: RunStatus.Accepted, Run: { } run } ? LanguageCatalogLoader.FindVersion(run.Stdout + run.Stderr) : null;
    }
}
