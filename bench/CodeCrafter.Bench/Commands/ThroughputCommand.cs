using System.CommandLine;
using CodeCrafter.Bench.Contenders;
using CodeCrafter.Bench.Measuring;

namespace CodeCrafter.Bench.Commands;

/// <summary>How to run <see cref="ThroughputCommand"/>.</summary>
internal sealed record ThroughputSettings(
    string Server, string? Output, IReadOnlyList<HelloLanguage> Languages, bool Mix, int Windows, TimeSpan WindowLength, int WarmUp, IReadOnlyList<int> Callers);

/// <summary>Executions a second, medians over the windows.</summary>
internal sealed record ThroughputRow(
    string Load, int Callers, double PerSecond, double BarePerSecond, double Ratio, double CpuMs, double BareCpuMs,
    IReadOnlyList<LoadResult> Windows, IReadOnlyList<LoadResult> BareWindows);

/// <summary>All cores busy for a while: executions a second through the API, beside the bare commands on as many cores.</summary>
internal static class ThroughputCommand
{
    public static Command Create()
    {
        var server = CommonOptions.Server();
        var output = CommonOptions.Output();
        var languages = CommonOptions.Languages();
        var windows = CommonOptions.Number("--windows", 3, 1, "windows of each contender, in turn; medians are reported");
        var seconds = CommonOptions.Number("--seconds", 10, 1, "the length of a window");
        var warmUp = CommonOptions.Number("--warm-up", 400, 0, "executions of Python before");
        var callers = new Option<int[]>("--callers")
        {
            Description = "concurrent callers to try; the best is measured. By default the cores, and 2 and 4 times as many",
            AllowMultipleArgumentsPerToken = true,
            DefaultValueFactory = _ => [Environment.ProcessorCount, 2 * Environment.ProcessorCount, 4 * Environment.ProcessorCount],
        };
        var noMix = new Option<bool>("--no-mix") { Description = "leave out the load of all languages in turn" };
        var command = new Command("throughput", "Executions a second with all cores busy: POST /api/execute beside the bare commands.")
        {
            server, output, languages, windows, seconds, warmUp, callers, noMix,
        };
        command.SetAction(async (parsed, _) =>
        {
            await RunAsync(new ThroughputSettings(
                parsed.GetRequiredValue(server), parsed.GetValue(output), HelloLanguage.Find(parsed.GetRequiredValue(languages)),
                !parsed.GetValue(noMix), parsed.GetRequiredValue(windows), TimeSpan.FromSeconds(parsed.GetRequiredValue(seconds)),
                parsed.GetRequiredValue(warmUp), parsed.GetRequiredValue(callers)));
        });
        return command;
    }

    public static async Task<IReadOnlyList<ThroughputRow>> RunAsync(ThroughputSettings settings)
    {
        await using var workbench = await Workbench.CreateAsync();
        var server = await workbench.StartServerAsync(settings.Server, new Dictionary<string, string>
        {
            ["CodeCrafter__Execution__JobsPerUser"] = "1000",
        });
        using var api = await ApiContender.ConnectAsync(server, settings.Callers.Max());
        var commands = await Workbench.DescribeAsync(settings.Languages);
        var python = HelloLanguage.Find(["python"])[0];
        for (var i = 0; i < settings.WarmUp; i++)
        {
            await api.RunAsync(python.Unique());
        }

        List<(string Name, IReadOnlyList<HelloLanguage> Mix)> loads = [.. settings.Languages.Select(language => (language.Language, (IReadOnlyList<HelloLanguage>)[language]))];
        if (settings.Mix && settings.Languages.Count > 1)
        {
            loads.Add(("all in turn", settings.Languages));
        }

        var disturbance = new Disturbance(server.Id);
        var rows = new List<ThroughputRow>();
        foreach (var (name, mix) in loads)
        {
            rows.Add(await MeasureAsync(name, mix, settings, server, new ApiLoad(server, api), new BareLoad(workbench.Scratch, workbench.Home)));
        }

        disturbance.Print(Console.Out);
        Print(rows);
        await workbench.SaveAsync("throughput", settings.Output, new
        {
            othersShareOfMachine = disturbance.Share(),
            windowSeconds = settings.WindowLength.TotalSeconds,
            bareWorkers = Environment.ProcessorCount,
            commands,
            rows,
        });
        return rows;
    }

    private static async Task<ThroughputRow> MeasureAsync(
        string name, IReadOnlyList<HelloLanguage> mix, ThroughputSettings settings, ServerProcess server, ApiLoad api, BareLoad bare)
    {
        var window = new Window(TimeSpan.FromSeconds(2), settings.WindowLength);
        var callers = await BestAsync(mix, settings, server, api);
        List<LoadResult> ours = [], theirs = [];
        for (var i = 0; i < settings.Windows; i++)
        {
            ours.Add(await api.RunAsync(mix, callers, window));
            await server.SettleAsync();
            theirs.Add(await bare.RunAsync(mix, Environment.ProcessorCount, window));
        }

        var (perSecond, barePerSecond) = (Median(ours, result => result.PerSecond), Median(theirs, result => result.PerSecond));
        var row = new ThroughputRow(
            name, callers, perSecond, barePerSecond, perSecond / barePerSecond,
            Median(ours, result => result.CpuMsEach), Median(theirs, result => result.CpuMsEach), ours, theirs);
        Console.WriteLine($"{name}: {TextTable.Number(row.PerSecond)} of {TextTable.Number(row.BarePerSecond)} a second");
        return row;
    }

    private static async Task<int> BestAsync(IReadOnlyList<HelloLanguage> mix, ThroughputSettings settings, ServerProcess server, ApiLoad api)
    {
        if (settings.Callers.Count == 1)
        {
            return settings.Callers[0];
        }

        var probe = new Window(TimeSpan.FromSeconds(1), settings.WindowLength / 2);
        var best = (Callers: 0, PerSecond: 0.0);
        foreach (var callers in settings.Callers)
        {
            var result = await api.RunAsync(mix, callers, probe);
            best = result.PerSecond > best.PerSecond ? (callers, result.PerSecond) : best;
            await server.SettleAsync();
        }

        return best.Callers;
    }

    private static double Median(List<LoadResult> results, Func<LoadResult, double> value) => new Samples(results.Select(value)).Median;

    private static void Print(IReadOnlyList<ThroughputRow> rows) => TextTable.Print(
        Console.Out,
        ["load", "callers", "CodeCrafter /s", "bare /s", "ratio", "CPU ms each", "bare CPU ms each"],
        rows.Select(row => (IReadOnlyList<string>)
        [
            row.Load, $"{row.Callers}", TextTable.Number(row.PerSecond), TextTable.Number(row.BarePerSecond), TextTable.Number(row.Ratio),
            TextTable.Number(row.CpuMs), TextTable.Number(row.BareCpuMs),
        ]));
}
