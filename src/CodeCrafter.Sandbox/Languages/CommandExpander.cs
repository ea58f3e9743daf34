using System.Globalization;
using CodeCrafter.Sandbox.Limits;

namespace CodeCrafter.Sandbox.Languages;

/// <summary>Turns templates into arguments for one step of one request.</summary>
/// <param name="request">The request.</param>
/// <param name="limits">The limits of the step.</param>
/// <param name="cache">Where the compiler finds its cache.</param>
internal sealed class CommandExpander(RunRequest request, RunLimits limits, string cache)
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

    /// <summary>Where a compiler that asks for it finds the paths of the sources, one a line.</summary>
    public const string SourceList = "/build/sources";

    /// <summary>
    /// What links a small program with half of mold's CPU time, on the distributions whose binutils still have it; else mold.
    /// </summary>
    private static readonly string Linker = System.IO.File.Exists("/usr/bin/ld.gold") ? "gold" : "mold";

    /// <summary>The text of <see cref="SourceList"/>; null where the template does not ask for it.</summary>
    public string? SourceListText(CommandTemplate template) =>
        template.Park == "{sourceList}" || template.Command.Any(part => part.Contains("{sourceList}")) ? string.Concat(Sources().Select(path => path + '\n')) : null;

    /// <summary>The absolute path of the file that a parked command waits for; null where this request's cannot be parked.</summary>
    public string? ParkPath(CommandTemplate template) =>
        request.Files.Any(file => template.ParkWithout.Contains(file.Path[(file.Path.LastIndexOf('/') + 1)..])) || !template.CanPark(Entry.Content) ? null
        : template.Park switch
        {
            "{entry}" => $"/workspace/{request.Entry}",
            "{sourceList}" => SourceList,
            _ => null,
        };

    public List<string> Arguments(CommandTemplate template)
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
                    arguments.AddRange(Sources());
                    break;
                default:
                    arguments.Add(Expand(part));
                    break;
            }
        }
        return arguments;
    }

    public List<string> Environment(CommandTemplate template)
    {
        var own = template.Environment.Keys.ToHashSet();
        return
        [
            .. BaseEnvironment.Where(variable => !own.Contains(variable[..variable.IndexOf('=')])),
            .. template.Environment.Select(variable => $"{variable.Key}={Expand(variable.Value)}"),
        ];
    }

    /// <summary>The entry first, then the rest by name, so that the same request gives the same command.</summary>
    private IEnumerable<string> Sources()
    {
        var extensions = request.Language.Recipe!.SourceExtensions;
        var others = request.Files.Select(f => f.Path)
            .Where(path => path != request.Entry && extensions.Any(e => path.EndsWith(e, StringComparison.Ordinal)))
            .Order(StringComparer.Ordinal);
        return others.Prepend(request.Entry);
    }

    private string Expand(string part) => Placeholders.Expand(part, ValueOf);

    private string? ValueOf(string name)
    {
        var slash = request.Entry.LastIndexOf('/');
        var megabytes = limits.MemoryBytes >> 20;
        return name switch
        {
            "memoryMb" => megabytes.ToString(CultureInfo.InvariantCulture),
            "heapMb" => HeapMegabytes(megabytes).ToString(CultureInfo.InvariantCulture),
            "linker" => Linker,
            "sourceList" => SourceList,
            "cache" => cache,
            "cpus" => Math.Max(1, (int)Math.Ceiling(limits.Cpus)).ToString(CultureInfo.InvariantCulture),
            "entryDirectory" => slash < 0 ? "." : "./" + request.Entry[..slash],
            "entryClass" => JavaEntryClass.Find(Entry),
            "entryStem" => EntryStem,
            "entry" => request.Entry,
            _ => null,
        };
    }

    /// <summary>The path of the entry without the ending of its name.</summary>
    private string EntryStem => request.Entry[..^Path.GetExtension(request.Entry).Length];

    private SourceFile Entry => request.Files.First(f => f.Path == request.Entry);

    /// <summary>What a managed heap may hold when its runtime needs the rest: 64 MB, or a quarter of little memory.</summary>
    private static long HeapMegabytes(long megabytes) => Math.Max(8, megabytes - Math.Max(64, megabytes / 4));
}
