namespace CodeCrafter.Sandbox.Limits;

/// <summary>What one step (a compilation or a run) may use. Every limit is on the whole tree of its processes.</summary>
public sealed record RunLimits
{
    /// <summary>For programs: 10 s CPU, 20 s wall, 256 MB, 64 processes, 1 MiB of output a stream.</summary>
    public static RunLimits Default { get; } = new();

    /// <summary>For compilers, which need more memory and processes than what they compile.</summary>
    public static RunLimits DefaultForCompiling { get; } = new()
    {
        CpuTime = TimeSpan.FromSeconds(30),
        WallTime = TimeSpan.FromSeconds(60),
        MemoryBytes = 1024L << 20,
        Processes = 256,
    };

    /// <summary>CPU time, user and system, summed over all processes.</summary>
    public TimeSpan CpuTime { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Time from start to end by the clock.</summary>
    public TimeSpan WallTime { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>Memory in bytes, tmpfs included; there is no swap.</summary>
    public long MemoryBytes { get; init; } = 256L << 20;

    /// <summary>Processes and threads at once.</summary>
    public int Processes { get; init; } = 64;

    /// <summary>Bytes kept of standard output, and as many of standard error.</summary>
    public long OutputBytes { get; init; } = 1 << 20;

    /// <summary>Bytes that the workspace and <c>/tmp</c> may hold, each.</summary>
    public long DiskBytes { get; init; } = 64L << 20;

    /// <summary>CPUs' worth of time per unit of wall time: 0.5 is half a core.</summary>
    public double Cpus { get; init; } = 1;
}
