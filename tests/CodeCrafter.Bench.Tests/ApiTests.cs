using CodeCrafter.Bench.Commands;
using CodeCrafter.Bench.Contenders;

namespace CodeCrafter.Bench.Tests;

/// <summary>The load on the API runs as it is meant to, at its smallest; no time is asserted.</summary>
public sealed class ApiTests : IDisposable
{
    private readonly string _output = Directory.CreateTempSubdirectory("codecrafter-bench-tests-").FullName;

    [Fact]
    public async Task Each_route_answers_all_requests_of_a_load()
    {
        var rows = await ApiCommand.RunAsync(new ApiSettings(HarnessTests.Server, _output, Rounds: 1, Seconds: 1, Connections: 2));

        Assert.Equal(5, rows.Count);
        Assert.All(rows, row => Assert.True(row.PerSecond > 0 && row.P99 >= row.P50));
        Assert.Equal(1, rows[0].Ratio);
        Assert.True(File.Exists(Path.Combine(_output, "api.json")));
    }

    [Fact]
    public void Latencies_are_read_in_all_their_units() =>
        Assert.Equal(new WrkResult(1234.5, 2469, 0.85, 1200), Wrk.Parse("""
            Running 2s test @ http://127.0.0.1:1/
              Latency Distribution
                 50%  850.00us
                 75%    1.20ms
                 99%    1.20s 
              2469 requests in 2.00s, 1.00MB read
            Requests/sec:   1234.50
            Transfer/sec:      0.50MB
            """));

    [Fact]
    public async Task An_address_that_answers_with_an_error_is_no_figure()
    {
        await using var server = ServerProcess.Start(HarnessTests.Server, Path.Combine(_output, "data"));
        await server.WaitForAsync("/health/live", TimeSpan.FromMilliseconds(50));

        await Assert.ThrowsAsync<WrongAnswerException>(() => Wrk.RunAsync(
            new Uri(server.Url, "/api/sessions/list"), new Dictionary<string, string>(), null, connections: 1, seconds: 1, _output));
    }

    public void Dispose() => Directory.Delete(_output, recursive: true);
}
