using System.Text;

namespace CodeCrafter.Sandbox;

/// <summary>What a <see cref="RunRequest"/> must keep to. A sandbox throws where it does not.</summary>
public static class RequestRules
{
    /// <summary>The most files in a workspace.</summary>
    public const int MaxFiles = 1_000;

    /// <summary>The most bytes of one path, as UTF-8.</summary>
    public const int MaxPathBytes = 512;

    /// <summary>The most bytes of all arguments, as UTF-8, each with one byte more.</summary>
    public const int MaxArgumentBytes = 64 << 10;

    /// <summary>
    /// What is wrong with a path, or null: relative, with forward slashes, without empty, <c>.</c> or <c>..</c> segments,
    /// backslashes or control characters, at most 255 bytes a segment, and not starting with <c>-</c> or <c>@</c>, which
    /// compilers take for options and lists of files.
    /// </summary>
    public static string? CheckPath(string path)
    {
        if (path.Length == 0 || path[0] is '/' or '-' or '@')
        {
            return "A path is not empty, is relative, and does not start with '-' or '@'.";
        }
        foreach (var rune in path.EnumerateRunes())
        {
            if (Rune.IsControl(rune) || rune.Value is '\\' or 0xFFFD)
            {
                return "A path has no control characters and no backslash, and is valid text.";
            }
        }
        if (Encoding.UTF8.GetByteCount(path) > MaxPathBytes)
        {
            return $"A path has at most {MaxPathBytes} bytes.";
        }
        var segments = path.Split('/');
        return Array.Exists(segments, s => s is "" or "." or ".." || Encoding.UTF8.GetByteCount(s) > 255)
            ? "The segments of a path are not empty, '.' or '..', and have at most 255 bytes."
            : null;
    }

    /// <summary>What keeps these paths, each fine by itself, from lying in one workspace, or null.</summary>
    public static string? CheckTogether(IEnumerable<string> paths)
    {
        var files = new HashSet<string>(StringComparer.Ordinal);
        foreach (var path in paths)
        {
            if (!files.Add(path))
            {
                return $"There are two files named {path}.";
            }
        }
        foreach (var path in files)
        {
            for (var slash = path.LastIndexOf('/'); slash > 0; slash = path.LastIndexOf('/', slash - 1))
            {
                if (files.Contains(path[..slash]))
                {
                    return $"{path[..slash]} is both a file and a folder.";
                }
            }
        }
        return null;
    }

    /// <summary>What is wrong with a request, or null.</summary>
    public static string? Check(RunRequest request) =>
        request.Language.Recipe is null ? $"The language {request.Language.Id} has no manifest."
        : CheckFiles(request) ?? CheckArguments(request.Arguments) ?? CheckLimits(request.Limits) ?? CheckLimits(request.CompileLimits)
            ?? CheckCollection(request.Collect);

    private static string? CheckFiles(RunRequest request)
    {
        if (request.Files.Count > MaxFiles)
        {
            return $"There are at most {MaxFiles} files.";
        }
        long bytes = 0;
        foreach (var file in request.Files)
        {
            if (CheckPath(file.Path) is { } problem)
            {
                return problem;
            }
            bytes += Encoding.UTF8.GetByteCount(file.Content);
        }
        if (bytes > request.Limits.DiskBytes / 2)
        {
            return $"The files have {bytes} bytes; half of the workspace's {request.Limits.DiskBytes} is the most.";
        }
        return CheckTogether(request.Files.Select(file => file.Path))
            ?? (request.Files.Any(file => file.Path == request.Entry) ? CheckEntry(request) : "The entry is not one of the files.");
    }

    /// <summary>A compiler that is given what it does not take for a source says something that only its authors understand.</summary>
    private static string? CheckEntry(RunRequest request)
    {
        var extensions = request.Language.Recipe!.SourceExtensions;
        return extensions.Count == 0 || extensions.Any(extension => request.Entry.EndsWith(extension, StringComparison.Ordinal))
            ? null
            : $"The file to run, {request.Entry}, is not one of {request.Language.Name} ({string.Join(", ", extensions)}): choose another file, or another language.";
    }

    private static string? CheckArguments(IReadOnlyList<string> arguments) =>
        arguments.Any(a => a.Contains('\0')) ? "An argument has no NUL character."
        : arguments.Sum(a => (long)Encoding.UTF8.GetByteCount(a) + 1) > MaxArgumentBytes ? $"The arguments have at most {MaxArgumentBytes} bytes."
        : null;

    private static string? CheckLimits(Limits.RunLimits limits) =>
        limits.CpuTime < TimeSpan.FromMilliseconds(1) || limits.WallTime < TimeSpan.FromMilliseconds(1) ? "Time limits are at least 1 ms."
        : limits.CpuTime > MaxTime || limits.WallTime > MaxTime ? "Time limits are at most a day."
        : limits.MemoryBytes < 4 << 20 ? "The memory limit is at least 4 MB."
        : limits.Processes < 1 ? "The limit on processes is at least 1."
        : limits.OutputBytes is < 1 or > 1 << 30 ? "The output limit is 1 byte to 1 GB."
        : limits.DiskBytes < 64 << 10 ? "The disk limit is at least 64 KB."
        : !(limits.Cpus is >= 0.01 and <= 1024) ? "The share of CPUs is 0.01 to 1024."
        : null;

    private static string? CheckCollection(FileCollection? collection) =>
        collection is null ? null
        : collection.MaxFiles is < 1 or > 1000 ? "The files that come back are 1 to 1000."
        : collection.MaxBytes is < 1 or > 64 << 20 ? "The files that come back have 1 byte to 64 MB."
        : null;

    private static readonly TimeSpan MaxTime = TimeSpan.FromDays(1);
}
