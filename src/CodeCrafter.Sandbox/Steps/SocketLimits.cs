using CodeCrafter.Sandbox.Limits;

namespace CodeCrafter.Sandbox.Steps;

/// <summary>
/// What the kernel may hold for the sockets of a step. Version 1 of cgroups leaves it out of the limit on memory, and both
/// versions leave out what a connection holds that nobody has accepted yet. docs/THREAT_MODEL.md has what was measured.
/// </summary>
internal static class SocketLimits
{
    /// <summary>
    /// Settings of a sandbox's network namespace: how many connections wait to be accepted, how much one holds until it is, and
    /// how many closed ones are remembered.
    /// </summary>
    public static IReadOnlyDictionary<string, string> Settings { get; } = new Dictionary<string, string>
    {
        ["net.core.somaxconn"] = "128",
        ["net.ipv4.tcp_rmem"] = "4096 16384 131072",
        ["net.ipv4.tcp_wmem"] = "4096 16384 262144",
        ["net.ipv4.tcp_max_tw_buckets"] = "1024",
    };

    /// <summary>Bytes in the queues of all TCP and UDP sockets, where they do not count as memory.</summary>
    public static long Bytes(RunLimits limits) => Math.Clamp(limits.MemoryBytes / 4, 4L << 20, 32L << 20);

    /// <summary>Sockets at once, those included that nobody has accepted: each is 20 KB at most that nothing else counts.</summary>
    public static int Count(RunLimits limits) => (int)Math.Max(256, limits.MemoryBytes >> 16);

    /// <summary>
    /// The same where nothing may count what any of them holds, 200 KB at most: a Docker Engine on version 1 of cgroups takes a
    /// limit on it, and runc ignores that.
    /// </summary>
    public static int CountUncounted(RunLimits limits) => (int)Math.Max(128, limits.MemoryBytes >> 18);

    /// <summary>From this number on they are counted often.</summary>
    public const int Many = 64;
}
