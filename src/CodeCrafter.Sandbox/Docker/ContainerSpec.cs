using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using CodeCrafter.Sandbox.Limits;
using CodeCrafter.Sandbox.Steps;
using Docker.DotNet.Models;

namespace CodeCrafter.Sandbox.Docker;

/// <summary>
/// What a container of the engine is made with: the same protections as ContainerConfig gives an OCI runtime, in the
/// engine's words. SelfCheck proves them, since an engine ignores what it does not know.
/// </summary>
internal sealed record ContainerSpec
{
    /// <summary>What finds our containers on the engine.</summary>
    public const string InstallationLabel = "codecrafter.installation";

    /// <summary>
    /// Memory on top of the program's limit: the relay counts against the container's limit too, and so do the files that
    /// are written before the program starts.
    /// </summary>
    private const long RelayMemory = 8L << 20;

    private static readonly string[] MaskedPaths =
    [
        .. SandboxPaths.Masked,
        // The engine mounts sysfs; only the container's own cgroup, which the relay reads, is anyone's business.
        "/sys/block", "/sys/bus", "/sys/class", "/sys/dev", "/sys/devices", "/sys/firmware", "/sys/hypervisor", "/sys/kernel",
        "/sys/module", "/sys/power", "/sys/fs/bpf", "/sys/fs/btrfs", "/sys/fs/ext4", "/sys/fs/fuse", "/sys/fs/pstore", "/sys/fs/xfs",
    ];

    public required string Name { get; init; }

    public required string Installation { get; init; }

    public required string Image { get; init; }

    public required int Uid { get; init; }

    public required RunLimits Limits { get; init; }

    /// <summary>Bytes that the files written before the program starts take up.</summary>
    public required long FileBytes { get; init; }

    public required Architecture Architecture { get; init; }

    public string? Runtime { get; init; }

    public string? CgroupParent { get; init; }

    public CreateContainerParameters ToParameters() => new()
    {
        Name = Name,
        Image = Image,
        Entrypoint = ["/usr/bin/perl", "-e", RelayScript.Text],
        Cmd = [],
        Env = ["PATH=/usr/bin:/bin"],
        User = string.Create(CultureInfo.InvariantCulture, $"{Uid}:{Uid}"),
        Hostname = "sandbox",
        WorkingDir = "/",
        Labels = new Dictionary<string, string> { [InstallationLabel] = Installation },
        // The end of our attachment is the end of the relay's standard input, and with it of the container.
        OpenStdin = true,
        StdinOnce = true,
        AttachStdin = true,
        AttachStdout = true,
        AttachStderr = true,
        Tty = false,
        Healthcheck = new HealthcheckConfig { Test = ["NONE"] },
        HostConfig = Host(),
    };

    private HostConfig Host() => new()
    {
        Runtime = Runtime ?? "",
        CgroupParent = CgroupParent ?? "",
        NetworkMode = "none",
        Sysctls = SocketLimits.Settings.ToDictionary(),
        IpcMode = "private",
        CgroupnsMode = "private",
        // The relay is the init of the container, and trusted: one more would only be one more.
        Init = false,
        ReadonlyRootfs = true,
        Tmpfs = Tmpfs(),
        Privileged = false,
        CapDrop = ["ALL"],
        SecurityOpt = ["no-new-privileges:true", "seccomp=" + JsonSerializer.Serialize(SeccompProfile.For(Architecture))],
        MaskedPaths = MaskedPaths,
        ReadonlyPaths = [.. SandboxPaths.ReadOnly],
        // Resolvers of the engine's machine would be written into the container otherwise.
        DNS = ["127.0.0.1"],
        DNSSearch = ["."],
        ExtraHosts = ["sandbox:127.0.0.1"],
        LogConfig = new LogConfig { Type = "none" },
        RestartPolicy = new RestartPolicy { Name = RestartPolicyKind.No },
        PidsLimit = Limits.Processes + 1,
        Memory = Memory,
        MemorySwap = Memory,
        NanoCPUs = (long)(Limits.Cpus * 1_000_000_000),
        Ulimits =
        [
            // The step's own CPU time and file size are set by the relay.
            Ulimit("core", 0),
            Ulimit("nofile", 1024),
            Ulimit("memlock", 64 << 10),
        ],
    };

    private long Memory => MemoryOf(Limits, FileBytes);

    /// <summary>The container's own limit on memory, in bytes.</summary>
    public static long MemoryOf(RunLimits limits, long fileBytes) => limits.MemoryBytes + RelayMemory + fileBytes;

    private Dictionary<string, string> Tmpfs()
    {
        var shared = string.Create(CultureInfo.InvariantCulture, $"rw,nosuid,nodev,mode=1777,size={Limits.DiskBytes},nr_inodes={SandboxPaths.Inodes}");
        var own = string.Create(CultureInfo.InvariantCulture, $"rw,exec,nosuid,nodev,mode=700,uid={Uid},gid={Uid},nr_inodes={SandboxPaths.Inodes}");
        return new Dictionary<string, string>
        {
            ["/dev/shm"] = shared + ",noexec",
            ["/tmp"] = shared + ",exec",
            [SandboxPaths.Workspace] = string.Create(CultureInfo.InvariantCulture, $"{own},size={Limits.DiskBytes}"),
            [SandboxPaths.Build] = string.Create(CultureInfo.InvariantCulture, $"{own},size={SandboxPaths.BuildBytes(Limits.DiskBytes)}"),
        };
    }

    private static Ulimit Ulimit(string name, long value) => new() { Name = name, Soft = value, Hard = value };
}

/// <summary>relay.pl, which is a container's whole command: images need nothing of ours.</summary>
internal static class RelayScript
{
    public static string Text { get; } = Read();

    private static string Read()
    {
        using var stream = typeof(RelayScript).Assembly.GetManifestResourceStream("relay.pl")
            ?? throw new InvalidOperationException("relay.pl is not embedded.");
        return new StreamReader(stream).ReadToEnd();
    }
}
