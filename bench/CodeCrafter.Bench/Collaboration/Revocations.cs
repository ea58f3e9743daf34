using System.Diagnostics;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using CodeCrafter.Bench.Measuring;
using Microsoft.AspNetCore.SignalR.Client;

namespace CodeCrafter.Bench.Collaboration;

/// <summary>Milliseconds from the answer to an admin's request until it has reached what its subject has open.</summary>
/// <param name="What">What ended, or changed.</param>
internal sealed record RevocationRow(string What, int Count, double P50, double P99, double Max);

/// <summary>
/// Takes a member's role or place away again and again, while a program of the session prints without end, and notes when
/// the member's connections hear of it. What was there before the admin's answer counts as 0.
/// </summary>
internal sealed class Revocations(CollaborationServer server) : IAsyncDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    // Long enough that what was on its way has come.
    private static readonly TimeSpan Silence = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan BetweenEdits = TimeSpan.FromMilliseconds(2);

    // Fifty lines a second, for as long as a run may last, within the bytes that it may print.
    private const string Program = """
        import time
        for _ in range(1400):
            print("x", flush=True)
            time.sleep(0.02)
        """;

    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = server.Url };
    private readonly Dictionary<string, List<double>> _delays = [];
    private string _session = "";
    private string _member = "";
    private string _memberToken = "";
    private long? _started;

    /// <summary>Makes the session, its admin and the member.</summary>
    public async Task PrepareAsync()
    {
        var (_, adminToken) = await CollaborationServer.RegisterAsync(_http);
        (_member, _memberToken) = await CollaborationServer.RegisterAsync(_http);
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", adminToken);
        using var response = await _http.PostAsJsonAsync("/api/sessions/create", new { title = "Revocations", language = "python" });
        response.EnsureSuccessStatusCode();
        _session = JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement.GetProperty("session").GetProperty("id").GetString()!;
    }

    /// <summary>Changes the role once, and removes once.</summary>
    public async Task RunAsync(int number)
    {
        await PutAsync("editor");
        using var stop = new CancellationTokenSource(Limit);
        var sent = new SentTimes();
        await using var client = new CollaborationClient(
            new Room([new UriBuilder(server.Url) { Scheme = "ws", Path = $"/collab/{_session}", Query = $"access_token={_memberToken}" }.Uri], [], []),
            0, sent, (ulong)(1_000_000 + number));
        await client.ConnectAsync(stop.Token);
        await using var hub = new HubConnectionBuilder()
            .WithUrl(new Uri(server.Url, "/hubs/session"), options => options.AccessTokenProvider = () => Task.FromResult<string?>(_memberToken)).Build();
        var heard = new Heard();
        hub.On<JsonElement>("RoleChanged", _ => heard.RoleChanged.TrySetResult(Stopwatch.GetTimestamp()));
        hub.On<JsonElement>("Removed", _ => heard.Removed.TrySetResult(Stopwatch.GetTimestamp()));
        hub.On<JsonElement>("ExecutionOutput", _ => heard.Output());
        await hub.StartAsync(stop.Token);
        await hub.InvokeAsync<JsonElement>("JoinSession", _session, stop.Token);
        await RunProgramAsync(stop.Token);
        await heard.FirstOutput.Task.WaitAsync(stop.Token);

        await PutAsync("viewer");
        var answered = Stopwatch.GetTimestamp();
        while (!client.Denied.IsCompleted)
        {
            await client.TypeAsync();
            await Task.Delay(BetweenEdits, stop.Token);
        }

        Note("an edit is refused", answered, await client.Denied);
        Note("the hub tells of the role", answered, await heard.RoleChanged.Task.WaitAsync(stop.Token));

        using (var removed = await _http.DeleteAsync($"/api/sessions/{_session}/participants/@{_member}", stop.Token))
        {
            removed.EnsureSuccessStatusCode();
        }

        answered = Stopwatch.GetTimestamp();
        Note("the document socket is closed", answered, await client.Closed.WaitAsync(stop.Token));
        Note("the hub lets go", answered, await heard.Removed.Task.WaitAsync(stop.Token));
        await Task.Delay(Silence, stop.Token);
        Note("the last output of a run", answered, heard.LastOutput);
    }

    /// <summary>What was noted does not count.</summary>
    public void Forget() => _delays.Clear();

    /// <summary>What came out, each thing with its own row.</summary>
    public IReadOnlyList<RevocationRow> Rows() => [.. _delays.Select(pair => (pair.Key, Samples: new Samples(pair.Value))).Select(pair =>
        new RevocationRow(pair.Key, pair.Samples.Values.Count, pair.Samples.Percentile(50), pair.Samples.Percentile(99), pair.Samples.Max))];

    public ValueTask DisposeAsync()
    {
        _http.Dispose();
        return ValueTask.CompletedTask;
    }

    // It goes on over several removals, and the next one begins before it ends.
    private async Task RunProgramAsync(CancellationToken stop)
    {
        if (_started is { } started && Stopwatch.GetElapsedTime(started) < TimeSpan.FromSeconds(20))
        {
            return;
        }

        using var response = await _http.PostAsJsonAsync(
            "/api/execute", new { sessionId = _session, language = "python", code = Program, mode = "async", limits = new { wallTimeMs = 60_000 } }, stop);
        response.EnsureSuccessStatusCode();
        _started = Stopwatch.GetTimestamp();
    }

    private async Task PutAsync(string role)
    {
        using var response = await _http.PutAsJsonAsync($"/api/sessions/{_session}/participants/@{_member}", new { role });
        response.EnsureSuccessStatusCode();
    }

    private void Note(string what, long answered, long heard)
    {
        if (!_delays.TryGetValue(what, out var delays))
        {
            _delays[what] = delays = [];
        }

        delays.Add(Math.Max(0, Stopwatch.GetElapsedTime(answered, heard).TotalMilliseconds));
    }

    /// <summary>When the hub of the member has told what.</summary>
    private sealed class Heard
    {
        private long _lastOutput;

        public TaskCompletionSource<long> RoleChanged { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource<long> Removed { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource FirstOutput { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public long LastOutput => Interlocked.Read(ref _lastOutput);

        public void Output()
        {
            Interlocked.Exchange(ref _lastOutput, Stopwatch.GetTimestamp());
            FirstOutput.TrySetResult();
        }
    }
}
