using Microsoft.Win32.SafeHandles;

namespace CodeCrafter.Sandbox.Limits;

/// <summary>The cgroup of one step: its limits, and what it has used.</summary>
internal abstract class StepCgroup(RunLimits limits)
{
    private TimeSpan _cpuTimeBefore;
    private RunLimits _limits = limits;

    /// <summary>Opens the files that a process writes 0 to in order to enter; one a hierarchy.</summary>
    public abstract IReadOnlyList<SafeFileHandle> OpenForEntering();

    /// <summary>CPU time of all processes that are or were in it, since <see cref="StartMeasuring"/>.</summary>
    public TimeSpan CpuTime => TotalCpuTime - _cpuTimeBefore;

    /// <summary>
    /// The most memory it has held at once, in bytes, since <see cref="StartMeasuring"/> where the kernel can forget what
    /// was before; page cache and tmpfs count.
    /// </summary>
    public abstract long PeakMemory { get; }

    /// <summary>How many of its processes the kernel has killed for memory.</summary>
    public abstract long OomKills { get; }

    /// <summary>How often a fork was refused for the limit on processes.</summary>
    public abstract long RefusedForks { get; }

    /// <summary>Removes it. Its processes are dead by then.</summary>
    public abstract void Delete();

    /// <summary>Changes the limits, and verifies that they took.</summary>
    /// <exception cref="IOException">One did not: what is in it holds more than it may.</exception>
    public void Apply(RunLimits limits)
    {
        if (limits != _limits)
        {
            Write(limits);
            _limits = limits;
        }
    }

    /// <summary>What was used until now does not count: it belongs to the start of a process that waited.</summary>
    public void StartMeasuring()
    {
        _cpuTimeBefore = TotalCpuTime;
        ForgetPeak();
    }

    /// <summary>CPU time so far, of all processes that are or were in it.</summary>
    protected abstract TimeSpan TotalCpuTime { get; }

    /// <summary>Writes all limits.</summary>
    protected abstract void Write(RunLimits limits);

    /// <summary>Lets the peak of memory begin with what is held now, where the kernel can do that.</summary>
    protected abstract void ForgetPeak();
}

/// <summary>
/// Makes cgroups at the top of this host's trees, one a step, so that nothing is there while nothing runs. Their names
/// begin with the installation's.
/// </summary>
internal abstract class CgroupTree
{
    /// <summary><c>cgroup v1</c>, <c>cgroup v2</c> or <c>hybrid cgroup</c>: for the log.</summary>
    public abstract string Kind { get; }

    /// <summary>How many files a process writes to in order to enter a cgroup.</summary>
    public abstract int Hierarchies { get; }

    /// <summary>Switches the controllers on.</summary>
    public abstract void Prepare();

    /// <summary>Makes a cgroup with these limits and verifies that they took.</summary>
    public abstract StepCgroup Create(string name, RunLimits limits);

    /// <summary>The kernel's unit of the CPU quota.</summary>
    protected const int QuotaPeriodMicroseconds = 100_000;

    /// <summary>The CPU quota in microseconds a period; the kernel takes no less than 1 ms.</summary>
    protected static long Quota(RunLimits limits) => Math.Max(1_000, (long)(limits.Cpus * QuotaPeriodMicroseconds));
}

/// <summary>
/// Finds the cgroups of an installation in all hierarchies of this host: besides our own, those that a runtime makes.
/// </summary>
internal static class CgroupLeftovers
{
    /// <summary>Kills and removes what begins with the installation's name; nothing else.</summary>
    public static void Remove(IReadOnlyList<string> mountPoints, string installation, TimeProvider time)
    {
        foreach (var directory in mountPoints.SelectMany(mount => Directory.GetDirectories(mount, installation + "-*")))
        {
            ControlFile.KillAll(directory, time);
            ControlFile.RemoveDirectory(directory, time);
        }
    }
}

/// <summary>Reads and writes control files.</summary>
internal static class ControlFile
{
    public static string Read(string directory, string file) => File.ReadAllText(Path.Combine(directory, file)).Trim();

    public static long ReadNumber(string directory, string file)
    {
        var text = Read(directory, file);
        return text == "max" ? long.MaxValue : long.Parse(text);
    }

    /// <summary>The number behind a key of a file of <c>key value</c> lines; null where there is no such key.</summary>
    public static long? ReadKey(string directory, string file, string key)
    {
        foreach (var line in File.ReadLines(Path.Combine(directory, file)))
        {
            if (line.StartsWith(key, StringComparison.Ordinal) && line.Length > key.Length && line[key.Length] == ' ')
            {
                return long.Parse(line.AsSpan(key.Length + 1).Trim());
            }
        }
        return null;
    }

    public static void Write(string directory, string file, long value) => Write(directory, file, value.ToString());

    public static void Write(string directory, string file, string value)
    {
        var path = Path.Combine(directory, file);
        // One write, no truncation and no creation: that is what these files understand.
        using var handle = File.OpenHandle(path, FileMode.Open, FileAccess.Write);
        RandomAccess.Write(handle, System.Text.Encoding.ASCII.GetBytes(value), 0);
    }

    /// <summary>Writes a limit and reads it back: a limit that is not on is no limit.</summary>
    public static void WriteLimit(string directory, string file, long value, long granularity = 1)
    {
        Write(directory, file, value);
        var actual = ReadNumber(directory, file);
        if (actual > value || actual < value - granularity)
        {
            throw new IOException($"{Path.Combine(directory, file)} is {actual} after {value} was written.");
        }
    }

    /// <summary>Kills every process in a cgroup directory, again until none is left.</summary>
    public static void KillAll(string directory, TimeProvider time)
    {
        var kill = Path.Combine(directory, "cgroup.kill");
        var started = time.GetTimestamp();
        while (time.GetElapsedTime(started) < TimeSpan.FromSeconds(10))
        {
            var pids = File.ReadAllLines(Path.Combine(directory, "cgroup.procs"));
            if (pids.Length == 0)
            {
                return;
            }
            if (File.Exists(kill))
            {
                Write(directory, "cgroup.kill", "1");
            }
            foreach (var pid in pids)
            {
                Interop.Native.KillPid(int.Parse(pid));
            }
            Thread.Yield();
        }
        throw new IOException($"Processes in {directory} outlive SIGKILL.");
    }

    /// <summary>Removes a cgroup directory. The kernel keeps it busy for a moment after its last process was reaped.</summary>
    public static void RemoveDirectory(string directory, TimeProvider time)
    {
        var started = time.GetTimestamp();
        while (true)
        {
            try
            {
                Directory.Delete(directory);
                return;
            }
            catch (DirectoryNotFoundException)
            {
                return;
            }
            catch (IOException) when (time.GetElapsedTime(started) < TimeSpan.FromSeconds(5))
            {
                Thread.Yield();
            }
        }
    }
}
