using System.Globalization;
using System.Runtime.InteropServices;
using CodeCrafter.Bench.Contenders;

namespace CodeCrafter.Bench.Measuring;

/// <summary>What a reader must know of the machine to judge the figures.</summary>
internal sealed record MachineFacts(string Cpu, int Cores, double MemoryGiB, string Kernel, string System, string Runtime, string Commit)
{
    public static async Task<MachineFacts> ReadAsync() => new(
        ReadField("/proc/cpuinfo", "model name"),
        Environment.ProcessorCount,
        Math.Round(long.Parse(ReadField("/proc/meminfo", "MemTotal").Split(' ')[0], CultureInfo.InvariantCulture) / 1024.0 / 1024, 1),
        (await File.ReadAllTextAsync("/proc/sys/kernel/osrelease")).Trim(),
        ReadField("/etc/os-release", "PRETTY_NAME", '=').Trim('"'),
        RuntimeInformation.FrameworkDescription,
        await CommitAsync());

    public void Print(TextWriter writer)
    {
        writer.WriteLine($"Machine: {Cpu}, {Cores} cores, {MemoryGiB} GiB; {System}, Linux {Kernel}; {Runtime}");
        writer.WriteLine($"CodeCrafter: commit {Commit}");
    }

    private static string ReadField(string file, string name, char separator = ':') =>
        File.ReadLines(file).FirstOrDefault(line => line.StartsWith(name, StringComparison.Ordinal))?.Split(separator, 2)[1].Trim() ?? "unknown";

    private static async Task<string> CommitAsync()
    {
        if (!File.Exists("/usr/bin/git"))
        {
            return "unknown";
        }

        var folder = Repository.Root;
        var commit = await HostCommand.RunAsync(["/usr/bin/git", "-C", folder, "rev-parse", "--short", "HEAD"]);
        var changes = await HostCommand.RunAsync(["/usr/bin/git", "-C", folder, "status", "--porcelain", "--untracked-files=no"]);
        return commit.ExitCode != 0 ? "unknown" : commit.Stdout.Trim() + (changes.Stdout.Length > 0 ? " with changes" : "");
    }
}

/// <summary>
/// How busy the machine was with other things. Figures taken beside other work are worth less, so every result says it.
/// </summary>
internal sealed class Disturbance
{
    private readonly IReadOnlyList<int> _ours;
    private readonly (double Busy, double Total) _machine = Machine();
    private readonly double _others;

    /// <param name="ours">Processes that belong to the measurement with all that they start, besides this one.</param>
    public Disturbance(params IReadOnlyList<int> ours)
    {
        _ours = ours;
        _others = Others();
    }

    /// <summary>The share of all cores that other processes have used since the start, from 0 to 1.</summary>
    public double Share()
    {
        var (_, total) = Machine();
        return total <= _machine.Total ? 0 : Math.Clamp((Others() - _others) / (total - _machine.Total), 0, 1);
    }

    public void Print(TextWriter writer)
    {
        var share = Share();
        writer.WriteLine($"Other processes used {share:P0} of the machine meanwhile.{(share > 0.05 ? " These figures were taken UNDER LOAD." : "")}");
    }

    /// <summary>
    /// CPU time in clock ticks that the machine has spent since the start on all but this process and others. Of a process
    /// that nobody waits for, as of a sandbox that has ended, no other account is left.
    /// </summary>
    public double MeasuredTicks() =>
        Machine().Busy - _machine.Busy - (Others() - _others) - ProcessState.CpuTicks(Environment.ProcessId);

    private double Others()
    {
        HashSet<int> own = [Environment.ProcessId, .. ProcessState.Descendants(Environment.ProcessId), .. _ours, .. _ours.SelectMany(ProcessState.Descendants)];
        return ProcessState.All().Where(pid => !own.Contains(pid)).Sum(ProcessState.CpuTicks);
    }

    private static (double Busy, double Total) Machine()
    {
        // user nice system idle iowait irq softirq steal; the two behind it are parts of the first ones.
        var ticks = File.ReadLines("/proc/stat").First().Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .Skip(1).Take(8).Select(text => double.Parse(text, CultureInfo.InvariantCulture)).ToList();
        return (ticks.Sum() - ticks[3] - ticks[4], ticks.Sum());
    }
}
