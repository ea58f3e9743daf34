using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Serialization;
using CodeCrafter.Sandbox.Steps;

namespace CodeCrafter.Sandbox.Oci;

/// <summary>What differs from one container to the next.</summary>
internal sealed record ContainerSettings
{
    /// <summary>The path of the cgroup for runtimes that insist on making one; null where they make none.</summary>
    public string? CgroupsPath { get; init; }

    /// <summary>Directories of the host that are visible read-only besides the root's: from, to.</summary>
    public required IReadOnlyList<(string From, string To)> Binds { get; init; }
}

/// <summary>Makes config.json (OCI runtime specification 1.0.2).</summary>
internal static class ContainerConfig
{
    private static readonly JsonSerializerOptions Json = new() { DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };

    /// <summary>
    /// What a process needs that forks sandboxes: mount (SYS_ADMIN), give a sandbox its loopback (NET_ADMIN), and then let its
    /// child be another user, without any of these for ever (SETUID, SETGID, SETPCAP).
    /// </summary>
    private static readonly string[] ZygoteCapabilities = ["CAP_SYS_ADMIN", "CAP_NET_ADMIN", "CAP_SETUID", "CAP_SETGID", "CAP_SETPCAP"];

    /// <summary>Each sandbox covers the writable file systems with its own, and nobody writes to the zygote's.</summary>
    private const long ZygoteDiskBytes = 4096;

    /// <summary>
    /// The container that sandboxes are forked from (zygote.pl). The filter of system calls is not in it: the zygote's children
    /// put it on when they have no more use for what it refuses.
    /// </summary>
    public static byte[] ForZygote(SandboxRoot root, ContainerSettings settings) => Make(
        root,
        settings,
        Process(0, [SandboxRoot.ZygotePath, .. SystemCallNumbers], ZygoteCapabilities),
        SandboxMounts.Of(0, ZygoteDiskBytes),
        seccomp: null,
        []);

    /// <summary>A sandbox as a container of its own, whose init connects to a socket.</summary>
    /// <param name="root">The root of all sandboxes.</param>
    /// <param name="settings">What differs.</param>
    /// <param name="uid">The unprivileged user, and group, of everything inside.</param>
    /// <param name="diskBytes">Bytes that each of the writable file systems may hold.</param>
    /// <param name="socket">The path of the socket on the host.</param>
    public static byte[] ForSandbox(SandboxRoot root, ContainerSettings settings, int uid, long diskBytes, string socket) => Make(
        root,
        settings,
        Process(uid, [SandboxRoot.InitPath, SandboxRoot.ControlPath, .. SystemCallNumbers], [], ResourceLimit("RLIMIT_FSIZE", diskBytes)),
        SandboxMounts.Of(uid, diskBytes),
        SeccompProfile.For(RuntimeInformation.OSArchitecture, withOwnKernel: true),
        [new { destination = SandboxRoot.ControlPath, type = "bind", source = socket, options = (string[])["bind", "ro"] }]);

    private static byte[] Make(SandboxRoot root, ContainerSettings settings, object process, IReadOnlyList<SandboxMount> mounts, object? seccomp, object[] binds) => JsonSerializer.SerializeToUtf8Bytes(
        new
        {
            ociVersion = "1.0.2",
            hostname = "sandbox",
            root = new { path = root.Path, @readonly = true },
            process,
            mounts = Mounts(root, settings, mounts).Concat(binds),
            linux = new
            {
                cgroupsPath = settings.CgroupsPath,
                namespaces = ((string[])["pid", "mount", "ipc", "uts", "network", "cgroup"]).Select(type => new { type }),
                rootfsPropagation = "private",
                maskedPaths = SandboxPaths.Masked,
                readonlyPaths = SandboxPaths.ReadOnly,
                seccomp,
            },
        },
        Json);

    private static object Process(int uid, string[] script, string[] capabilities, params object[] limits) => new
    {
        terminal = false,
        user = new { uid, gid = uid, umask = 18 },
        cwd = "/",
        args = (string[])["/usr/bin/perl", .. script],
        env = (string[])["PATH=/usr/bin:/bin"],
        noNewPrivileges = true,
        capabilities = new
        {
            bounding = capabilities,
            effective = capabilities,
            inheritable = Array.Empty<string>(),
            permitted = capabilities,
            ambient = Array.Empty<string>(),
        },
        rlimits = (object[])[ResourceLimit("RLIMIT_CORE", 0), ResourceLimit("RLIMIT_NOFILE", 1024), ResourceLimit("RLIMIT_MEMLOCK", 64 << 10), .. limits],
    };

    private static object ResourceLimit(string type, long value) => new { type, soft = value, hard = value };

    private static IEnumerable<object> Mounts(SandboxRoot root, ContainerSettings settings, IReadOnlyList<SandboxMount> mounts)
    {
        // /proc first, which runtimes need for the rest; and /dev before what is in it.
        foreach (var mount in (SandboxMount[])[mounts[0], new("/dev", "tmpfs", "nosuid", "noexec", "mode=755", "size=65536", "nr_inodes=64"), .. mounts.Skip(1)])
        {
            yield return Mount(mount);
        }
        foreach (var (from, to) in root.Binds.Concat(settings.Binds))
        {
            yield return new { destination = to, type = "bind", source = from, options = (string[])["bind", "ro", "nosuid", "nodev"] };
        }
        foreach (var hidden in root.Hidden)
        {
            yield return Mount(new(hidden, "tmpfs", "ro", "nosuid", "noexec", "nodev", "mode=755", "size=4096", "nr_inodes=2"));
        }
    }

    private static object Mount(SandboxMount mount) =>
        new { destination = mount.Target, type = mount.Type, source = mount.Type, options = mount.Options };

    /// <summary>The numbers of the calls that perl has no word for.</summary>
    private static string[] SystemCallNumbers => RuntimeInformation.OSArchitecture == Architecture.Arm64
        ? ["prctl", "167", "execve", "221", "mknodat", "33", "sendmsg", "211", "recvmsg", "212", "setsid", "157", "dup3", "24", "prlimit64", "261", "rt_sigprocmask", "135", "signalfd4", "74",
            "clone", "220", "mount", "40", "setgroups", "159", "setresuid", "147", "setresgid", "149", "seccomp", "277", "close", "57", "write", "64"]
        : ["prctl", "157", "execve", "59", "mknodat", "259", "sendmsg", "46", "recvmsg", "47", "setsid", "112", "dup3", "292", "prlimit64", "302", "rt_sigprocmask", "14", "signalfd4", "289",
            "clone", "56", "mount", "165", "setgroups", "116", "setresuid", "117", "setresgid", "119", "seccomp", "317", "close", "3", "write", "1"];
}
