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

    /// <summary>Why it is not available; null where it is, and where nobody has looked.</summary>
    public ToolchainFault? Fault { get; init; }

    /// <summary>The name, and the id where that is another word: <c>C++ (cpp)</c>.</summary>
    public string Title => Name.Equals(Id, StringComparison.OrdinalIgnoreCase) ? Name : $"{Name} ({Id})";

    /// <summary>The sample as whoever edits it knows it: <c>languages/python/main.py</c>.</summary>
    internal string SamplePath => LanguageCatalogLoader.PathOf(Id, FileName);
}

/// <summary>Why programs in a language cannot be run.</summary>
/// <param name="Problem">What is wrong, and what to do; one line.</param>
/// <param name="Packages">The Debian and Ubuntu packages to install; none where that would not help.</param>
public sealed record ToolchainFault(string Problem, IReadOnlyList<string> Packages);

/// <summary>A folder under <c>languages/</c> in which something is wrong.</summary>
/// <param name="Folder">Its name.</param>
/// <param name="Problem">The file, the member, what is wrong with it and what is expected; one line.</param>
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
        {
            var (version, fault) = await Toolchain.ProbeAsync(entry.Manifest, cancellationToken);
            return entry.Language with { Version = version, Fault = fault };
        }));
        return new LanguageCatalog(languages) { Faults = faults };
    }

    /// <summary>What is wrong with folders, by their names.</summary>
    public IReadOnlyList<LanguageFault> Faults { get; private init; } = [];

    /// <summary>All languages, by name.</summary>
    public IReadOnlyList<Language> Languages => _entries.Languages;

    /// <summary>The ids of all languages, for people: <c>c, cpp, python</c>.</summary>
    public string Ids => string.Join(", ", Languages.Select(language => language.Id));

    /// <summary>The language of this id or alias, in any case; null where there is none.</summary>
    public Language? Find(string idOrAlias) => _entries.ByName.GetValueOrDefault(idOrAlias);

    /// <summary>The toolchains are not those of this host: takes what there is of each.</summary>
    internal void SetToolchains(IReadOnlyDictionary<string, (string? Version, ToolchainFault? Fault)> toolchains) => _entries = new Entries(
        [.. Languages.Select(language => language with { Version = toolchains[language.Id].Version, Fault = toolchains[language.Id].Fault })]);

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
