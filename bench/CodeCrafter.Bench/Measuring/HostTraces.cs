using System.Globalization;

namespace CodeCrafter.Bench.Measuring;

/// <summary>What can be seen on the host of a server's executions, as the kernel counts it.</summary>
/// <param name="Processes">Descendants of the server, and every process of a user of the sandboxes.</param>
/// <param name="Mounts">Mounts that the server's mount namespace sees of its data directory.</param>
/// <param name="Cgroups">Cgroups in the name of this installation, in all hierarchies.</param>
/// <param name="Files">Files and directories in the data directory, and in the runtime's directories in /run and /tmp that name the installation; of the compile cache only once the server has stopped.</param>
internal sealed record HostTraces(IReadOnlyList<string> Processes, IReadOnlyList<string> Mounts, IReadOnlyList<string> Cgroups, IReadOnlyList<string> Files)
{
    // SandboxOptions.FirstUid; MaxSandboxes and MaxParked follow.
    private const int FirstSandboxUid = 1_900_000_000;
    private const int SandboxUids = 2000;

    public static HostTraces Read(int? server, string dataDirectory)
    {
        var installation = InstallationOf(dataDirectory);
        return new HostTraces(
            [.. (server is { } pid ? ProcessState.Descendants(pid).Select(Name) : []).Concat(SandboxProcesses(dataDirectory))],
            [.. File.ReadLines($"/proc/{server ?? Environment.ProcessId}/mountinfo").Where(line => line.Contains(dataDirectory, StringComparison.Ordinal))],
            [.. CgroupRoots().SelectMany(root => Directory.EnumerateDirectories(root, installation + "*", SearchOption.AllDirectories))],
            [.. Directory.EnumerateFileSystemEntries(dataDirectory, "*", SearchOption.AllDirectories).Where(path => !IsJournal(path) && !(server is not null && IsCompilation(path))),
             .. ((string[])["/run", "/tmp", "/dev/shm"]).SelectMany(folder => Directory.EnumerateFileSystemEntries(folder, $"*{installation}*", Lenient))]);
    }

    /// <summary>One line for each kind: how many there are.</summary>
    public IEnumerable<(string Kind, IReadOnlyList<string> Items)> Kinds() =>
        [("processes", Processes), ("mounts", Mounts), ("cgroups", Cgroups), ("files", Files)];

    private static EnumerationOptions Lenient => new() { RecurseSubdirectories = true, MaxRecursionDepth = 2, IgnoreInaccessible = true };

    private static string InstallationOf(string dataDirectory)
    {
        var file = Path.Combine(dataDirectory, "sandbox", "installation");
        return File.Exists(file) ? File.ReadAllText(file).Trim() : throw new InvalidOperationException($"{file} is missing: which cgroups are the server's cannot be told.");
    }

    // SQLite makes and removes these as it likes.
    private static bool IsJournal(string path) => path.EndsWith("-wal", StringComparison.Ordinal) || path.EndsWith("-shm", StringComparison.Ordinal);

    // What a server keeps of compilations, as long as it runs, is bounded in time and bytes.
    private static bool IsCompilation(string path) => path.Contains("/sandbox/compilations/", StringComparison.Ordinal);

    private static IEnumerable<string> CgroupRoots() => File.ReadLines("/proc/self/mountinfo")
        .Where(line => line.Contains(" - cgroup", StringComparison.Ordinal))
        .Select(line => line.Split(' ')[4])
        .Distinct();

    /// <summary>Other servers on this machine have sandboxes with the same users; the root directory tells them apart.</summary>
    private static IEnumerable<string> SandboxProcesses(string dataDirectory)
    {
        foreach (var folder in Directory.GetDirectories("/proc").Where(folder => int.TryParse(Path.GetFileName(folder), out _)))
        {
            var pid = int.Parse(Path.GetFileName(folder), CultureInfo.InvariantCulture);
            string? line = null;
            try
            {
                var uid = File.ReadLines($"{folder}/status").First(text => text.StartsWith("Uid:", StringComparison.Ordinal)).Split('\t')[1];
                if (int.Parse(uid, CultureInfo.InvariantCulture) is >= FirstSandboxUid and < FirstSandboxUid + SandboxUids
                    && File.ReadLines($"{folder}/mountinfo").Any(text => text.Contains(dataDirectory, StringComparison.Ordinal)))
                {
                    line = Name(pid);
                }
            }
            catch (IOException)
            {
                // It ended meanwhile.
            }

            if (line is not null)
            {
                yield return line;
            }
        }
    }

    private static string Name(int pid)
    {
        try
        {
            return $"{pid} {File.ReadAllText($"/proc/{pid}/comm").Trim()}";
        }
        catch (IOException)
        {
            return $"{pid} (ended)";
        }
    }
}
