using System.Globalization;
using CodeCrafter.Sandbox.Limits;

namespace CodeCrafter.Sandbox.Languages;

/// <summary>A command of a manifest: an argument vector with placeholders, and its environment.</summary>
internal sealed record CommandTemplate
{
    /// <summary>
    /// The arguments. <c>{sources}</c> and <c>{args}</c> stand alone and become any number of arguments; <c>{entry}</c>,
    /// <c>{entryDirectory}</c>, <c>{entryClass}</c>, <c>{memoryMb}</c>, <c>{heapMb}</c> and <c>{cpus}</c> may be part of one.
    /// </summary>
    public required IReadOnlyList<string> Command { get; init; }

    /// <summary>Added to the environment that every program has.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();
}

/// <summary>How programs of a language are compiled and run, from its manifest.</summary>
internal sealed record LanguageRecipe
{
    /// <summary>The compiler; null where there is none.</summary>
    public CommandTemplate? Compile { get; init; }

    /// <summary>The program.</summary>
    public required CommandTemplate Run { get; init; }

    /// <summary>The endings of the files that <c>{sources}</c> stands for.</summary>
    public IReadOnlyList<string> SourceExtensions { get; init; } = [];

    /// <summary>Files that are there unless the request has its own: path, content.</summary>
    public IReadOnlyDictionary<string, string> DefaultFiles { get; init; } = new Dictionary<string, string>();

    /// <summary>A compiler cache that is filled once per host and shared read-only; null where the language has none.</summary>
    public CacheRecipe? Cache { get; init; }
}

/// <summary>How to fill a compiler cache: run on the host, on our own sources only.</summary>
internal sealed record CacheRecipe
{
    /// <summary>Where sandboxes see it.</summary>
    public required string Path { get; init; }

    /// <summary>The command that fills it; <c>{cache}</c> is its directory on the host.</summary>
    public required IReadOnlyList<string> Fill { get; init; }

    /// <summary>The environment of that command.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();
}

/// <summary>Turns templates into arguments for one request.</summary>
internal static class CommandExpander
{
    private static readonly string[] BaseEnvironment = ["PATH=/usr/bin:/bin", "LANG=C.UTF-8", "HOME=/workspace", "TMPDIR=/tmp"];

    /// <summary>All files of the workspace: the request's, and the defaults that it does not have.</summary>
    public static IReadOnlyList<SourceFile> Files(RunRequest request) =>
    [
        .. request.Files,
        .. request.Language.Recipe!.DefaultFiles
            .Where(file => !request.Files.Any(f => f.Path == file.Key))
            .Select(file => new SourceFile(file.Key, file.Value)),
    ];

    public static List<string> Arguments(CommandTemplate template, RunRequest request, RunLimits limits)
    {
        var arguments = new List<string>();
        foreach (var part in template.Command)
        {
            switch (part)
            {
                case "{args}":
                    arguments.AddRange(request.Arguments);
                    break;
                case "{sources}":
                    arguments.AddRange(Sources(request));
                    break;
                default:
                    arguments.Add(Expand(part, request, limits));
                    break;
            }
        }
        return arguments;
    }

    public static List<string> Environment(CommandTemplate template, RunRequest request, RunLimits limits)
    {
        var own = template.Environment.Keys.ToHashSet();
        return
        [
            .. BaseEnvironment.Where(variable => !own.Contains(variable[..variable.IndexOf('=')])),
            .. template.Environment.Select(variable => $"{variable.Key}={Expand(variable.Value, request, limits)}"),
        ];
    }

    /// <summary>The entry first, then the rest by name, so that the same request gives the same command.</summary>
    private static IEnumerable<string> Sources(RunRequest request)
    {
        var extensions = request.Language.Recipe!.SourceExtensions;
        var others = request.Files.Select(f => f.Path)
            .Where(path => path != request.Entry && extensions.Any(e => path.EndsWith(e, StringComparison.Ordinal)))
            .Order(StringComparer.Ordinal);
        return others.Prepend(request.Entry);
    }

    private static string Expand(string part, RunRequest request, RunLimits limits)
    {
        if (!part.Contains('{'))
        {
            return part;
        }
        var slash = request.Entry.LastIndexOf('/');
        var megabytes = limits.MemoryBytes >> 20;
        return part
            .Replace("{memoryMb}", megabytes.ToString(CultureInfo.InvariantCulture))
            .Replace("{heapMb}", HeapMegabytes(megabytes).ToString(CultureInfo.InvariantCulture))
            .Replace("{cpus}", Math.Max(1, (int)Math.Ceiling(limits.Cpus)).ToString(CultureInfo.InvariantCulture))
            .Replace("{entryDirectory}", slash < 0 ? "." : "./" + request.Entry[..slash])
            .Replace("{entryClass}", part.Contains("{entryClass}") ? JavaEntryClass.Find(EntryOf(request)) : "")
            .Replace("{entry}", request.Entry);
    }

    private static SourceFile EntryOf(RunRequest request) => request.Files.First(f => f.Path == request.Entry);

    /// <summary>What a managed heap may hold when its runtime needs the rest: 64 MB, or a quarter of little memory.</summary>
    private static long HeapMegabytes(long megabytes) => Math.Max(8, megabytes - Math.Max(64, megabytes / 4));
}
