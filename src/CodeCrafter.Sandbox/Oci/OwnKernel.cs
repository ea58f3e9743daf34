using CodeCrafter.Sandbox.Limits;
using CodeCrafter.Sandbox.Steps;

namespace CodeCrafter.Sandbox.Oci;

/// <summary>
/// What gVisor needs for itself. Its kernel, its file server and the runtime's own process are in the cgroup of the step,
/// which therefore allows more than the step may have. docs/decisions/0025 tells how much they were seen to use.
/// </summary>
internal static class OwnKernel
{
    private const long MemoryBytes = 64 << 20;
    private const int Threads = 256;

    // It makes a thread of the host for each process and each of its own threads that has served it. This is a backstop: how
    // many processes there are its kernel sees to.
    private const int ThreadsForEach = 64;

    /// <summary>
    /// The command with the limits that its kernel has to see to: how many processes there are. CPU time is not among them:
    /// there it runs for every thread that could run, whether it does or not.
    /// </summary>
    public static StepCommand Bounded(StepCommand command, RunLimits limits) => command with { Processes = limits.Processes, CpuSeconds = 0 };

    /// <summary>The limits of the cgroup.</summary>
    public static RunLimits Within(RunLimits limits) => limits with
    {
        MemoryBytes = limits.MemoryBytes + MemoryBytes,
        Processes = Threads + (ThreadsForEach * limits.Processes),
    };
}
