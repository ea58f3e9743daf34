using System.CommandLine;
using System.Globalization;
using CodeCrafter.Bench.Contenders;
using CodeCrafter.Bench.Measuring;

namespace CodeCrafter.Bench.Commands;

/// <summary>How to run <see cref="LeaksCommand"/>.</summary>
internal sealed record LeaksSettings(string Server, string? Output, IReadOnlyList<HelloLanguage> Languages, int Executions, int WarmUp, int Callers);

/// <summary>The server after so many executions.</summary>
/// <param name="HeapMiB">The managed heap as the last collection left it; null where the metrics do not say.</param>
internal sealed record MemorySample(int Executions, double ResidentMiB, double? HeapMiB, int Descriptors, int Threads);

/// <summary>
/// Many executions, and then nothing more on the host than before them, and nothing at all once the server has stopped;
/// the server's memory is printed as a series with its slope.
/// </summary>
internal static class LeaksCommand
{
    public static Command Create()
    {
        var server = CommonOptions.Server();
        var output = CommonOptions.Output();
        var languages = CommonOptions.Languages();
        var executions = CommonOptions.Number("--executions", 1000, 20, "executions that count, the languages in turn");
        var warmUp = CommonOptions.Number("--warm-up", 700, 1, "executions before the first count, the languages in turn: the server compiles and caches then");
        var callers = CommonOptions.Number("--callers", Environment.ProcessorCount, 1, "concurrent callers");
        var command = new Command("leaks", "Many executions leave no process, mount, cgroup, file or memory behind.")
        {
            server, output, languages, executions, warmUp, callers,
        };
        command.SetAction(async (parsed, _) => await RunAsync(new LeaksSettings(
            parsed.GetRequiredValue(server), parsed.GetValue(output), HelloLanguage.Find(parsed.GetRequiredValue(languages)),
            parsed.GetRequiredValue(executions), parsed.GetRequiredValue(warmUp), parsed.GetRequiredValue(callers)))
            ? 0
            : 1);
        return command;
    }

    /// <returns>Whether nothing was left.</returns>
    public static async Task<bool> RunAsync(LeaksSettings settings)
    {
        await using var workbench = await Workbench.CreateAsync();
        var server = await workbench.StartServerAsync(settings.Server);
        using var api = await ApiContender.ConnectAsync(server, settings.Callers);
        using var metrics = new HttpClient { BaseAddress = server.Url };
        await ExecuteAsync(api, settings, 0, settings.WarmUp);
        var before = await StableAsync(server);

        const int points = 20;
        List<MemorySample> series = [await SampleAsync(server, metrics, 0)];
        for (var point = 1; point <= points; point++)
        {
            var done = settings.Executions * point / points;
            await ExecuteAsync(api, settings, series[^1].Executions, done - series[^1].Executions);
            series.Add(await SampleAsync(server, metrics, done));
        }

        var after = await StableAsync(server);
        await server.StopAsync();
        var stopped = HostTraces.Read(null, server.DataDirectory);
        var clean = Report(before, after, stopped);
        Print(series);
        await workbench.SaveAsync("leaks", settings.Output, new
        {
            settings.Executions,
            settings.Callers,
            clean,
            series,
            slopes = new { residentKiBPerExecution = Slope(series, sample => sample.ResidentMiB), heapKiBPerExecution = HeapSlope(series) },
        });
        return clean;
    }

    private static async Task ExecuteAsync(ApiContender api, LeaksSettings settings, int first, int count)
    {
        var next = first - 1;
        await Task.WhenAll(Enumerable.Range(0, settings.Callers).Select(async _ =>
        {
            for (int i; (i = Interlocked.Increment(ref next)) < first + count;)
            {
                await api.RunAsync(settings.Languages[i % settings.Languages.Count].Unique());
            }
        }));
    }

    private static async Task<MemorySample> SampleAsync(ServerProcess server, HttpClient metrics, int executions) => new(
        executions,
        ProcessState.ResidentBytes(server.Id) / 1048576.0,
        Heap(await metrics.GetStringAsync(new Uri("/metrics", UriKind.Relative))) / 1048576.0,
        ProcessState.Descriptors(server.Id),
        ProcessState.Threads(server.Id));

    /// <summary>The sum over the generations.</summary>
    private static double? Heap(string metrics)
    {
        var lines = metrics.Split('\n').Where(line => line.StartsWith("dotnet_gc_last_collection_heap_size_bytes{", StringComparison.Ordinal)).ToList();
        return lines.Count == 0 ? null : lines.Sum(line => double.Parse(line.Split(' ')[1], CultureInfo.InvariantCulture));
    }

    /// <summary>Those that were used go away in the background, and others come to wait in their place.</summary>
    private static async Task<HostTraces> StableAsync(ServerProcess server)
    {
        var now = HostTraces.Read(server.Id, server.DataDirectory);
        for (var attempt = 0; attempt < 10; attempt++)
        {
            var before = now;
            await server.SettleAsync();
            now = HostTraces.Read(server.Id, server.DataDirectory);
            if (!More(before, now) && !More(now, before))
            {
                break;
            }
        }

        return now;
    }

    private static bool More(HostTraces before, HostTraces after) =>
        before.Kinds().Zip(after.Kinds()).Any(pair => pair.Second.Items.Count > pair.First.Items.Count);

    private static bool Report(HostTraces before, HostTraces after, HostTraces stopped)
    {
        // What a stopped server keeps of its files is its data; of these there may be no more than there were.
        TextTable.Print(Console.Out, ["", "before", "after", "server stopped"],
            before.Kinds().Zip(after.Kinds(), stopped.Kinds()).Select(kind => (IReadOnlyList<string>)
                [kind.First.Kind, $"{kind.First.Items.Count}", $"{kind.Second.Items.Count}", $"{kind.Third.Items.Count}"]));
        var left = stopped.Processes.Concat(stopped.Mounts).Concat(stopped.Cgroups).Concat(stopped.Files.Where(file => !before.Files.Contains(file))).ToList();
        foreach (var item in left)
        {
            Console.WriteLine($"LEFT after the stop: {item}");
        }

        foreach (var (kind, items) in before.Kinds().Zip(after.Kinds()).Where(pair => pair.Second.Items.Count > pair.First.Items.Count).Select(pair => pair.Second))
        {
            Console.WriteLine($"MORE {kind} than before: {string.Join(", ", items)}");
        }

        return left.Count == 0 && !More(before, after);
    }

    private static void Print(List<MemorySample> series)
    {
        TextTable.Print(Console.Out, ["executions", "resident MiB", "heap after GC MiB", "descriptors", "threads"],
            series.Select(sample => (IReadOnlyList<string>)
            [
                $"{sample.Executions}", TextTable.Number(sample.ResidentMiB), sample.HeapMiB is { } heap ? TextTable.Number(heap) : "?",
                $"{sample.Descriptors}", $"{sample.Threads}",
            ]));
        Console.WriteLine($"Slope of resident memory: {TextTable.Number(Slope(series, sample => sample.ResidentMiB))} KiB an execution");
        Console.WriteLine(HeapSlope(series) is { } slope ? $"Slope of the heap after collections: {TextTable.Number(slope)} KiB an execution" : "The metrics do not tell the heap.");
    }

    private static double? HeapSlope(List<MemorySample> series) =>
        series.Any(sample => sample.HeapMiB is null) ? null : Slope(series, sample => sample.HeapMiB!.Value);

    private static double Slope(List<MemorySample> series, Func<MemorySample, double> value) =>
        Samples.Slope([.. series.Select(sample => ((double)sample.Executions, value(sample) * 1024))]);
}
