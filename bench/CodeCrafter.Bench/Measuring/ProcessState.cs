using System.Globalization;

namespace CodeCrafter.Bench.Measuring;

/// <summary>What /proc tells of a process.</summary>
internal static class ProcessState
{
    /// <summary>CPU time in clock ticks, of the process and of all descendants that were waited for.</summary>
    public static double CpuTicks(int pid) =>
        Stat(pid) is { } fields ? fields.Skip(11).Take(4).Sum(field => double.Parse(field, CultureInfo.InvariantCulture)) : 0;

    /// <summary>Resident memory in bytes.</summary>
    public static long ResidentBytes(int pid)
    {
        var line = File.ReadLines($"/proc/{pid}/status").First(line => line.StartsWith("VmRSS:", StringComparison.Ordinal));
        return long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) << 10;
    }

    public static int Descriptors(int pid) => Directory.GetFileSystemEntries($"/proc/{pid}/fd").Length;

    public static int Threads(int pid) => Directory.GetDirectories($"/proc/{pid}/task").Length;

    /// <summary>All processes of this machine.</summary>
    public static IEnumerable<int> All() => Directory.GetDirectories("/proc").Select(Path.GetFileName)
        .Select(name => int.TryParse(name, out var pid) ? pid : 0).Where(pid => pid > 0);

    /// <summary>The processes below this one, whoever started them.</summary>
    public static IReadOnlyList<int> Descendants(int pid)
    {
        var parents = new Dictionary<int, int>();
        foreach (var other in All())
        {
            if (Stat(other) is { } fields)
            {
                parents[other] = int.Parse(fields[1], CultureInfo.InvariantCulture);
            }
        }

        bool IsBelow(int other) => parents.TryGetValue(other, out var parent) && (parent == pid || IsBelow(parent));
        return [.. parents.Keys.Where(IsBelow)];
    }

    /// <summary>The fields of stat from the state on, which is behind the name in brackets; null where the process has ended.</summary>
    private static string[]? Stat(int pid)
    {
        try
        {
            var text = File.ReadAllText($"/proc/{pid}/stat");
            return text[(text.LastIndexOf(')') + 2)..].Split(' ');
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (IOException)
        {
            return null; // ESRCH: it ended while its file was being read.
        }
    }
}
