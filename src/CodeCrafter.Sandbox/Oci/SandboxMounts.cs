using CodeCrafter.Sandbox.Steps;

namespace CodeCrafter.Sandbox.Oci;

/// <summary>A file system that each sandbox has to itself.</summary>
/// <param name="Target">Where it is mounted.</param>
/// <param name="Type">Its type, which is its source too.</param>
/// <param name="Options">As mount(8) takes them.</param>
internal sealed record SandboxMount(string Target, string Type, params string[] Options)
{
    private static readonly Dictionary<string, int> FlagNumbers = new() { ["nosuid"] = 2, ["nodev"] = 4, ["noexec"] = 8 };

    /// <summary>The options that are flags of mount(2), as their sum.</summary>
    public int Flags => Options.Sum(option => FlagNumbers.GetValueOrDefault(option));

    /// <summary>The other options, as the file system takes them.</summary>
    public string Data => string.Join(',', Options.Where(option => !FlagNumbers.ContainsKey(option)));
}

/// <summary>
/// What differs between the file systems of two sandboxes. The writable ones are tmpfs of the sandbox's own mount
/// namespace: they are gone with it, whatever was in them.
/// </summary>
internal static class SandboxMounts
{
    /// <param name="uid">The user and group of the programs.</param>
    /// <param name="diskBytes">Bytes that each of the writable file systems may hold.</param>
    public static IReadOnlyList<SandboxMount> Of(int uid, long diskBytes)
    {
        var (user, group) = ($"uid={uid}", $"gid={uid}");
        var disk = $"size={diskBytes}";
        var inodes = $"nr_inodes={SandboxPaths.Inodes}";
        return
        [
            new("/proc", "proc", "nosuid", "noexec", "nodev"),
            new("/dev/pts", "devpts", "nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620", "max=16"),
            new("/dev/shm", "tmpfs", "nosuid", "noexec", "nodev", "mode=1777", disk, inodes),
            new("/tmp", "tmpfs", "nosuid", "nodev", "mode=1777", disk, inodes),
            new(SandboxPaths.Workspace, "tmpfs", "nosuid", "nodev", "mode=700", disk, inodes, user, group),
            new(SandboxPaths.Build, "tmpfs", "nosuid", "nodev", "mode=700", $"size={SandboxPaths.BuildBytes(diskBytes)}", inodes, user, group),
        ];
    }
}
