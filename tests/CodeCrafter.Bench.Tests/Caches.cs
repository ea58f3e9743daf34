using System.Runtime.CompilerServices;

namespace CodeCrafter.Bench.Tests;

internal static class Caches
{
    /// <summary>Servers that are started to see that they can be measured need not be at their best.</summary>
    [ModuleInitializer]
    internal static void LeaveOut()
    {
        Environment.SetEnvironmentVariable("CodeCrafter__Execution__CompilerCaches", "false");
        // With several benchmarks at once nothing is ever quiet.
        CodeCrafter.Bench.Contenders.ServerProcess.SettleLimit = TimeSpan.FromSeconds(1);
    }
}
