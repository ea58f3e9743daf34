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

    /// <summary>The toolchain is installed.</summary>
    public bool IsAvailable => Version is not null;
}

/// <summary>All languages, from the folders under <c>languages/</c>.</summary>
public sealed class LanguageCatalog
{
    private readonly Dictionary<string, Language> _byName = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Makes a catalog of these languages.</summary>
    public LanguageCatalog(IReadOnlyList<Language> languages)
    {
        Languages = languages;
        foreach (var language in languages)
        {
            _byName.Add(language.Id, language);
            foreach (var alias in language.Aliases)
            {
                _byName.Add(alias, language);
            }
        }
    }

    /// <summary>All languages, by name.</summary>
    public IReadOnlyList<Language> Languages { get; }

    /// <summary>The language of this id or alias, in any case; null where there is none.</summary>
    public Language? Find(string idOrAlias) => _byName.GetValueOrDefault(idOrAlias);
}
