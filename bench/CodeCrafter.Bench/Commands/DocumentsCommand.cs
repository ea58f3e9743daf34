using System.CommandLine;
using CodeCrafter.Bench.Contenders;
using CodeCrafter.Bench.Documents;
using CodeCrafter.Bench.Measuring;

namespace CodeCrafter.Bench.Commands;

/// <summary>How to run <see cref="DocumentsCommand"/>.</summary>
/// <param name="Seconds">A step is repeated in its process until that much time is spent; a longer one is done once.</param>
/// <param name="SharesProcess">All steps of a workload in one process: quicker, but of the steps only the first is cold.</param>
internal sealed record DocumentsSettings(
    string? Output, IReadOnlyList<string> Traces, IReadOnlyList<string> Sets, int Size, IReadOnlyList<string> Steps, IReadOnlyList<string> Contenders, int Rounds, double Seconds,
    bool SharesProcess = false);

/// <summary>One step of one workload in one library.</summary>
/// <param name="Cold">Median over the rounds of the first repetition in a new process, in milliseconds; 0 for memory.</param>
/// <param name="Warm">Median of the second half of the repetitions; of the first ones where there is no other.</param>
/// <param name="Bytes">See <see cref="StepResult.Bytes"/>; the median.</param>
/// <param name="Ratio">To yjs: of the times when warm, of the bytes for memory; null where yjs was not measured.</param>
/// <param name="ColdRatio">To yjs, of the times when cold.</param>
/// <param name="SizeRatio">To yjs, of the bytes.</param>
internal sealed record DocumentRow(
    string Workload, string Step, string Contender, double Cold, double Warm, double Bytes, double? Ratio, double? ColdRatio, double? SizeRatio,
    bool SameBytes, IReadOnlyList<IReadOnlyList<double>> Samples);

/// <summary>CodeCrafter.Crdt beside Yjs and ywasm on Node: the same edits, the same bytes, each in processes of its own, in turn.</summary>
internal static class DocumentsCommand
{
    private static readonly string[] _sets = ["b", "worst"];

    /// <summary>What we want to reach, as a ratio to yjs.</summary>
    public static IReadOnlyDictionary<string, double> Reach { get; } = new Dictionary<string, double>
    {
        ["local"] = 1.0 / 20, ["apply"] = 1.0 / 10, ["load"] = 1.0 / 10, ["encode"] = 1.0 / 10, ["memory"] = 1.0 / 4,
    };

    public static Command Create()
    {
        var sharesProcess = new Option<bool>("--one-process") { Description = "all steps of a workload in one process: quicker, but only the first of them is cold" };
        var output = CommonOptions.Output();
        var traces = new Option<string[]>("--trace") { Description = "editing traces of josephg/editing-traces, gzipped or not", AllowMultipleArgumentsPerToken = true, DefaultValueFactory = _ => [] };
        var sets = CommonOptions.Choice("--set", _sets, [], "synthetic workloads: B1 to B3 of crdt-benchmarks, and known worst cases");
        var size = CommonOptions.Number("--size", 6000, 16, "edits of a synthetic workload");
        var steps = CommonOptions.Choice("--steps", DocumentWorker.Steps, DocumentWorker.Steps, "which to measure");
        var contenders = CommonOptions.Choice("--contenders", DocumentContender.Keys, DocumentContender.Keys, "which to measure");
        var rounds = CommonOptions.Number("--rounds", 5, 1, "processes of each contender for each step");
        var seconds = CommonOptions.Number("--seconds", 3, 0, "a step is repeated in its process for so long; 0 for once");
        var command = new Command("documents", "Documents beside Yjs and ywasm: local edits, applying updates, loading, encoding, size and memory.")
        {
            output, traces, sets, size, steps, contenders, rounds, seconds, sharesProcess,
        };
        command.SetAction(async (parsed, _) =>
        {
            await RunAsync(new DocumentsSettings(
                parsed.GetValue(output), parsed.GetRequiredValue(traces), parsed.GetRequiredValue(sets), parsed.GetRequiredValue(size), parsed.GetRequiredValue(steps),
                parsed.GetRequiredValue(contenders), parsed.GetRequiredValue(rounds), parsed.GetRequiredValue(seconds), parsed.GetValue(sharesProcess)));
        });
        return command;
    }

    public static async Task<IReadOnlyList<DocumentRow>> RunAsync(DocumentsSettings settings)
    {
        var workloads = Workloads(settings);
        if (workloads.Count == 0)
        {
            throw new InvalidOperationException("Nothing to measure: give a trace (--trace FILE) or a set of workloads (--set b worst).");
        }

        await using var workbench = await Workbench.CreateAsync();
        var node = await HostCommand.FirstLineAsync("node", "--version");
        Console.WriteLine($"Node.js {node}");
        var contenders = settings.Contenders.Select(DocumentContender.Create).ToList();
        var disturbance = new Disturbance();
        var rows = new List<DocumentRow>();
        foreach (var workload in workloads)
        {
            var files = await DocumentFiles.WriteAsync(workbench.Scratch, workload);
            IReadOnlyList<IReadOnlyList<string>> processes = settings.SharesProcess ? [settings.Steps] : [.. settings.Steps.Select(step => (string[])[step])];
            foreach (var steps in processes)
            {
                rows.AddRange(await MeasureAsync(workload, files, steps, contenders, settings));
            }
        }

        disturbance.Print(Console.Out);
        Print(rows);
        DocumentTables.Print(Console.Out, rows, [.. workloads.Take(settings.Traces.Count).Select(trace => trace.Name)]);
        var traceNames = string.Join('-', settings.Traces.Select(trace => Path.GetFileName(trace).Split('.')[0]).Concat(settings.Sets));
        await workbench.SaveAsync($"documents-{traceNames}", settings.Output, new
        {
            settings.Rounds,
            settings.Seconds,
            node,
            othersShareOfMachine = disturbance.Share(),
            contenders = contenders.Select(contender => new { contender.Name, contender.Command }),
            rows,
        });
        return rows;
    }

