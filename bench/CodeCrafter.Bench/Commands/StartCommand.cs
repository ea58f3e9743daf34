using System.CommandLine;
using System.Diagnostics;
using CodeCrafter.Bench.Contenders;
using CodeCrafter.Bench.Measuring;

namespace CodeCrafter.Bench.Commands;

/// <summary>Milliseconds to the first answers of one start, and what is resident when it has come to rest.</summary>
internal sealed record StartSample(double LiveMs, double ReadyMs, double ResidentMiB, double TreeResidentMiB);

/// <summary>From <c>dotnet CodeCrafter.Server.dll</c> to the first answer, and memory when idle.</summary>
internal static class StartCommand
{
    public static Command Create()
    {
        var server = CommonOptions.Server();
        var output = CommonOptions.Output();
        var rounds = CommonOptions.Number("--rounds", 7, 1, "starts that count; one more is done first, with an empty data directory");
        var command = new Command("start", "Time from the start of the server to its first answer, and memory when idle.") { server, output, rounds };
        command.SetAction(async (parsed, _) =>
        {
            await RunAsync(parsed.GetRequiredValue(server), parsed.GetValue(output), parsed.GetRequiredValue(rounds));
        });
        return command;
    }

    public static async Task<IReadOnlyList<StartSample>> RunAsync(string program, string? output, int rounds)
    {
        await using var workbench = await Workbench.CreateAsync();
        var disturbance = new Disturbance();
        var first = await MeasureAsync(program, Path.Combine(workbench.Scratch, "data"));
        var samples = new List<StartSample>();
        for (var round = 0; round < rounds; round++)
        {
            samples.Add(await MeasureAsync(program, Path.Combine(workbench.Scratch, "data")));
        }

        disturbance.Print(Console.Out);
        TextTable.Print(Console.Out, ["", "median", "min", "max", "first, with an empty data directory"],
        [
            Row("ms to /health/live", samples, first, sample => sample.LiveMs),
            Row("ms to /health/ready (sandbox checked)", samples, first, sample => sample.ReadyMs),
            Row("MiB resident, idle", samples, first, sample => sample.ResidentMiB),
            Row("MiB resident, with what waits in sandboxes", samples, first, sample => sample.TreeResidentMiB),
        ]);
        await workbench.SaveAsync("start", output, new { othersShareOfMachine = disturbance.Share(), first, samples });
        return samples;
    }

    private static IReadOnlyList<string> Row(string name, List<StartSample> samples, StartSample first, Func<StartSample, double> value)
    {
        var values = new Samples(samples.Select(value));
        return [name, TextTable.Number(values.Median), TextTable.Number(values.Min), TextTable.Number(values.Max), TextTable.Number(value(first))];
    }

    private static async Task<StartSample> MeasureAsync(string program, string data)
    {
        var interval = TimeSpan.FromMilliseconds(5);
        var started = Stopwatch.GetTimestamp();
        await using var server = ServerProcess.Start(program, data);
        await server.WaitForAsync("/health/live", interval);
        var live = Stopwatch.GetElapsedTime(started);
        await server.WaitForAsync("/health/ready", interval);
        var ready = Stopwatch.GetElapsedTime(started);
        await server.SettleAsync();
        await Task.Delay(TimeSpan.FromSeconds(2));
        var resident = ProcessState.ResidentBytes(server.Id);
        var below = ProcessState.Descendants(server.Id).Sum(ProcessState.ResidentBytes);
        return new StartSample(live.TotalMilliseconds, ready.TotalMilliseconds, MiB(resident), MiB(resident + below));
    }

    private static double MiB(long bytes) => bytes / 1048576.0;
}
