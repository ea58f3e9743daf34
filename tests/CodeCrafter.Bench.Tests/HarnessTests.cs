using System.Text.Json;
using CodeCrafter.Bench.Commands;
using CodeCrafter.Bench.Contenders;

namespace CodeCrafter.Bench.Tests;

/// <summary>The benchmarks run as they are meant to, at their smallest; no time is asserted.</summary>
public sealed class HarnessTests : IDisposable
{
    internal static readonly string Server = Path.Combine(
        AppContext.BaseDirectory.Replace("CodeCrafter.Bench.Tests", "CodeCrafter.Server", StringComparison.Ordinal), "CodeCrafter.Server.dll");

    private readonly string _output = Directory.CreateTempSubdirectory("codecrafter-bench-tests-").FullName;

    [Fact]
    public async Task One_round_of_one_language_gives_a_row_for_each_contender()
    {
        var rows = await ExecuteCommand.RunAsync(new ExecuteSettings(
            Server, _output, HelloLanguage.Find(["python"]), Rounds: 1, WarmUp: 0, ["codecrafter", "bare"], DockerImage: ""));

        Assert.Equal(["bare", "CodeCrafter", ExecuteCommand.Again], rows.Select(row => row.Contender));
        Assert.All(rows, row =>
        {
            Assert.Equal("python", row.Language);
            Assert.Equal(row.Median, Assert.Single(row.Samples));
            Assert.True(row.Median > 0);
        });
        Assert.Equal(1, rows[0].Ratio);
        Assert.Equal(rows[1].Median / rows[0].Median, rows[1].Ratio);

        using var saved = JsonDocument.Parse(await File.ReadAllTextAsync(Path.Combine(_output, "execute.json"), TestContext.Current.CancellationToken));
        Assert.Equal(rows[1].Median, saved.RootElement.GetProperty("result").GetProperty("rows")[1].GetProperty("median").GetDouble());
    }

    [Fact]
    public async Task Some_executions_leave_nothing_behind() =>
        Assert.True(await LeaksCommand.RunAsync(new LeaksSettings(
            Server, _output, HelloLanguage.Find(["python"]), Executions: 20, WarmUp: 8, Callers: 2)));

    [Fact]
    public async Task Both_sides_of_the_throughput_are_counted_in_their_windows()
    {
        var rows = await ThroughputCommand.RunAsync(new ThroughputSettings(
            Server, _output, HelloLanguage.Find(["python"]), Mix: false, Windows: 1, TimeSpan.FromSeconds(1), WarmUp: 0, Callers: [2]));

        var row = Assert.Single(rows);
        Assert.True(row.PerSecond > 0);
        Assert.True(row.BarePerSecond > 0);
        Assert.Equal(row.PerSecond / row.BarePerSecond, row.Ratio);
    }

    [Fact]
    public async Task A_wrong_answer_is_an_error_and_not_a_figure()
    {
        await using var shell = new Shell(_output);

        await Assert.ThrowsAsync<WrongAnswerException>(() => shell.TimeAsync("echo goodbye", _output, "hello\n"));
        await Assert.ThrowsAsync<WrongAnswerException>(() => shell.TimeAsync("echo hello; false", _output, "hello\n"));
        Assert.True(await shell.TimeAsync("echo hello", _output, "hello\n") >= 0);
    }

    [Fact]
    public void Every_program_is_one_that_nobody_has_compiled_before()
    {
        foreach (var language in HelloLanguage.All)
        {
            var (first, second) = (language.Unique(), language.Unique());

            Assert.NotEqual(first.Source, second.Source);
            Assert.NotEqual(first.Expected, second.Expected);
            Assert.Contains(first.Expected.Trim(), first.Source);
        }
    }

    public void Dispose() => Directory.Delete(_output, recursive: true);
}
