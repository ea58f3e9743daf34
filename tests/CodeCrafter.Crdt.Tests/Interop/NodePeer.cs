using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace CodeCrafter.Crdt.Tests.Interop;

/// <summary>A Node process that runs a script of interop/ and answers each line of JSON with another.</summary>
public abstract class NodePeer : IDisposable
{
    private readonly Process _process;

    protected NodePeer(string script)
    {
        var folder = Path.Combine(Repository.Root, "tests", "CodeCrafter.Crdt.Tests", "interop");
        if (!File.Exists(Path.Combine(folder, "node_modules", ".package-lock.json")))
        {
            throw new InvalidOperationException(
                "The real Yjs is not installed. Run: npm ci --prefix tests/CodeCrafter.Crdt.Tests/interop");
        }

        _process = Process.Start(new ProcessStartInfo("node", [Path.Combine(folder, script)])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
    }

    public void Dispose()
    {
        _process.StandardInput.Close();
        _process.WaitForExit();
        _process.Dispose();
        GC.SuppressFinalize(this);
    }

    public static byte[][] Updates(JsonNode answer) =>
        [.. answer["updates"]!.AsArray().Select(update => Convert.FromBase64String(update!.GetValue<string>()))];

    protected static byte[] Bytes(JsonNode answer, string name) => Convert.FromBase64String(answer[name]!.GetValue<string>());

    protected JsonNode Ask(object request)
    {
        _process.StandardInput.WriteLine(JsonSerializer.Serialize(request));
        _process.StandardInput.Flush();
        var line = _process.StandardOutput.ReadLine() ?? throw new InvalidOperationException("The Node process has ended.");
        var answer = JsonNode.Parse(line)!;
        return answer["error"] is { } error ? throw new InvalidOperationException($"In Node: {error}") : answer;
    }
}

public sealed record PeerState(byte[] Vector, byte[] Update, string Content, bool IsPending)
{
    public static PeerState Of(JsonNode answer) => new(
        Convert.FromBase64String(answer["vector"]!.GetValue<string>()),
        Convert.FromBase64String(answer["update"]!.GetValue<string>()),
        answer["content"]!.GetValue<string>(),
        answer["isPending"]!.GetValue<bool>());
}
