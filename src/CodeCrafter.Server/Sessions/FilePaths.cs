namespace CodeCrafter.Server.Sessions;

/// <summary>The paths that files of a session may have: relative, plain, and such that all of them fit into one folder.</summary>
internal static class FilePaths
{
    public const int MaxLength = 200;

    private const int MaxSegmentLength = 100;

    /// <summary>What is wrong with a path, for people; null if it is fine.</summary>
    public static string? Check(string path) => path switch
    {
        "" => "A path must not be empty.",
        { Length: > MaxLength } => $"A path has at most {MaxLength} characters.",
        _ when path.Any(character => char.IsControl(character) || character is '\\' or '\uFFFD') =>
            "A path must not have control characters or backslashes.",
        _ when Array.Exists(path.Split('/'), segment => segment is "" or "." or "..") =>
            "A path is relative, with '/' between its parts, and has no empty, '.' or '..' part.",
        _ when Array.Exists(path.Split('/'), segment => segment.Length > MaxSegmentLength) =>
            $"A part of a path has at most {MaxSegmentLength} characters.",
        _ => null,
    };

    /// <summary>A path that is there twice, or is a file and a folder at once; null if there is none.</summary>
    public static string? FindClash(IReadOnlyCollection<string> paths)
    {
        var files = new HashSet<string>(StringComparer.Ordinal);
        if (paths.FirstOrDefault(path => !files.Add(path)) is { } twice)
        {
            return twice;
        }

        return paths.FirstOrDefault(path => Folders(path).Any(files.Contains));
    }

    private static IEnumerable<string> Folders(string path)
    {
        for (var slash = path.IndexOf('/', StringComparison.Ordinal); slash >= 0; slash = path.IndexOf('/', slash + 1))
        {
            yield return path[..slash];
        }
    }
}
