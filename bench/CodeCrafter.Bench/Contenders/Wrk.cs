using System.Globalization;
using System.Text.RegularExpressions;

namespace CodeCrafter.Bench.Contenders;

/// <summary>What wrk says of a load.</summary>
/// <param name="P50">Milliseconds of half of the requests at most.</param>
internal sealed record WrkResult(double PerSecond, long Requests, double P50, double P99);

/// <summary>The load generator wrk, as Debian packages it: connections that each send the next request when they have the answer.</summary>
internal static partial class Wrk
{
    private const string Program = "/usr/bin/wrk";

    /// <param name="headers">Of every request, besides its own.</param>
    /// <param name="body">JSON; with one it is a POST.</param>
    /// <param name="scratch">A directory for wrk's script.</param>
    public static async Task<WrkResult> RunAsync(
        Uri url, IReadOnlyDictionary<string, string> headers, string? body, int connections, int seconds, string scratch)
    {
        if (!File.Exists(Program))
        {
            throw new FileNotFoundException("wrk is not installed (apt-get install wrk)");
        }

        var script = Path.Combine(scratch, "wrk.lua");
        await File.WriteAllTextAsync(script, body is null ? "" : $"wrk.method = 'POST'\nwrk.body = [[{body}]]\nwrk.headers['Content-Type'] = 'application/json'\n");
        var result = await HostCommand.RunAsync(
        [
            Program, "--threads", "1", "--connections", $"{connections}", "--duration", $"{seconds}s", "--timeout", "20s", "--latency", "--script", script,
            .. headers.SelectMany(header => new[] { "--header", $"{header.Key}: {header.Value}" }), url.ToString(),
        ]);
        return result.ExitCode == 0 && !result.Stdout.Contains("Non-2xx", StringComparison.Ordinal) && !result.Stdout.Contains("Socket errors", StringComparison.Ordinal)
            ? Parse(result.Stdout)
            : throw new WrongAnswerException($"{url.AbsolutePath} under wrk: {result.Stdout}{result.Stderr}");
    }

    /// <summary>Reads what wrk prints.</summary>
    public static WrkResult Parse(string output)
    {
        double Latency(string percent) =>
            LatencyLine().Matches(output).FirstOrDefault(match => match.Groups["percent"].Value == percent) is { } match
                ? Number(match.Groups["value"]) * match.Groups["unit"].Value switch { "us" => 0.001, "ms" => 1, "s" => 1000, _ => 60_000 }
                : throw new WrongAnswerException($"wrk told no latencies: {output}");

        var requests = long.Parse(RequestsLine().Match(output).Groups["value"].Value, CultureInfo.InvariantCulture);
        return requests == 0
            ? throw new InvalidOperationException("Not one request was answered within the time; give it more.")
            : new WrkResult(Number(RateLine().Match(output).Groups["value"]), requests, Latency("50"), Latency("99"));
    }

    private static double Number(Group group) => double.Parse(group.Value, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"^\s+(?<percent>\d+)%\s+(?<value>[\d.]+)(?<unit>us|ms|s|m)\s*$", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex LatencyLine();

    [GeneratedRegex(@"^Requests/sec:\s+(?<value>[\d.]+)", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex RateLine();

    [GeneratedRegex(@"^\s+(?<value>\d+) requests in", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex RequestsLine();
}
