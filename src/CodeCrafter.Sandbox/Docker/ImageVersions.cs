using CodeCrafter.Sandbox.Languages;

namespace CodeCrafter.Sandbox.Docker;

/// <summary>Asks the toolchains in the images for their versions, as Toolchain asks those of the host.</summary>
internal static class ImageVersions
{
    /// <summary>What there is of each language, by its id.</summary>
    public static async Task<IReadOnlyDictionary<string, (string? Version, ToolchainFault? Fault)>> ProbeAsync(
        DockerSandbox sandbox, DockerHost host, IEnumerable<Language> languages, CancellationToken cancellationToken)
    {
        var toolchains = await Task.WhenAll(languages.Select(async language => (language.Id, Found: await ProbeAsync(sandbox, host, language, cancellationToken))));
        return toolchains.ToDictionary(entry => entry.Id, entry => entry.Found);
    }

    private static async Task<(string? Version, ToolchainFault? Fault)> ProbeAsync(
        DockerSandbox sandbox, DockerHost host, Language language, CancellationToken cancellationToken)
    {
        var build = $"docker build --tag {host.ImageName(language)} languages/{language.Id}";
        if (!host.HasImage(language))
        {
            return (null, new ToolchainFault("no image: " + build, []));
        }
        var request = new RunRequest
        {
            Language = language with { Recipe = new LanguageRecipe { Run = new CommandTemplate { Command = language.Recipe!.Version } } },
            Files = [new SourceFile(language.FileName, "")],
            Entry = language.FileName,
            Limits = Limits.RunLimits.DefaultForCompiling,
        };
        var result = await sandbox.RunAsync(request, cancellationToken: cancellationToken);
        cancellationToken.ThrowIfCancellationRequested();
        return result is { Status: RunStatus.Accepted, Run: { } run } && Toolchain.FindVersion(run.Stdout + run.Stderr) is { } version
            ? (version, null)
            : (null, Toolchain.Failed(
                language.Id, language.Recipe!.Version, $"in its image {host.ImageName(language)}", $"prints no number and ends with {result.Status}", result.Run?.Stderr ?? "", build));
    }
}
