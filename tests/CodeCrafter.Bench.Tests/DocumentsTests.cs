using System.Text.Json;
using CodeCrafter.Bench.Commands;
using CodeCrafter.Bench.Contenders;
using CodeCrafter.Bench.Documents;

namespace CodeCrafter.Bench.Tests;

/// <summary>The comparison of documents runs as it is meant to, at its smallest; no time is asserted.</summary>
public sealed class DocumentsTests : IDisposable
{
    private const string Sequential = """
        {"startContent":"ab","endContent":"aXYd","txns":[{"patches":[[1,1,"X"],[2,0,"cd"]]},{"patches":[]},{"patches":[[2,1,"Y"]]}]}
        """;

    // Both type on "a" without seeing each other, and the first then types behind both.
    private const string Concurrent = """
        {"kind":"concurrent","endContent":"axy!","numAgents":2,"txns":[
            {"parents":[],"agent":0,"patches":[[0,0,"a"]]},
            {"parents":[0],"agent":1,"patches":[[1,0,"y"]]},
            {"parents":[0],"agent":0,"patches":[[1,0,"x"]]},
            {"parents":[1,2],"agent":0,"patches":[[3,0,"!"]]}]}
        """;

    private readonly string _folder = Directory.CreateTempSubdirectory("codecrafter-bench-tests-").FullName;

    [Theory]
    [InlineData(Sequential)]
    [InlineData(Concurrent)]
    public async Task All_libraries_do_each_step_of_a_trace_with_the_same_bytes(string json)
    {
        var rows = await DocumentsCommand.RunAsync(Settings(traces: [Write(json)]));

        Assert.Equal(DocumentWorker.Steps.SelectMany(step => Enumerable.Repeat(step, 3)), rows.Select(row => row.Step));
        Assert.All(rows, row =>
        {
            Assert.NotNull(row.Ratio);
            Assert.True(row.Step == "memory" || row.Cold > 0);
        });
        Assert.All(rows.Where(row => row.Contender == "CodeCrafter" && row.Step != "memory"), row => Assert.True(row.SameBytes));
        Assert.All(rows.Where(row => row.Contender.StartsWith("yjs ", StringComparison.Ordinal)), row => Assert.Equal(1, row.Ratio));

        using var saved = JsonDocument.Parse(await File.ReadAllTextAsync(Path.Combine(_folder, "documents-trace.json"), TestContext.Current.CancellationToken));
        Assert.Equal(rows.Count, saved.RootElement.GetProperty("result").GetProperty("rows").GetArrayLength());
    }

    [Fact]
    public async Task All_libraries_end_every_synthetic_workload_with_the_same_content()
    {
        var rows = await DocumentsCommand.RunAsync(Settings(sets: ["b", "worst"]) with { SharesProcess = true });

        var workloads = rows.Select(row => row.Workload).Distinct().ToList();
        Assert.Equal(24, workloads.Count);
        Assert.Contains("B3.4 many insert into an array", workloads);
        Assert.Contains("nearly all tombstones", workloads);
        Assert.Equal(workloads.Count * 5 * 3, rows.Count);
    }

    [Fact]
    public void The_tables_have_everybody_in_each_step_with_its_first_time()
    {
        string[] names = ["yjs 13", DocumentContender.Ours, "ywasm 0"];
        var rows = ((string[])["trace", "typed"]).SelectMany(workload => DocumentWorker.Steps.SelectMany(step => names.Select((name, i) => new DocumentRow(
            workload, step, name, Cold: 800 >> i, Warm: 40 >> i, Bytes: 16000 >> i, Ratio: 1.0 / (1 << i), ColdRatio: step == "memory" ? null : 1.0 / (1 << i),
            SizeRatio: 1, SameBytes: true, Samples: [])))).ToList();
        var written = new StringWriter();

        DocumentTables.Print(written, rows, ["trace"]);

        var lines = written.ToString().Split('\n').Select(line => line.Replace(" ", "", StringComparison.Ordinal)).ToList();
        Assert.Contains("|trace|yjs13|CodeCrafter|ywasm0|toyjs|toywasm|reach|", lines);
        Assert.Contains("|encode|40.0ms|20.0ms|10.0ms|0.50|2.00|0.10|", lines);
        Assert.Contains("|encode,first|800ms|400ms|200ms|0.50|2.00||", lines);
        Assert.Contains("|memory|16.0KB|8.00KB|4.00KB|0.50|2.00|0.25|", lines);
        Assert.Contains("|state|16000B|8000B|4000B|0.50|2.00|1|", lines);
        Assert.Contains("|CodeCraftertoyjs|local|apply|load|encode|memory|", lines);
        Assert.Contains("|typed|0.50(0.50)|0.50(0.50)|0.50(0.50)|0.50(0.50)|0.50|", lines);
        Assert.Contains("|typed|0.25(0.25)|0.25(0.25)|0.25(0.25)|0.25(0.25)|0.25|", lines);
        Assert.DoesNotContain(lines, line => line.Contains("yjs13toyjs", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_trace_that_ends_with_another_text_is_an_error_and_not_a_figure()
    {
        var trace = Write(Sequential.Replace("aXYd", "aXYz", StringComparison.Ordinal));

        await Assert.ThrowsAsync<WrongAnswerException>(() => DocumentsCommand.RunAsync(Settings(traces: [trace])));
    }

    [Theory]
    [InlineData("no JSON")]
    [InlineData("""{"startContent":"","endContent":"x"}""")]
    [InlineData("""{"startContent":"","endContent":"😀","txns":[{"patches":[[0,0,"😀"]]}]}""")]
    public void What_is_no_trace_or_counts_in_other_units_is_refused(string json) =>
        Assert.Throws<InvalidOperationException>(() => EditingTraces.Read(Write(json)));

    [Fact]
    public async Task A_workload_is_read_as_it_was_written()
    {
        foreach (var workload in SyntheticWorkloads.Benchmarks(16))
        {
            var path = Path.Combine(_folder, "workload.json");
            await workload.WriteAsync(path);

            var (updates, state) = DocumentWorker.Prepare(Workload.Read(path));
            var (expectedUpdates, expectedState) = DocumentWorker.Prepare(workload);
            Assert.Equal(expectedUpdates, updates);
            Assert.Equal(expectedState, state);
        }
    }

    [Fact]
    public async Task Growth_measures_each_step_at_both_sizes()
    {
        var (repeated, flat, allocations) = await GrowthCommand.RunAsync(_folder, Write(Sequential), times: 3, edits: 10_000);

        Assert.Equal(7, repeated.Count);
        Assert.All(repeated.Where(row => row.Step != "memory, bytes"), row => Assert.True(row.Small > 0 && row.Large > 0));
        Assert.Equal(10_000, Assert.Single(flat).Edits);
        Assert.True(allocations.Applied > 0);
        await Assert.ThrowsAsync<InvalidOperationException>(() => GrowthCommand.RunAsync(_folder, Write(Concurrent), times: 2, edits: 10_000));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private DocumentsSettings Settings(string[]? traces = null, string[]? sets = null) =>
        new(_folder, traces ?? [], sets ?? [], Size: 16, DocumentWorker.Steps, ["codecrafter", "yjs", "ywasm"], Rounds: 1, Seconds: 0);

    private string Write(string json)
    {
        var path = Path.Combine(_folder, "trace.json");
        File.WriteAllText(path, json);
        return path;
    }
}
