namespace CodeCrafter.Sandbox.Languages;

/// <summary>The shape of <c>language.json</c>.</summary>
internal sealed record LanguageManifest
{
    /// <summary>The name in the API, in lower case; also the folder's name.</summary>
    public required string Id { get; init; }

    /// <summary>The name for people.</summary>
    public required string Name { get; init; }

    /// <summary>Other names that the API takes, in lower case; one that several languages claim is nobody's.</summary>
    public IReadOnlyList<string> Aliases { get; init; } = [];

    /// <summary>The entry file; the folder has the sample program under this name.</summary>
    public required string FileName { get; init; }

    /// <summary>Programs that must be on the host, by absolute path.</summary>
    public required IReadOnlyList<string> Requires { get; init; }

    /// <summary>Debian and Ubuntu packages that bring them.</summary>
    public required IReadOnlyList<string> Packages { get; init; }

    /// <summary>The command that prints the toolchain's version.</summary>
    public required IReadOnlyList<string> Version { get; init; }

    /// <summary>The endings of the files that take part in a compilation.</summary>
    public IReadOnlyList<string> SourceExtensions { get; init; } = [];

    /// <summary>What the compiler makes: the path, below <c>/build</c>, of a file or of a folder.</summary>
    public string? Output { get; init; }

    /// <summary>Files that are there unless the request has its own.</summary>
    public IReadOnlyDictionary<string, string> DefaultFiles { get; init; } = new Dictionary<string, string>();

    /// <summary>The compiler; none where the language has no such step.</summary>
    public CommandTemplate? Compile { get; init; }

    /// <summary>The program.</summary>
    public required CommandTemplate Run { get; init; }

    /// <summary>A compiler cache to fill once per host.</summary>
    public CacheRecipe? Cache { get; init; }

    /// <summary>The language, its version not known yet.</summary>
    /// <param name="sample">The text of the sample program.</param>
    /// <param name="folder">The language's folder.</param>
    public Language ToLanguage(string sample, string folder) => new()
    {
        Id = Id,
        Name = Name,
        FileName = FileName,
        Aliases = Aliases,
        Packages = Packages,
        Sample = sample,
        Recipe = new LanguageRecipe
        {
            Folder = folder,
            Requires = Requires,
            Compile = Compile,
            Run = Run,
            Version = Version,
            SourceExtensions = SourceExtensions,
            Output = Output,
            DefaultFiles = DefaultFiles,
            Cache = Cache,
        },
    };
}
