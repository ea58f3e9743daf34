namespace CodeCrafter.Sandbox.Steps;

/// <summary>The directories that a program can write to besides <c>/tmp</c> and <c>/dev/shm</c>, whatever backend it runs on.</summary>
internal static class SandboxPaths
{
    /// <summary>Where the sources are, and the working directory.</summary>
    public const string Workspace = "/workspace";

    /// <summary>Where compilers put what they make.</summary>
    public const string Build = "/build";

    /// <summary>Files and directories that each writable file system may hold.</summary>
    public const int Inodes = 20_000;

    /// <summary>Parts of /proc that say more about the host than a program needs.</summary>
    public static IReadOnlyList<string> Masked { get; } =
    [
        "/proc/acpi", "/proc/asound", "/proc/cmdline", "/proc/interrupts", "/proc/kcore", "/proc/keys", "/proc/kmsg",
        "/proc/latency_stats", "/proc/sched_debug", "/proc/scsi", "/proc/timer_list", "/proc/timer_stats", "/proc/key-users",
        "/proc/kallsyms", "/proc/modules", "/proc/config.gz",
    ];

    /// <summary>Parts of /proc that change the host.</summary>
    public static IReadOnlyList<string> ReadOnly { get; } =
        ["/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger", "/proc/pressure"];

    /// <summary>Bytes that <see cref="Build"/> may hold, where the other file systems may hold so many.</summary>
    public static long BuildBytes(long diskBytes) => Math.Max(diskBytes, 512L << 20);
}
