using System.Text;

namespace CodeCrafter.Server.Collaboration.Recordings;

/// <summary>
/// Names of a document's files in an archive. Clients may call files what they like; whoever unpacks an archive must get
/// all of them, inside the folder that they unpack to and on any system.
/// </summary>
internal sealed class ArchivePaths
{
    private const int MaxSegmentBytes = 200;
    private const int MaxSegments = 16;

    // What Windows does not take in names. The slash parts them.
    private const string Forbidden = "<>:\"|?*";

    private static readonly HashSet<string> _devices = new(StringComparer.OrdinalIgnoreCase)
    {
        "CON", "PRN", "AUX", "NUL",
        "COM1", "COM2", "COM3", "COM4", "COM5", "COM6", "COM7", "COM8", "COM9",
        "LPT1", "LPT2", "LPT3", "LPT4", "LPT5", "LPT6", "LPT7", "LPT8", "LPT9",
    };

    // Not all systems tell a from A; and a file cannot have the name of a folder.
    private readonly HashSet<string> _files = new(StringComparer.OrdinalIgnoreCase);
    private readonly HashSet<string> _folders = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>A path for a file, that no other file of this archive has.</summary>
    public string Add(string path)
    {
        var segments = path.Split('/', '\\').Select(Clean).Where(segment => segment.Length > 0).ToList();
        if (segments.Count == 0)
        {
            segments.Add("unnamed");
        }
        else if (segments.Count > MaxSegments)
        {
            // Deeper than anybody puts files; the name stays.
            segments = [.. segments.Take(MaxSegments - 1), segments[^1]];
        }

        var folder = "";
        foreach (var segment in segments.SkipLast(1))
        {
            folder = Free(folder + segment, "", _files.Contains) + "/";
            _folders.Add(folder[..^1]);
        }

        var name = segments[^1];
        var dot = name.LastIndexOf('.') is > 0 and var found ? found : name.Length;
        var free = Free(folder + name[..dot], name[dot..], taken => _files.Contains(taken) || _folders.Contains(taken));
        _files.Add(free);
        return free;
    }

    private static string Free(string stem, string extension, Func<string, bool> isTaken)
    {
        var name = stem + extension;
        for (var number = 2; isTaken(name); number++)
        {
            name = $"{stem} ({number}){extension}";
        }

        return name;
    }

    private static string Clean(string segment)
    {
        var clean = new StringBuilder();
        var bytes = 0;
        foreach (var rune in segment.EnumerateRunes())
        {
            if ((bytes += rune.Utf8SequenceLength) > MaxSegmentBytes)
            {
                break;
            }

            clean.Append(Rune.IsControl(rune) || (rune.IsAscii && Forbidden.Contains((char)rune.Value, StringComparison.Ordinal)) ? "_" : rune.ToString());
        }

        // Dots and spaces at the end are dropped by some systems, so '..' is nothing here.
        var name = clean.ToString().TrimEnd('.', ' ').TrimStart(' ');
        return _devices.Contains(name.Split('.')[0]) ? "_" + name : name;
    }
}
