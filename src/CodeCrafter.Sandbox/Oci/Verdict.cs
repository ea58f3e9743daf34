namespace CodeCrafter.Sandbox.Oci;

/// <summary>Turns how a step ended into a status.</summary>
internal static class Verdict
{
    private static readonly Dictionary<int, string> Signals = new()
    {
        [1] = "SIGHUP", [2] = "SIGINT", [3] = "SIGQUIT", [4] = "SIGILL", [5] = "SIGTRAP", [6] = "SIGABRT", [7] = "SIGBUS",
        [8] = "SIGFPE", [9] = "SIGKILL", [10] = "SIGUSR1", [11] = "SIGSEGV", [12] = "SIGUSR2", [13] = "SIGPIPE",
        [14] = "SIGALRM", [15] = "SIGTERM", [16] = "SIGSTKFLT", [24] = "SIGXCPU", [25] = "SIGXFSZ", [26] = "SIGVTALRM",
        [27] = "SIGPROF", [29] = "SIGIO", [30] = "SIGPWR", [31] = "SIGSYS",
    };

    /// <summary>The name of a signal that ends processes; <c>SIGRTMIN+n</c> for real-time ones.</summary>
    public static string SignalName(int signal) => Signals.GetValueOrDefault(signal) ?? $"SIGRTMIN+{signal - 34}";

    /// <summary>The status of a step that we did not stop.</summary>
    public static RunStatus Of(int? exitCode, string? signal) => signal switch
    {
        null => exitCode == 0 ? RunStatus.Accepted : RunStatus.RuntimeErrorNzec,
        "SIGSEGV" => RunStatus.RuntimeErrorSigsegv,
        "SIGXFSZ" => RunStatus.RuntimeErrorSigxfsz,
        "SIGFPE" => RunStatus.RuntimeErrorSigfpe,
        "SIGABRT" => RunStatus.RuntimeErrorSigabrt,
        // The backstop of the CPU limit: a process used up the limit and more by itself.
        "SIGXCPU" => RunStatus.TimeLimitExceeded,
        _ => RunStatus.RuntimeErrorOther,
    };
}
