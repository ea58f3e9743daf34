using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace CodeCrafter.Server.Tests.Fixture;

/// <summary>
/// Real Yjs clients with the stock y-websocket provider, in a Node process. The commands are those of
/// <c>interop/y-client.mjs</c>.
/// </summary>
internal sealed class YjsClients : IAsyncDisposable
{
    private readonly Process _node;
    private readonly ConcurrentDictionary<int, TaskCompletionSource<JsonElement>> _answers = new();
    private readonly Task _reading;
    private int _lastId;

    private YjsClients(Process node)
    {
        _node = node;
        _reading = ReadAsync();
    }

    public static YjsClients Start()
    {
        var folder = Path.Combine(Repository.Root, "tests", "CodeCrafter.Server.Tests", "interop");
        Assert.True(
            Directory.Exists(Path.Combine(folder, "node_modules")),
            "The real Yjs is not installed. Run: npm ci --prefix tests/CodeCrafter.Server.Tests/interop");
        return new YjsClients(Process.Start(new ProcessStartInfo("node", "y-client.mjs")
        {
            WorkingDirectory = folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!);
    }

    /// <summary>Connects a client and waits until it has the document.</summary>
    public Task<JsonElement> ConnectAsync(string name, TestServer server, Guid sessionId, string token, bool reconnect = true, bool acks = false) =>
        CallAsync("connect", new { name, url = $"ws://{server.Url.Authority}/collab", session = sessionId, token, reconnect, @params = acks ? new { acks = "1" } : null });

    /// <summary>Waits for a condition and returns the client's state.</summary>
    public Task<JsonElement> UntilTextAsync(string name, string file, string text) =>
        CallAsync("until", new { name, what = "text", file, equals = text });

    public async Task<JsonElement> CallAsync(string command, object arguments)
    {
        var id = Interlocked.Increment(ref _lastId);
        var answer = new TaskCompletionSource<JsonElement>(TaskCreationOptions.RunContinuationsAsynchronously);
        _answers[id] = answer;
        var line = JsonSerializer.SerializeToNode(arguments, JsonSerializerOptions.Web)!.AsObject();
        line["id"] = id;
        line["command"] = command;
        await _node.StandardInput.WriteLineAsync(line.ToJsonString());
        await _node.StandardInput.FlushAsync();
        return await answer.Task.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        _node.StandardInput.Close();
        await _node.WaitForExitAsync();
        await _reading;
        _node.Dispose();
    }

    private async Task ReadAsync()
    {
        while (await _node.StandardOutput.ReadLineAsync() is { } line)
        {
            var answer = JsonNode.Parse(line)!.AsObject();
            var waiting = _answers[(int)answer["id"]!];
            if (answer["error"] is { } error)
            {
                waiting.TrySetException(new InvalidOperationException((string)error!));
            }
            else
            {
                waiting.TrySetResult(answer["result"].Deserialize<JsonElement>());
            }
        }

        foreach (var waiting in _answers.Values)
        {
            waiting.TrySetException(new InvalidOperationException("The Node process has ended."));
        }
    }
}
