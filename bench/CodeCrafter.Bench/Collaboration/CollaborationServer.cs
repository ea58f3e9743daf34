using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using CodeCrafter.Bench.Contenders;
using CodeCrafter.Crdt.Sync;

namespace CodeCrafter.Bench.Collaboration;

/// <summary>Where a client connects, and how this server wants to be spoken to.</summary>
/// <param name="Urls">One for each user, who take turns; with a token, where there is one.</param>
/// <param name="Prefix">Stands before each message of y-protocols: for Hocuspocus the name of the document.</param>
/// <param name="Greeting">Sent first.</param>
internal sealed record Room(IReadOnlyList<Uri> Urls, byte[] Prefix, IReadOnlyList<byte[]> Greeting);

/// <summary>A server that relays documents: ours, or a peer on Node.js. Each is a process of its own.</summary>
internal sealed class CollaborationServer : IAsyncDisposable
{
    public static readonly IReadOnlyList<string> Keys = ["codecrafter", "y-websocket", "hocuspocus"];

    private static readonly string _peers = Path.Combine(Repository.Root, "bench", "peers");

    // Documents are measured, and not what is done in the background for executions; with as many sockets as one asks for.
    private static readonly Dictionary<string, string> _settings = new()
    {
        ["CodeCrafter__Limits__MaxConnections"] = "100000",
        ["CodeCrafter__Limits__MaxSockets"] = "100000",
        ["CodeCrafter__Execution__CompilerCaches"] = "false",
        ["CodeCrafter__Execution__Parked"] = "0",
    };

    private const int SocketsPerUser = 50;

    private readonly ServerProcess _process;
    private readonly string _key;

    private CollaborationServer(string key, string name, ServerProcess process) => (_key, Name, _process) = (key, name, process);

    public string Name { get; }

    public int ProcessId => _process.Id;

    /// <summary>Starts one, and waits until it answers.</summary>
    public static async Task<CollaborationServer> StartAsync(string key, string program, string scratch)
    {
        var data = Path.Combine(scratch, key);
        if (key == "codecrafter")
        {
            var server = ServerProcess.Start(program, data, _settings);
            await server.WaitForAsync("/health/live", TimeSpan.FromMilliseconds(50));
            return new CollaborationServer(key, "CodeCrafter", server);
        }

        var (package, script) = key == "hocuspocus"
            ? ("@hocuspocus/server", "hocuspocus.mjs")
            : (key, Path.Combine("node_modules", "y-websocket", "bin", "server.cjs"));
        var manifest = Path.Combine(_peers, "node_modules", package, "package.json");
        if (!File.Exists(manifest))
        {
            throw new FileNotFoundException("The peers are not installed. bench/run.sh installs them, or: npm ci --prefix bench/peers");
        }

        using var json = JsonDocument.Parse(await File.ReadAllTextAsync(manifest));
        var process = ServerProcess.StartNode(Path.Combine(_peers, script), data);
        await process.WaitForAsync("/", TimeSpan.FromMilliseconds(50));
        return new CollaborationServer(key, $"{key} {json.RootElement.GetProperty("version").GetString()}", process);
    }

    /// <summary>It tells clients what is saved.</summary>
    public bool Acknowledges => _key == "codecrafter";

    public Uri Url => _process.Url;

    /// <summary>Makes rooms that nobody has used, for so many clients each: sessions with a document, or names.</summary>
    public async Task<IReadOnlyList<Room>> CreateRoomsAsync(int count, int clientsPerRoom, bool acks = false)
    {
        if (_key == "codecrafter")
        {
            return await CreateSessionsAsync(count, clientsPerRoom, acks);
        }

        var socket = new UriBuilder(_process.Url) { Scheme = "ws" }.Uri;
        return [.. Enumerable.Range(0, count).Select(_ => RandomNumberGenerator.GetHexString(20)).Select(name => _key == "hocuspocus"
            ? new Room([socket], Frames.Name(name), [Frames.HocuspocusToken(name)])
            : new Room([new Uri(socket, name)], [], []))];
    }

    /// <summary>Waits until it uses no CPU time.</summary>
    public Task SettleAsync() => _process.SettleAsync();

    public ValueTask DisposeAsync() => _process.DisposeAsync();

    // A user has a hundred sockets at most.
    private async Task<IReadOnlyList<Room>> CreateSessionsAsync(int count, int clientsPerRoom, bool acks)
    {
        var users = new List<(string Name, string Token)>();
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = _process.Url };
        for (var i = 0; i < Math.Max(1, count * clientsPerRoom / SocketsPerUser); i++)
        {
            users.Add(await RegisterAsync(http));
        }

        var rooms = new List<Room>();
        for (var i = 0; i < count; i++)
        {
            var members = Enumerable.Range(i * clientsPerRoom, Math.Min(users.Count, clientsPerRoom)).Select(user => users[user % users.Count]).ToList();
            rooms.Add(await CreateSessionAsync(http, i, members, acks));
        }

        return rooms;
    }

    private async Task<Room> CreateSessionAsync(HttpClient http, int number, IReadOnlyList<(string Name, string Token)> members, bool acks)
    {
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", members[0].Token);
        var session = await PostAsync(http, "/api/sessions/create", new { title = $"Room {number}", files = new[] { new { path = "main.js", content = "" } } });
        var id = session.GetProperty("session").GetProperty("id").GetString();
        foreach (var (name, _) in members.Skip(1))
        {
            using var added = await http.PutAsJsonAsync($"/api/sessions/{id}/participants/@{name}", new { role = "editor" });
            added.EnsureSuccessStatusCode();
        }

        var query = acks ? "acks=1&access_token=" : "access_token=";
        return new Room([.. members.Select(member => new UriBuilder(_process.Url) { Scheme = "ws", Path = $"/collab/{id}", Query = query + member.Token }.Uri)], [], []);
    }

    /// <summary>Makes a user.</summary>
    public static async Task<(string Name, string Token)> RegisterAsync(HttpClient http)
    {
        var name = "bench" + RandomNumberGenerator.GetHexString(10, lowercase: true);
        var registered = await PostAsync(http, "/api/auth/register", new { username = name, email = $"{name}@example.org", password = RandomNumberGenerator.GetHexString(24) });
        return (name, registered.GetProperty("accessToken").GetString()!);
    }

    private static async Task<JsonElement> PostAsync(HttpClient http, string path, object body)
    {
        using var response = await http.PostAsJsonAsync(path, body);
        var text = await response.Content.ReadAsStringAsync();
        return response.IsSuccessStatusCode
            ? JsonDocument.Parse(text).RootElement
            : throw new InvalidOperationException($"{path}: {(int)response.StatusCode} {text}");
    }
}

/// <summary>The few messages that the clients send.</summary>
internal static class Frames
{
    private const byte HocuspocusAuth = 2, HocuspocusTokenKind = 0;

    public static byte[] Name(string name) => [(byte)name.Length, .. Encoding.ASCII.GetBytes(name)];

    /// <summary>A Hocuspocus server reads on once a client has shown a token, whatever it is.</summary>
    public static byte[] HocuspocusToken(string name) => [.. Name(name), HocuspocusAuth, HocuspocusTokenKind, .. Name("token")];

    /// <summary>Asks for all that the room has.</summary>
    public static byte[] Step1(Room room) => [.. room.Prefix, .. SyncProtocol.WriteStep1([0])];

    public static byte[] Update(Room room, byte[] update) => [.. room.Prefix, .. SyncProtocol.WriteUpdate(update)];
}
