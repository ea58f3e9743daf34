using System.Diagnostics;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace CodeCrafter.Sandbox.Languages;

/// <summary>Reads the folders under <c>languages/</c>: a manifest <c>language.json</c> and a sample program each.</summary>
internal static partial class LanguageCatalogLoader
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        UnmappedMemberHandling = System.Text.Json.Serialization.JsonUnmappedMemberHandling.Disallow,
        ReadCommentHandling = JsonCommentHandling.Skip,
        RespectRequiredConstructorParameters = true,
    };

    /// <summary>The languages by name, and what is wrong with the folders that are left out.</summary>
    public static (IReadOnlyList<(Language Language, LanguageManifest Manifest)> Languages, IReadOnlyList<LanguageFault> Faults) Read(string directory)
    {
        var languages = new List<(Language Language, LanguageManifest Manifest)>();
        var faults = new List<LanguageFault>();
        var folders = Directory.GetDirectories(directory).Where(folder => File.Exists(Path.Combine(folder, "language.json"))).Order(StringComparer.Ordinal).ToList();
        // A folder's own name is its language's, whatever others want to be called too.
        var ids = folders.Select(folder => Path.GetFileName(folder)).ToHashSet(StringComparer.Ordinal);
        foreach (var folder in folders)
        {
            var path = Path.Combine(folder, "language.json");
            try
            {
                var entry = ReadFolder(folder, path);
                CheckAliases(entry.Language, ids);
                languages.Add(entry);
            }
            catch (Exception e) when (e is JsonException or IOException or UnauthorizedAccessException)
            {
                faults.Add(new LanguageFault(Path.GetFileName(folder), $"{path}: {e.Message}"));
            }
        }
        WithdrawSharedAliases(languages, faults);
        return ([.. languages.OrderBy(entry => entry.Language.Name, StringComparer.OrdinalIgnoreCase)], faults);
    }

    // A new folder must not take a name away from another, and nobody can tell which of the two is the new one.
    private static void WithdrawSharedAliases(List<(Language Language, LanguageManifest Manifest)> languages, List<LanguageFault> faults)
    {
        var claims = languages.SelectMany(entry => entry.Language.Aliases.Select(alias => (Alias: alias, entry.Language.Id))).ToLookup(claim => claim.Alias, claim => claim.Id);
        for (var i = 0; i < languages.Count; i++)
        {
            var (language, manifest) = languages[i];
            var shared = language.Aliases.Where(alias => claims[alias].Distinct().Count() > 1).ToList();
            if (shared.Count > 0)
            {
                languages[i] = (language with { Aliases = [.. language.Aliases.Except(shared)] }, manifest);
                faults.AddRange(shared.Select(alias => new LanguageFault(
                    language.Id, $"The alias {alias} is nobody's, since several folders claim it: {string.Join(", ", claims[alias])}.", IsLeftOut: false)));
            }
        }
    }

    private static void CheckAliases(Language language, HashSet<string> ids)
    {
        foreach (var alias in language.Aliases)
        {
            if (alias != alias.ToLowerInvariant())
            {
                throw new JsonException($"The alias {alias} is not in lower case.");
            }
            if (ids.Contains(alias))
            {
                throw new JsonException($"The alias {alias} is a name of the language {alias} already.");
            }
        }
    }

    /// <summary>The version that the toolchain reports; null where it is not installed.</summary>
    public static async Task<string?> ProbeAsync(LanguageManifest manifest, CancellationToken cancellationToken)
    {
        if (!manifest.Requires.All(File.Exists))
        {
            return null;
        }
        var start = new ProcessStartInfo(manifest.Version[0], manifest.Version.Skip(1))
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = "/",
        };
        start.Environment.Clear();
        foreach (var (name, value) in ProbeEnvironment)
        {
            start.Environment[name] = value;
        }
        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(TimeSpan.FromSeconds(20));
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(timeout.Token);
            var errors = process.StandardError.ReadToEndAsync(timeout.Token);
            await process.WaitForExitAsync(timeout.Token);
            var version = FindVersion(await output + await errors);
            return process.ExitCode == 0 ? version : null;
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            cancellationToken.ThrowIfCancellationRequested();
            return null;
        }
    }

    /// <summary>The version in what a toolchain says of itself; null where there is none.</summary>
    public static string? FindVersion(string output) => VersionNumber().Match(output) is { Success: true } version ? version.Value : null;

    private static readonly (string, string)[] ProbeEnvironment = [("PATH", "/usr/bin:/bin"), ("LANG", "C.UTF-8"), ("HOME", "/nonexistent")];

    private static (Language Language, LanguageManifest Manifest) ReadFolder(string folder, string path)
    {
        var manifest = JsonSerializer.Deserialize<LanguageManifest>(File.ReadAllBytes(path), Json)
            ?? throw new JsonException("The manifest is empty.");
        if (manifest.Id != Path.GetFileName(folder))
        {
            throw new JsonException($"The id {manifest.Id} is not the folder's name.");
        }
        if (manifest.Id != manifest.Id.ToLowerInvariant())
        {
            throw new JsonException($"The id {manifest.Id} is not in lower case.");
        }
        if (manifest.Version.Count == 0 || manifest.Run.Command.Count == 0)
        {
            throw new JsonException("The commands 'version' and 'run' need a program.");
        }
        if (manifest.Compile is not null && manifest.Output?.StartsWith("/build/", StringComparison.Ordinal) != true)
        {
            throw new JsonException("What the compiler makes ('output') is a path below /build/.");
        }
        return (manifest.ToLanguage(File.ReadAllText(Path.Combine(folder, manifest.FileName)), Path.GetFullPath(folder)), manifest);
    }

    [GeneratedRegex(@"\d+(\.\d+)*")]
    private static partial Regex VersionNumber();
}
