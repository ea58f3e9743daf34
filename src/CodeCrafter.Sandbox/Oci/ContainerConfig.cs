using System.Runtime.InteropServices;
using System.Text.Json;
using CodeCrafter.Sandbox.Steps;

namespace CodeCrafter.Sandbox.Oci;

/// <summary>What differs from one sandbox to the next.</summary>
internal sealed record ContainerSettings
{
    /// <summary>The unprivileged user, and group, of everything inside.</summary>
    public required int Uid { get; init; }

    /// <summary>The path of the cgroup for runtimes that insist on making one; null where they make none.</summary>
    public string? CgroupsPath { get; init; }

    /// <summary>The number of files through which a step enters its cgroup.</summary>
    public required int Hierarchies { get; init; }

    /// <summary>The socket that init connects to, where it cannot be passed on as a descriptor; null where it can.</summary>
    public string? ControlSocket { get; init; }

    /// <summary>Bytes that each of the writable file systems may hold.</summary>
    public required long DiskBytes { get; init; }

    /// <summary>Directories of the host that are visible read-only: from, to.</summary>
    public required IReadOnlyList<(string From, string To)> Binds { get; init; }
}

/// <summary>
/// Makes config.json, the same for every runtime (OCI runtime specification 1.0.2). The writable file systems are
/// tmpfs of the container's own mount namespace: they are gone with it, whatever was in them.
/// </summary>
internal static class ContainerConfig
{
    private static readonly JsonSerializerOptions Json = new()
    {
        DefaultIgnoreCondition = System.Text.Json.Serialization.JsonIgnoreCondition.WhenWritingNull,
    };

    /// <summary>The bytes of config.json.</summary>
    public static byte[] Make(SandboxRoot root, ContainerSettings settings) => JsonSerializer.SerializeToUtf8Bytes(
        new
        {
            ociVersion = "1.0.2",
            hostname = "sandbox",
            root = new { path = root.Path, @readonly = true },
            process = Process(settings),
            mounts = Mounts(root, settings),
            linux = new
            {
                cgroupsPath = settings.CgroupsPath,
                namespaces = ((string[])["pid", "mount", "ipc", "uts", "network", "cgroup"]).Select(type => new { type }),
                maskedPaths = SandboxPaths.Masked,
                readonlyPaths = SandboxPaths.ReadOnly,
                seccomp = SeccompProfile.For(RuntimeInformation.OSArchitecture, withOwnKernel: settings.ControlSocket is not null),
            },
        },
        Json);

    private static object Process(ContainerSettings settings) => new
    {
        terminal = false,
        user = new { uid = settings.Uid, gid = settings.Uid, umask = 18 },
        cwd = "/",
        args = (string[])["/usr/bin/perl", SandboxRoot.InitPath, settings.ControlSocket is null ? settings.Hierarchies.ToString() : SandboxRoot.ControlPath, .. SystemCallNumbers],
        env = (string[])["PATH=/usr/bin:/bin"],
        noNewPrivileges = true,
        capabilities = new
        {
            bounding = Array.Empty<string>(),
            effective = Array.Empty<string>(),
            inheritable = Array.Empty<string>(),
            permitted = Array.Empty<string>(),
            ambient = Array.Empty<string>(),
        },
        rlimits = new[]
        {
            ResourceLimit("RLIMIT_CORE", 0),
            ResourceLimit("RLIMIT_NOFILE", 1024),
            ResourceLimit("RLIMIT_FSIZE", settings.DiskBytes),
            ResourceLimit("RLIMIT_MEMLOCK", 64 << 10),
        },
    };

    private static object ResourceLimit(string type, long value) => new { type, soft = value, hard = value };

    private static IEnumerable<object> Mounts(SandboxRoot root, ContainerSettings settings)
    {
        var owner = $"uid={settings.Uid},gid={settings.Uid}";
        var disk = $"size={settings.DiskBytes}";
        var inodes = $"nr_inodes={SandboxPaths.Inodes}";
        yield return Mount("/proc", "proc", "nosuid", "noexec", "nodev");
        yield return Mount("/dev", "tmpfs", "nosuid", "noexec", "mode=755", "size=65536", "nr_inodes=64");
        yield return Mount("/dev/pts", "devpts", "nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620", "max=16");
        yield return Mount("/dev/shm", "tmpfs", "nosuid", "noexec", "nodev", "mode=1777", disk, inodes);
        yield return Mount("/tmp", "tmpfs", "nosuid", "nodev", "mode=1777", disk, inodes);
        yield return Mount(SandboxPaths.Workspace, "tmpfs", ["nosuid", "nodev", "mode=700", disk, inodes, .. owner.Split(',')]);
        yield return Mount(SandboxPaths.Build, "tmpfs", ["nosuid", "nodev", "mode=700", $"size={SandboxPaths.BuildBytes(settings.DiskBytes)}", inodes, .. owner.Split(',')]);
        foreach (var (from, to) in root.Binds.Concat(settings.Binds))
        {
            yield return new { destination = to, type = "bind", source = from, options = (string[])["bind", "ro", "nosuid", "nodev"] };
        }
        if (settings.ControlSocket is { } socket)
        {
            yield return new { destination = SandboxRoot.ControlPath, type = "bind", source = socket, options = (string[])["bind", "ro"] };
        }
        foreach (var hidden in root.Hidden)
        {
            yield return Mount(hidden, "tmpfs", "ro", "nosuid", "noexec", "nodev", "mode=755", "size=4096", "nr_inodes=2");
        }
    }

    private static object Mount(string destination, string type, params string[] options) =>
        new { destination, type, source = type, options };

    /// <summary>The numbers of the calls that perl has no word for, for init.</summary>
    private static string[] SystemCallNumbers => RuntimeInformation.OSArchitecture == Architecture.Arm64
        ? ["prctl", "167", "execve", "221", "mknodat", "33", "sendmsg", "211", "setsid", "157", "dup3", "24", "prlimit64", "261", "pidfd_open", "434"]
        : ["prctl", "157", "execve", "59", "mknodat", "259", "sendmsg", "46", "setsid", "112", "dup3", "292", "prlimit64", "302", "pidfd_open", "434"];
}
