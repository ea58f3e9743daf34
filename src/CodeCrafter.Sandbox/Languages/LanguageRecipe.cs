using System.Text.RegularExpressions;

namespace CodeCrafter.Sandbox.Languages;

/// <summary>A command of a manifest: an argument vector with placeholders, and its environment.</summary>
internal sealed record CommandTemplate
{
    /// <summary>
    /// The arguments, of which the first is the path of the program from the root, or below <c>{cache}/</c>.
    /// <c>{sources}</c> and <c>{args}</c> stand alone and become any number of arguments; <c>{entry}</c>,
    /// <c>{entryStem}</c>, <c>{entryDirectory}</c>, <c>{entryClass}</c>, <c>{sourceList}</c>, <c>{memoryMb}</c>, <c>{heapMb}</c>, <c>{cpus}</c>, <c>{linker}</c> (<c>gold</c> or <c>mold</c>) and <c>{cache}</c> may be part of one.
    /// A name that is none of these is a mistake, unless it has two braces on each side: <c>{{print}}</c> is the text <c>{print}</c>.
    /// </summary>
    public required IReadOnlyList<string> Command { get; init; }

    /// <summary>Added to the environment that every program has.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    /// <summary>
    /// The file that the command reads first: <c>{entry}</c> or <c>{sourceList}</c>. It is started ahead of time with a
    /// FIFO in the place of that file, where it waits. Null for a command that looks at other files of the request before.
    /// </summary>
    public string? Park { get; init; }

    /// <summary>Names of files that the command looks for before it reads that file; a request with one is not parked.</summary>
    public IReadOnlyList<string> ParkWithout { get; init; } = [];

    /// <summary>
    /// A pattern; a request in whose entry it is found is not parked. For what makes the command, or the program, go back in
    /// the file that it was started with, which a FIFO does not let it.
    /// </summary>
    public string? ParkUnless
    {
        get;
        init => (field, _parkUnless) = (value, value is null ? null : new Regex(value, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant));
    }

    /// <summary>An entry with this text may wait.</summary>
    public bool CanPark(string entry) => _parkUnless?.IsMatch(entry) != true;

    private readonly Regex? _parkUnless;

    /// <summary>What to run instead once the language's cache is filled; null for a command that works either way.</summary>
    public CommandTemplate? Cached { get; init; }
}

/// <summary>How programs of a language are compiled and run, from its manifest.</summary>
internal sealed record LanguageRecipe
{
    /// <summary>The language's folder on the host.</summary>
    public string Folder { get; init; } = "";

    /// <summary>Programs that must be on the host, by absolute path.</summary>
    public IReadOnlyList<string> Requires { get; init; } = [];

    /// <summary>The compiler; null where there is none.</summary>
    public CommandTemplate? Compile { get; init; }

    /// <summary>The program.</summary>
    public required CommandTemplate Run { get; init; }

    /// <summary>The command that prints the toolchain's version; empty where there is none.</summary>
    public IReadOnlyList<string> Version { get; init; } = [];

    /// <summary>The endings of the files that <c>{sources}</c> stands for.</summary>
    public IReadOnlyList<string> SourceExtensions { get; init; } = [];

    /// <summary>What the compiler makes: the path, below <c>/build</c>, of a file or of a folder.</summary>
    public string? Output { get; init; }

    /// <summary>Files that are there unless the request has its own: path, content.</summary>
    public IReadOnlyDictionary<string, string> DefaultFiles { get; init; } = new Dictionary<string, string>();

    /// <summary>A compiler cache that is filled once per host and shared read-only; null where the language has none.</summary>
    public CacheRecipe? Cache { get; init; }
}

/// <summary>How to fill a compiler cache: in the root of sandboxes, from the toolchain and the language's folder only.</summary>
internal sealed record CacheRecipe
{
    /// <summary>Where sandboxes see it; <c>{cache}</c> in a command stands for it, or for a private one without it.</summary>
    public required string Path { get; init; }

    /// <summary>The command that fills it: <c>{cache}</c> is its path, and <c>{language}</c> that of the language's folder.</summary>
    public required IReadOnlyList<string> Fill { get; init; }

    /// <summary>The environment of that command, with the same placeholders.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();
}