    private static List<Workload> Workloads(DocumentsSettings settings) =>
    [
        .. settings.Traces.Select(EditingTraces.Read),
        .. settings.Sets.Contains("b") ? SyntheticWorkloads.Benchmarks(settings.Size) : [],
        .. settings.Sets.Contains("worst") ? SyntheticWorkloads.WorstCases(settings.Size) : [],
    ];

    private static async Task<IReadOnlyList<DocumentRow>> MeasureAsync(
        Workload workload, DocumentFiles files, IReadOnlyList<string> steps, IReadOnlyList<DocumentContender> contenders, DocumentsSettings settings)
    {
        Console.WriteLine($"{workload.Name}: {workload.EditCount} edits; {string.Join(", ", steps)}");
        var results = contenders.ToDictionary(contender => contender, _ => new List<IReadOnlyList<StepResult>>());
        for (var round = 0; round < settings.Rounds; round++)
        {
            for (var turn = 0; turn < contenders.Count; turn++)
            {
                // Each round begins with another one, so that none always comes after the same.
                var contender = contenders[(turn + round) % contenders.Count];
                results[contender].Add(await contender.RunAsync(files, steps, settings.Seconds));
            }
        }

        CheckContents(workload, results);
        return [.. Enumerable.Range(0, steps.Count).SelectMany(step => Rows(workload.Name, step, results))];
    }

    private static void CheckContents(Workload workload, Dictionary<DocumentContender, List<IReadOnlyList<StepResult>>> results)
    {
        // Local edits end at the replica that makes the first, which need not have seen all.
        var contents = results.Values.SelectMany(rounds => rounds).SelectMany(result => result).Where(result => result.Step != "local").Select(result => result.Content).Distinct().ToList();
        if (contents.Count > 1)
        {
            throw new WrongAnswerException($"{workload.Name}: the documents do not end with the same content.");
        }
    }

    private static IEnumerable<DocumentRow> Rows(string workload, int step, Dictionary<DocumentContender, List<IReadOnlyList<StepResult>>> results)
    {
        var rows = results.Select(entry => Row(workload, entry.Key.Name, [.. entry.Value.Select(round => round[step])])).ToList();
        var yjs = results.Keys.ToList().FindIndex(contender => contender.Key == "yjs");
        if (yjs < 0)
        {
            return rows;
        }

        var digest = results.Values.ElementAt(yjs)[0][step].Digest;
        return rows.Zip(results.Values, (row, rounds) => row with
        {
            Ratio = row.Step == "memory" ? row.Bytes / rows[yjs].Bytes : row.Warm / rows[yjs].Warm,
            ColdRatio = row.Step == "memory" ? null : row.Cold / rows[yjs].Cold,
            SizeRatio = row.Bytes / rows[yjs].Bytes,
            SameBytes = digest.Length > 0 && rounds[0][step].Digest == digest,
        });
    }

    private static DocumentRow Row(string workload, string contender, IReadOnlyList<StepResult> rounds)
    {
        var cold = rounds.SelectMany(round => round.Milliseconds.Take(1)).ToList();
        // The compilers of both runtimes are done, or nearly, by the second half.
        var warm = rounds.SelectMany(round => round.Milliseconds.Skip((round.Milliseconds.Count + 1) / 2)).ToList();
        return new DocumentRow(
            workload, rounds[0].Step, contender, Median(cold), Median(warm.Count > 0 ? warm : cold), Median([.. rounds.Select(round => round.Bytes)]),
            null, null, null, SameBytes: false, [.. rounds.Select(round => round.Milliseconds)]);
    }

    private static double Median(IReadOnlyList<double> values) => values.Count == 0 ? 0 : new Samples(values).Median;

    private static void Print(IReadOnlyList<DocumentRow> rows) => TextTable.Print(
        Console.Out,
        ["workload", "step", "library", "ms", "ratio to yjs", "reach", "ms cold", "ratio cold", "bytes", "bytes to yjs", "same bytes"],
        rows.Select(row => (IReadOnlyList<string>)
        [
            row.Workload, row.Step, row.Contender, Time(row.Step, row.Warm), Ratio(row.Ratio), row.Contender == DocumentContender.Ours ? Ratio(Reach[row.Step]) : "",
            Time(row.Step, row.Cold), Ratio(row.ColdRatio), TextTable.Number(row.Bytes), Ratio(row.SizeRatio), row.SameBytes ? "yes" : "",
        ]));

    private static string Time(string step, double value) => step == "memory" ? "" : Ratio(value);

    internal static string Ratio(double? ratio) => ratio is not { } value ? ""
        : value is > 0 and < 0.1 ? value.ToString("F3", System.Globalization.CultureInfo.InvariantCulture) : TextTable.Number(value);
}
