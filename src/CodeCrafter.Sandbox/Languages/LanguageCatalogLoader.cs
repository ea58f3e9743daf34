namespace CodeCrafter.Sandbox.Languages;

/// <summary>Reads the folders under <c>languages/</c>: a manifest <c>language.json</c> and a sample program each.</summary>
internal static class LanguageCatalogLoader
{
    /// <summary>The name of a manifest.</summary>
    public const string ManifestName = "language.json";

    private const int MaxProblems = 5;

    /// <summary>The languages by name, and what is wrong with folders.</summary>
    public static (IReadOnlyList<(Language Language, LanguageManifest Manifest)> Languages, IReadOnlyList<LanguageFault> Faults) Read(string directory)
    {
        var languages = new List<(Language Language, LanguageManifest Manifest)>();
        var faults = new List<LanguageFault>();
        // Those that begin with a dot are an editor's or a version control's.
        var folders = Directory.GetDirectories(directory).Where(folder => !Path.GetFileName(folder).StartsWith('.')).Order(StringComparer.Ordinal).ToList();
        // A folder's own name is its language's, whatever others want to be called too.
        var ids = folders.Where(folder => File.Exists(Path.Combine(folder, ManifestName))).Select(folder => Path.GetFileName(folder)).ToHashSet(StringComparer.Ordinal);
        foreach (var folder in folders)
        {
            try
            {
                languages.Add(ReadFolder(folder, ids));
            }
            catch (LanguageFolderException e)
            {
                faults.Add(new LanguageFault(Path.GetFileName(folder), e.Message));
            }
        }
        WithdrawSharedAliases(languages, faults);
        return ([.. languages.OrderBy(entry => entry.Language.Name, StringComparer.OrdinalIgnoreCase)], faults);
    }

    /// <summary>
    /// A file of a language as whoever edits it knows it: what the server reads is a copy, made when it was built.
    /// </summary>
    public static string PathOf(string id, string file) => $"languages/{id}/{file}";

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
                    language.Id,
                    $"{PathOf(language.Id, ManifestName)}: 'aliases' has '{alias}', which is nobody's, since several folders claim it: {string.Join(", ", claims[alias])}",
                    IsLeftOut: false)));
            }
        }
    }

    private static (Language Language, LanguageManifest Manifest) ReadFolder(string folder, IReadOnlySet<string> ids)
    {
        var id = Path.GetFileName(folder);
        var text = ReadFile(folder, ManifestName, "a folder of a language has its manifest there");
        var manifest = ManifestShape.Read(text, out var problems);
        if (manifest is not null)
        {
            problems = [.. ManifestRules.Check(manifest, id, ids)];
        }
        if (manifest is null || problems.Count > 0)
        {
            var more = problems.Count > MaxProblems ? $"; and {problems.Count - MaxProblems} more" : "";
            throw new LanguageFolderException($"{PathOf(id, ManifestName)}: {string.Join("; ", problems.Take(MaxProblems))}{more}");
        }
        var sample = ReadFile(folder, manifest.FileName, $"'fileName' in {ManifestName} names it as the sample, which prints '{LanguageCatalog.Greeting}'");
        return (manifest.ToLanguage(System.Text.Encoding.UTF8.GetString(sample), Path.GetFullPath(folder)), manifest);
    }

    private static byte[] ReadFile(string folder, string file, string purpose)
    {
        try
        {
            return File.ReadAllBytes(Path.Combine(folder, file));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            var what = e is FileNotFoundException or DirectoryNotFoundException ? "missing" : "not to be read";
            throw new LanguageFolderException($"{PathOf(Path.GetFileName(folder), file)} is {what}: {purpose}");
        }
    }

    /// <param name="problem">What is wrong, with the file that it is in, in the words of whoever wrote it; one line.</param>
    private sealed class LanguageFolderException(string problem) : Exception(problem.ReplaceLineEndings(" "));
}
