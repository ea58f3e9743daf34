using CodeCrafter.Bench.Documents;
using CodeCrafter.Bench.Measuring;

namespace CodeCrafter.Bench.Commands;

/// <summary>The tables of docs/BENCHMARKS.md: everybody in all steps, first times beside the usual ones.</summary>
internal static class DocumentTables
{
    /// <param name="writer">Where they go.</param>
    /// <param name="rows">All that was measured.</param>
    /// <param name="traces">The workloads that have a table of their own; the others share one for each library.</param>
    public static void Print(TextWriter writer, IReadOnlyList<DocumentRow> rows, IReadOnlyList<string> traces)
    {
        var contenders = rows.Select(row => row.Contender).Distinct().ToList();
        foreach (var trace in traces.Distinct())
        {
            writer.WriteLine();
            PrintTrace(writer, trace, [.. rows.Where(row => row.Workload == trace)], contenders);
        }

        var others = rows.Where(row => !traces.Contains(row.Workload)).ToList();
        foreach (var contender in contenders.Where(name => others.Exists(row => row.Contender == name && row.Ratio is not null) && !IsOf(name, "yjs")))
        {
            writer.WriteLine();
            PrintRatios(writer, contender, [.. others.Where(row => row.Contender == contender)]);
        }
    }

    private static void PrintTrace(TextWriter writer, string trace, List<DocumentRow> rows, List<string> contenders)
    {
        var lines = new List<IReadOnlyList<string>>();
        foreach (var step in rows.Select(row => row.Step).Distinct())
        {
            var measured = contenders.Select(name => rows.Find(row => row.Contender == name && row.Step == step)!).ToList();
            if (step == "memory")
            {
                lines.Add(Line(step, measured, row => row.Bytes, bytes => $"{TextTable.Number(bytes / 1000)} KB", Reached(step)));
                continue;
            }

            lines.Add(Line(step, measured, row => row.Warm, Milliseconds, Reached(step)));
            lines.Add(Line($"{step}, first", measured, row => row.Cold, Milliseconds, ""));
        }

        if (rows.Exists(row => row.Step == "apply"))
        {
            lines.Add(Line("state", [.. contenders.Select(name => rows.Find(row => row.Contender == name && row.Step == "apply")!)], row => row.Bytes, bytes => $"{bytes:F0} B", "1"));
        }

        TextTable.Print(writer, [trace, .. contenders, "to yjs", "to ywasm", "reach"], lines);
    }

    private static List<string> Line(string name, List<DocumentRow> measured, Func<DocumentRow, double> figure, Func<double, string> written, string reach)
    {
        var ours = measured.Find(row => row.Contender == DocumentContender.Ours);
        string To(string peer) => ours is not null && measured.Find(row => IsOf(row.Contender, peer)) is { } other
            ? DocumentsCommand.Ratio(figure(ours) / figure(other))
            : "";
        return [name, .. measured.Select(row => written(figure(row))), To("yjs"), To("ywasm"), reach];
    }

    // Ratios to yjs, those of the first times in brackets.
    private static void PrintRatios(TextWriter writer, string contender, List<DocumentRow> rows)
    {
        var steps = rows.Select(row => row.Step).Distinct().ToList();
        var lines = rows.GroupBy(row => row.Workload).Select(workload => (IReadOnlyList<string>)
        [
            workload.Key, .. workload.Select(row => DocumentsCommand.Ratio(row.Ratio) + (row.ColdRatio is { } cold ? $" ({DocumentsCommand.Ratio(cold)})" : "")),
        ]).ToList();
        if (contender == DocumentContender.Ours)
        {
            lines.Add(["reach", .. steps.Select(Reached)]);
        }

        TextTable.Print(writer, [$"{contender} to yjs", .. steps], lines);
    }

    private static bool IsOf(string contender, string key) => contender.StartsWith(key + " ", StringComparison.Ordinal);

    private static string Reached(string step) => DocumentsCommand.Ratio(DocumentsCommand.Reach[step]);

    private static string Milliseconds(double value) => $"{DocumentsCommand.Ratio(value)} ms";
}
