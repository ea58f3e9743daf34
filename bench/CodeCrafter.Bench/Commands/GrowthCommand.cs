using System.CommandLine;
using CodeCrafter.Bench.Documents;
using CodeCrafter.Bench.Measuring;

namespace CodeCrafter.Bench.Commands;

/// <summary>Whether a document of CodeCrafter.Crdt costs more for each edit as it grows, and what a keystroke allocates.</summary>
internal static class GrowthCommand
{
    public static Command Create()
    {
        var output = CommonOptions.Output();
        var trace = new Option<string>("--trace") { Description = "a sequential editing trace of josephg/editing-traces", Required = true };
        var times = CommonOptions.Number("--times", 100, 2, "how often the trace is played into one document");
        var edits = CommonOptions.Number("--edits", 10_000_000, 10_000, "random edits of one document; measured at each power of ten from 10,000 on");
        var command = new Command("documents-growth", "A document as it grows: 100 times a trace, ten million edits, and what a keystroke allocates.") { output, trace, times, edits };
        command.SetAction(async (parsed, _) =>
        {
            await RunAsync(parsed.GetValue(output), parsed.GetRequiredValue(trace), parsed.GetRequiredValue(times), parsed.GetRequiredValue(edits));
        });
        return command;
    }

    public static async Task<(IReadOnlyList<GrowthRow> Repeated, IReadOnlyList<FlatRow> Flat, AllocationRow Allocations)> RunAsync(string? output, string traceFile, int times, int edits)
    {
        var trace = EditingTraces.Read(traceFile);
        if (trace.Clients.Count != 1)
        {
            throw new InvalidOperationException($"{traceFile} is concurrent: its positions hold in its own history only.");
        }

        await using var workbench = await Workbench.CreateAsync();
        var disturbance = new Disturbance();
        var repeated = Growth.Repeat(trace, times);
        TextTable.Print(Console.Out, ["for each edit", "1 x", $"{times} x", "ratio", "reach"], repeated.Select(row => (IReadOnlyList<string>)
            [row.Step, TextTable.Number(row.Small), TextTable.Number(row.Large), TextTable.Number(row.Ratio), "1.50"]));
        var flat = Growth.Flat([.. Enumerable.Range(4, 5).Select(power => (int)Math.Pow(10, power)).Where(mark => mark <= edits)]);
        TextTable.Print(Console.Out, ["edits so far", "ns a local edit", "ns to apply it"], flat.Select(row => (IReadOnlyList<string>)
            [$"{row.Edits:N0}", TextTable.Number(row.LocalNanoseconds), TextTable.Number(row.ApplyNanoseconds)]));
        var allocations = Growth.Allocations(trace);
        Console.WriteLine(FormattableString.Invariant(
            $"Allocated for a keystroke: {allocations.Local:F1} bytes; {allocations.Emitted:F1} with a listener, beside the update it is handed; {allocations.Applied:F1} to apply it."));
        disturbance.Print(Console.Out);
        await workbench.SaveAsync("documents-growth", output, new { trace = trace.Name, times, othersShareOfMachine = disturbance.Share(), repeated, flat, allocations });
        return (repeated, flat, allocations);
    }
}
