namespace CodeCrafter.Sandbox.Limits;

/// <summary>Finds out which cgroup trees this host has.</summary>
internal static class CgroupDetector
{
    /// <summary>The tree to use, given the text of <c>/proc/self/mountinfo</c>.</summary>
    /// <exception cref="SandboxUnavailableException">A controller is missing.</exception>
    public static CgroupTree Detect(string mountInfo, TimeProvider time)
    {
        var v1 = new Dictionary<string, string>();
        string? v2 = null;
        foreach (var (mountPoint, type, options) in Mounts(mountInfo))
        {
            if (type == "cgroup2")
            {
                v2 ??= mountPoint;
            }
            else if (type == "cgroup")
            {
                foreach (var controller in options.Split(','))
                {
                    v1.TryAdd(controller, mountPoint);
                }
            }
        }

        if (CgroupV1Tree.Controllers.All(v1.ContainsKey))
        {
            return new CgroupV1Tree(v2 is null ? "cgroup v1" : "cgroup v1 (hybrid)", v1, time);
        }
        string[] available = v2 is null ? [] : ControlFile.Read(v2, "cgroup.controllers").Split(' ');
        if (v2 is not null && CgroupV2Tree.Controllers.All(available.Contains))
        {
            return new CgroupV2Tree(v1.Count == 0 ? "cgroup v2" : "cgroup v2 (hybrid)", v2, time);
        }
        var missing = CgroupV2Tree.Controllers.Where(c => !v1.ContainsKey(c) && !available.Contains(c)).ToList();
        throw new SandboxUnavailableException(
            missing.Count == 0
                ? "The cgroup controllers memory, pids and cpu are spread over cgroup v1 and v2; they must be in the same."
                : $"The cgroup controllers {string.Join(", ", missing)} are missing. Mount cgroup2 at /sys/fs/cgroup " +
                  "(systemd does), or start the kernel with cgroup_enable=memory.");
    }

    /// <summary>
    /// The cgroup2 mount inside a v1 tree, which crun (up to 1.8 at least) refuses to work beside; null where there is none.
    /// </summary>
    public static string? UnifiedBesideV1(string mountInfo)
    {
        var mounts = Mounts(mountInfo).ToList();
        return mounts.Exists(m => m.Type == "cgroup")
            ? mounts.Find(m => m is { Type: "cgroup2", MountPoint: "/sys/fs/cgroup/unified" }).MountPoint
            : null;
    }

    /// <summary>Where all hierarchies of both versions are mounted.</summary>
    public static IReadOnlyList<string> MountPoints(string mountInfo) =>
        [.. Mounts(mountInfo).Where(m => m.Type is "cgroup" or "cgroup2").Select(m => m.MountPoint).Distinct()];

    // proc_pid_mountinfo(5): id parent major:minor root mount-point options tag... - type source super-options
    private static IEnumerable<(string MountPoint, string Type, string SuperOptions)> Mounts(string mountInfo)
    {
        foreach (var line in mountInfo.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            var fields = line.Split(' ');
            var separator = Array.IndexOf(fields, "-", 6);
            if (separator > 0 && fields.Length > separator + 3)
            {
                yield return (fields[4], fields[separator + 1], fields[separator + 3]);
            }
        }
    }
}
