namespace CodeCrafter.Sandbox.Languages;

/// <summary>A language that programs can be run in, as its folder under <c>languages/</c> describes it.</summary>
public sealed record Language
{
    /// <summary>The name in the API: <c>python</c>.</summary>
    public required string Id { get; init; }

    /// <summary>The name for people: <c>Python</c>.</summary>
    public required string Name { get; init; }

    /// <summary>The name of the entry file where none is given: <c>main.py</c>.</summary>
    public required string FileName { get; init; }

    /// <summary>Other names that the API takes: <c>py</c>, <c>python3</c>.</summary>
    public IReadOnlyList<string> Aliases { get; init; } = [];

    /// <summary>A small program that prints a greeting: the smoke test, and what a new session starts with.</summary>
    public required string Sample { get; init; }

    /// <summary>The toolchain's version as it reports it; null where it is not installed.</summary>
    public string? Version { get; init; }

    /// <summary>The Debian and Ubuntu packages that the toolchain comes in.</summary>
    public IReadOnlyList<string> Packages { get; init; } = [];

    /// <summary>How its programs are compiled and run; null for a language made by hand, which no sandbox runs.</summary>
    internal LanguageRecipe? Recipe { get; init; }

    /// <summary>The toolchain is installed.</summary>
    public bool IsAvailable => Version is not null;
}

/// <summary>A folder under <c>languages/</c> in which something is wrong.</summary>
/// <param name="Folder">Its name.</param>
/// <param name="Problem">What is wrong, and in which file; one line.</param>
/// <param name="IsLeftOut">There is no language of it.</param>
public sealed record LanguageFault(string Folder, string Problem, bool IsLeftOut = true);

/// <summary>All languages, from the folders under <c>languages/</c>.</summary>
public sealed class LanguageCatalog
{
    /// <summary>What every language's sample prints.</summary>
    public const string Greeting = "Hello, CodeCrafter!";

    private volatile Entries _entries;

    /// <summary>Makes a catalog of these languages.</summary>
    public LanguageCatalog(IReadOnlyList<Language> languages) => _entries = new Entries(languages);

    /// <summary>
    /// Reads the folders under <paramref name="directory"/> and asks every toolchain for its version, all at once. What is
    /// wrong with one folder is in <see cref="Faults"/> and leaves the others as they are.
    /// </summary>
    public static async Task<LanguageCatalog> LoadAsync(string directory, CancellationToken cancellationToken = default)
    {
        var (entries, faults) = LanguageCatalogLoader.Read(directory);
        var languages = await Task.WhenAll(entries.Select(async entry =>
            entry.Language with { Version = await LanguageCatalogLoader.ProbeAsync(entry.Manifest, cancellationToken) }));
        return new LanguageCatalog(languages) { Faults = faults };
    }

    /// <summary>What is wrong with folders, by their names.</summary>
    public IReadOnlyList<LanguageFault> Faults { get; private init; } = [];

    /// <summary>All languages, by name.</summary>
    public IReadOnlyList<Language> Languages => _entries.Languages;

    /// <summary>The language of this id or alias, in any case; null where there is none.</summary>
    public Language? Find(string idOrAlias) => _entries.ByName.GetValueOrDefault(idOrAlias);

    /// <summary>The toolchains are not those of this host: takes their versions, null or none where there is none.</summary>
    internal void SetVersions(IReadOnlyDictionary<string, string?> versions) =>
        _entries = new Entries([.. Languages.Select(language => language with { Version = versions.GetValueOrDefault(language.Id) })]);

    private sealed class Entries
    {
        public Entries(IReadOnlyList<Language> languages)
        {
            Languages = languages;
            foreach (var language in languages)
            {
                ByName.Add(language.Id, language);
                foreach (var alias in language.Aliases)
                {
                    ByName.Add(alias, language);
                }
            }
        }

        public IReadOnlyList<Language> Languages { get; }

        public Dictionary<string, Language> ByName { get; } = new(StringComparer.OrdinalIgnoreCase);
    }
}
