using CodeCrafter.Sandbox.Oci;
using CodeCrafter.Sandbox.Limits;

namespace CodeCrafter.Sandbox.Tests;

/// <summary>What of a sandbox can be seen on the host.</summary>
internal static class HostState
{
    /// <summary>Everything that belongs to runs: directories, containers, cgroups of steps, mounts, processes.</summary>
    public static IEnumerable<string> Leftovers(SandboxOptions options)
    {
        foreach (var folder in (string[])["runs", "oci"])
        {
            // Newer versions of crun keep compiled seccomp filters beside its containers, in .cache.
            foreach (var entry in Directory.GetFileSystemEntries(Path.Combine(options.StateDirectory, folder)).Where(path => Path.GetFileName(path) != ".cache"))
            {
                yield return entry;
            }
        }
        foreach (var cgroup in Cgroups(options))
        {
            yield return cgroup;
        }
        foreach (var mount in File.ReadLines("/proc/self/mountinfo").Where(line => line.Contains(options.StateDirectory)))
        {
            yield return mount;
        }
        foreach (var process in Processes(options))
        {
            yield return process;
        }
    }

    /// <summary>
    /// What is left of the runs of a sandbox that goes on, once it has cleared up: all but what waits for the next, and the
    /// one container that all are forked from.
    /// </summary>
    public static async Task<IReadOnlyList<string>> LeftoversAsync(OciSandbox sandbox, SandboxOptions options)
    {
        await sandbox.SettleAsync();
        var waiting = sandbox.Waiting;
        var left = Leftovers(options).Where(left => !waiting.Any(w => left.Contains(w.Id + '.') || left.EndsWith(w.Id) || left.Contains($"Uid:\t{w.Uid}\t"))).ToList();
        var zygotes = left.Where(path => Path.GetFileName(path) is var name && (name.EndsWith(".zygote") || name.EndsWith(".zygote.init"))).ToList();
        return zygotes.Select(path => Path.GetFileName(path).Replace(".init", "")).Distinct().Count() <= 1 ? [.. left.Except(zygotes)] : left;
    }

    /// <summary>The cgroups of this installation.</summary>
    public static IEnumerable<string> Cgroups(SandboxOptions options)
    {
        var name = File.ReadAllText(Path.Combine(options.StateDirectory, "installation"));
        return CgroupDetector.MountPoints(File.ReadAllText("/proc/self/mountinfo")).SelectMany(mount => Directory.GetDirectories(mount, name + "*"));
    }

    /// <summary>Processes of the sandbox's users.</summary>
    public static IEnumerable<string> Processes(SandboxOptions options) => Processes(options.FirstUid, options.Uids);

    /// <summary>Processes of so many users.</summary>
    public static IEnumerable<string> Processes(int firstUid, int uids)
    {
        foreach (var directory in Directory.GetDirectories("/proc").Where(d => int.TryParse(Path.GetFileName(d), out _)))
        {
            string status;
            try
            {
                status = File.ReadAllText(Path.Combine(directory, "status"));
            }
            catch (IOException)
            {
                continue; // It ended meanwhile.
            }
            var uid = int.Parse(status.Split('\n').First(line => line.StartsWith("Uid:")).Split('\t')[1]);
            if (uid >= firstUid && uid < firstUid + uids)
            {
                yield return status;
            }
        }
    }
}
