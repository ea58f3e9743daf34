using System.Diagnostics;
using System.Globalization;
using CodeCrafter.Bench.Measuring;

namespace CodeCrafter.Bench.Contenders;

/// <summary>What a load did within its window.</summary>
/// <param name="PerSecond">Executions that ended in the window, for each second of it.</param>
/// <param name="CpuMsEach">CPU time for each of them, of everything that takes part but the client.</param>
internal sealed record LoadResult(double PerSecond, double CpuMsEach);

/// <summary>
/// A window of a load that goes on before and after it: what was made ready in quiet times is used up when the window
/// begins, and what has begun before it is not lost.
/// </summary>
internal sealed record Window(TimeSpan LeadIn, TimeSpan Length)
{
    /// <summary>Counts the executions that end in the window.</summary>
    /// <param name="cpuTicks">Reads the CPU time that was used.</param>
    /// <param name="stop">Ends the load and gives the times at which executions ended, in seconds since 1970.</param>
    public async Task<LoadResult> MeasureAsync(Func<double> cpuTicks, Func<Task<IReadOnlyList<double>>> stop)
    {
        const double ticksPerSecond = 100; // USER_HZ, the same on every architecture that .NET has.
        await Task.Delay(LeadIn);
        var (begin, ticksBefore) = (Now(), cpuTicks());
        await Task.Delay(Length);
        var (end, ticks) = (Now(), cpuTicks() - ticksBefore);
        var ended = (await stop()).Count(time => time >= begin && time < end);
        return ended == 0
            ? throw new InvalidOperationException($"Nothing ended within {Length}; make the window longer.")
            : new LoadResult(ended / (end - begin), ticks / ticksPerSecond * 1000 / ended);
    }

    public static double Now() => (TimeProvider.System.GetUtcNow() - DateTimeOffset.UnixEpoch).TotalSeconds;
}

/// <summary>Callers that each send the next program when they have the result of the last.</summary>
internal sealed class ApiLoad(ServerProcess server, ApiContender api)
{
    public async Task<LoadResult> RunAsync(IReadOnlyList<HelloLanguage> mix, int callers, Window window)
    {
        using var stopping = new CancellationTokenSource();
        var running = Task.WhenAll(Enumerable.Range(0, callers).Select(caller => CallAsync(mix, caller, stopping.Token)));
        var machine = new Disturbance(server.Id);
        return await window.MeasureAsync(machine.MeasuredTicks, async () =>
        {
            await stopping.CancelAsync();
            return [.. (await running).SelectMany(times => times)];
        });
    }

    private async Task<List<double>> CallAsync(IReadOnlyList<HelloLanguage> mix, int caller, CancellationToken stopping)
    {
        var ended = new List<double>();
        for (var i = caller; !stopping.IsCancellationRequested; i++)
        {
            await api.RunAsync(mix[i % mix.Count].Unique());
            ended.Add(Window.Now());
        }

        return ended;
    }
}

/// <summary>Shell scripts that each run the bare commands again and again: nothing is cheaper than a shell's loop.</summary>
internal sealed class BareLoad(string scratch, string home)
{
    public async Task<LoadResult> RunAsync(IReadOnlyList<HelloLanguage> mix, int workers, Window window)
    {
        var folder = Path.Combine(scratch, "bare-load");
        var stopFile = Path.Combine(folder, "stop");
        List<Process> processes = [];
        for (var worker = 0; worker < workers; worker++)
        {
            processes.Add(await StartAsync(Path.Combine(folder, $"{worker}"), stopFile, [.. mix.Skip(worker % mix.Count), .. mix.Take(worker % mix.Count)]));
        }

        try
        {
            return await window.MeasureAsync(() => processes.Sum(process => ProcessState.CpuTicks(process.Id)), async () =>
            {
                await File.WriteAllTextAsync(stopFile, "");
                return await StopAsync(processes, folder);
            });
        }
        finally
        {
            processes.ForEach(process => process.Dispose());
            Directory.Delete(folder, recursive: true);
        }
    }

    private async Task<Process> StartAsync(string folder, string stopFile, IReadOnlyList<HelloLanguage> mix)
    {
        var steps = new List<string>();
        foreach (var language in mix)
        {
            var directory = Path.Combine(folder, language.Language);
            Directory.CreateDirectory(directory);
            await File.WriteAllTextAsync(Path.Combine(directory, "template"), language.Template);
            // Another program each time, as through the API: Go knows one that it has built before.
            steps.Add($$"""
                  cd '{{directory}}'
                  word="w$$x$((++n))"
                  template=$(<template)
                  echo "${template//NONCE/$word}" >'{{language.FileName}}'
                  { {{language.Command}}; } >.stdout 2>.stderr </dev/null || exit 1
                  read -r line <.stdout
                  [[ $line == "hello $word" ]] || exit 1
                  echo $EPOCHREALTIME >>'{{folder}}/ended'
                  [[ ! -e '{{stopFile}}' ]] || exit 0
                """);
        }

        var script = Path.Combine(folder, "work.sh");
        await File.WriteAllTextAsync(script, $"while true; do\n{string.Join('\n', steps)}\ndone\n");
        var start = new ProcessStartInfo("/bin/bash", [script]);
        start.Environment.Clear();
        start.Environment["PATH"] = "/usr/bin:/bin";
        start.Environment["HOME"] = home;
        start.Environment["LC_ALL"] = "C";
        return Process.Start(start)!;
    }

    private static async Task<IReadOnlyList<double>> StopAsync(List<Process> processes, string folder)
    {
        foreach (var process in processes)
        {
            await process.WaitForExitAsync();
            if (process.ExitCode != 0)
            {
                throw new WrongAnswerException("A bare command failed, or printed something else than it should.");
            }
        }

        return [.. Directory.GetDirectories(folder)
            .SelectMany(worker => File.ReadLines(Path.Combine(worker, "ended")))
            .Select(line => double.Parse(line, CultureInfo.InvariantCulture))];
    }
}
