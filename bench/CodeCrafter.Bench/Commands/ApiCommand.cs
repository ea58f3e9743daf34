using System.CommandLine;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text.Json;
using CodeCrafter.Bench.Contenders;
using CodeCrafter.Bench.Measuring;

namespace CodeCrafter.Bench.Commands;

/// <summary>How to run <see cref="ApiCommand"/>.</summary>
internal sealed record ApiSettings(string Server, string? Output, int Rounds, int Seconds, int Connections);

/// <summary>One route in one round; CPU time of the server in microseconds for each request.</summary>
internal sealed record ApiSample(WrkResult Load, double Cpu);

/// <summary>One route under load: medians over the rounds.</summary>
/// <param name="CpuMicroseconds">CPU time of the server for each request.</param>
/// <param name="Ratio">Of that to the CPU time of <c>/health/live</c>, which does next to nothing.</param>
internal sealed record ApiRow(string Route, double PerSecond, double P50, double P99, double CpuMicroseconds, double Ratio);

/// <summary>The routes that a page asks most, under wrk: log in, list sessions, get one with its document, ask for the state of an execution.</summary>
internal static class ApiCommand
{
    private const double MicrosecondsPerTick = 10_000;

    public static Command Create()
    {
        var server = CommonOptions.Server();
        var output = CommonOptions.Output();
        var rounds = CommonOptions.Number("--rounds", 5, 1, "rounds that count; one more is run first and dropped");
        var seconds = CommonOptions.Number("--seconds", 3, 1, "how long a route is asked in each round");
        var connections = CommonOptions.Number("--connections", 16, 1, "requests at once");
        var command = new Command("api", "Login, list, get and execute-status under wrk: requests a second, latency, CPU time each.") { server, output, rounds, seconds, connections };
        command.SetAction(async (parsed, _) =>
        {
            await RunAsync(new ApiSettings(
                parsed.GetRequiredValue(server), parsed.GetValue(output), parsed.GetRequiredValue(rounds), parsed.GetRequiredValue(seconds), parsed.GetRequiredValue(connections)));
        });
        return command;
    }

    public static async Task<IReadOnlyList<ApiRow>> RunAsync(ApiSettings settings)
    {
        await using var workbench = await Workbench.CreateAsync();
        var server = await workbench.StartServerAsync(settings.Server, new Dictionary<string, string> { ["CodeCrafter__Execution__CompilerCaches"] = "false" });
        var requests = await PrepareAsync(server);
        await server.SettleAsync();
        var disturbance = new Disturbance(server.Id);
        var samples = requests.ToDictionary(request => request.Route, _ => new List<ApiSample>());
        for (var round = 0; round <= settings.Rounds; round++)
        {
            foreach (var request in requests)
            {
                var ticks = ProcessState.CpuTicks(server.Id);
                var load = await Wrk.RunAsync(new Uri(server.Url, request.Path), request.Headers, request.Body, settings.Connections, settings.Seconds, workbench.Scratch);
                // In the first round code is still being compiled.
                if (round > 0)
                {
                    samples[request.Route].Add(new ApiSample(load, (ProcessState.CpuTicks(server.Id) - ticks) * MicrosecondsPerTick / load.Requests));
                }
            }
        }

        var floor = Median(samples[requests[0].Route], sample => sample.Cpu);
        IReadOnlyList<ApiRow> rows =
        [
            .. requests.Select(request => samples[request.Route]).Zip(requests, (values, request) => new ApiRow(
                request.Route, Median(values, sample => sample.Load.PerSecond), Median(values, sample => sample.Load.P50), Median(values, sample => sample.Load.P99),
                Median(values, sample => sample.Cpu), Median(values, sample => sample.Cpu) / floor)),
        ];
        disturbance.Print(Console.Out);
        TextTable.Print(Console.Out, ["route", "requests/s", "p50 ms", "p99 ms", "CPU us each", "to /health/live"], rows.Select(row => (IReadOnlyList<string>)
            [row.Route, TextTable.Number(row.PerSecond), TextTable.Number(row.P50), TextTable.Number(row.P99), TextTable.Number(row.CpuMicroseconds), TextTable.Number(row.Ratio)]));
        await workbench.SaveAsync("api", settings.Output, new { settings.Rounds, settings.Seconds, settings.Connections, othersShareOfMachine = disturbance.Share(), rows, samples });
        return rows;
    }

    // A user with twenty sessions, as many as a page of the list has, and one execution.
    private static async Task<IReadOnlyList<Request>> PrepareAsync(ServerProcess server)
    {
        const int sessions = 20;
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = server.Url };
        var (name, password) = ("bench" + RandomNumberGenerator.GetHexString(10, lowercase: true), RandomNumberGenerator.GetHexString(24));
        var account = await PostAsync(http, "/api/auth/register", new { username = name, email = $"{name}@example.org", password });
        var headers = new Dictionary<string, string> { ["Authorization"] = $"Bearer {account.GetProperty("accessToken").GetString()}" };
        http.DefaultRequestHeaders.Add("Authorization", headers["Authorization"]);
        var session = "";
        for (var i = 0; i < sessions; i++)
        {
            var created = await PostAsync(http, "/api/sessions/create", new { title = $"Session {i}", files = new[] { new { path = "main.py", content = "print('hello')\n" } } });
            session = created.GetProperty("session").GetProperty("id").GetString()!;
        }

        var job = (await PostAsync(http, "/api/execute", new { language = "python", code = "print('hello')" })).GetProperty("jobId").GetString();
        return
        [
            new("GET /health/live", "/health/live", [], null),
            new("GET /api/sessions/list", "/api/sessions/list", headers, null),
            new("GET /api/sessions/{id}", $"/api/sessions/{session}", headers, null),
            new("GET /api/execute/status/{jobId}", $"/api/execute/status/{job}", headers, null),
            new("POST /api/auth/login", "/api/auth/login", [], JsonSerializer.Serialize(new { username = name, password })),
        ];
    }

    private static async Task<JsonElement> PostAsync(HttpClient http, string path, object body)
    {
        using var response = await http.PostAsJsonAsync(path, body);
        var text = await response.Content.ReadAsStringAsync();
        return response.IsSuccessStatusCode
            ? JsonDocument.Parse(text).RootElement
            : throw new InvalidOperationException($"{path}: {(int)response.StatusCode} {text}");
    }

    private static double Median(List<ApiSample> samples, Func<ApiSample, double> value) => new Samples(samples.Select(value)).Median;

    private sealed record Request(string Route, string Path, Dictionary<string, string> Headers, string? Body);
}
