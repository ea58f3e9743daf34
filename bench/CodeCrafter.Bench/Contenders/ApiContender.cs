using System.Diagnostics;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text.Json;

namespace CodeCrafter.Bench.Contenders;

/// <summary>
/// The server, asked as any client asks it: a whole <c>POST /api/execute</c> on an open connection, until the last byte
/// of the result has been read.
/// </summary>
internal sealed class ApiContender : IContender, IDisposable
{
    private const int Accepted = 3;

    // Access tokens live 15 minutes.
    private static readonly TimeSpan TokenAge = TimeSpan.FromMinutes(10);

    private readonly ServerProcess _server;
    private readonly HttpClient _http;
    private readonly string _username = "bench" + RandomNumberGenerator.GetHexString(10, lowercase: true);
    private readonly string _password = RandomNumberGenerator.GetHexString(24);
    private AuthenticationHeaderValue? _authorization;
    private long _loggedInAt;

    private ApiContender(ServerProcess server, int callers)
    {
        _server = server;
        _http = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = callers, UseProxy = false })
        {
            BaseAddress = server.Url,
            Timeout = TimeSpan.FromMinutes(2),
        };
    }

    public string Name => "CodeCrafter";

    public string Description => "whole POST /api/execute on loopback, mode sync, program in files and out in the answer";

    /// <summary>Registers a user on a server that answers.</summary>
    public static async Task<ApiContender> ConnectAsync(ServerProcess server, int callers = 1)
    {
        var api = new ApiContender(server, callers);
        await api.LogInAsync("/api/auth/register", new { username = api._username, email = $"{api._username}@example.org", password = api._password });
        return api;
    }

    /// <summary>Executes once; as many callers may do so at once as were announced.</summary>
    public async Task<double> RunAsync(HelloProgram program)
    {
        await RefreshAsync();
        var body = JsonSerializer.SerializeToUtf8Bytes(new { language = program.Language.Language, code = program.Source });
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/execute") { Content = new ByteArrayContent(body) };
        request.Headers.Authorization = _authorization;
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");

        var started = Stopwatch.GetTimestamp();
        using var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        var answer = await response.Content.ReadAsByteArrayAsync();
        var elapsed = Stopwatch.GetElapsedTime(started);

        Check(program, response, answer);
        return elapsed.TotalMilliseconds;
    }

    public Task SettleAsync() => _server.SettleAsync();

    public void Dispose() => _http.Dispose();

    private static void Check(HelloProgram program, HttpResponseMessage response, byte[] answer)
    {
        if (response.IsSuccessStatusCode)
        {
            using var result = JsonDocument.Parse(answer);
            if (result.RootElement.GetProperty("status").GetProperty("id").GetInt32() == Accepted
                && result.RootElement.GetProperty("run").GetProperty("stdout").GetString() == program.Expected)
            {
                return;
            }
        }

        throw new WrongAnswerException(
            $"{program.Language.Language} through the API: {(int)response.StatusCode}, not '{program.Expected.Trim()}' but {System.Text.Encoding.UTF8.GetString(answer)}");
    }

    private async Task RefreshAsync()
    {
        if (Stopwatch.GetElapsedTime(Volatile.Read(ref _loggedInAt)) > TokenAge)
        {
            Volatile.Write(ref _loggedInAt, Stopwatch.GetTimestamp());
            await LogInAsync("/api/auth/login", new { username = _username, password = _password });
        }
    }

    private async Task LogInAsync(string path, object credentials)
    {
        using var response = await _http.PostAsJsonAsync(path, credentials);
        response.EnsureSuccessStatusCode();
        var body = await response.Content.ReadFromJsonAsync<JsonElement>();
        _authorization = new AuthenticationHeaderValue("Bearer", body.GetProperty("accessToken").GetString());
        _loggedInAt = Stopwatch.GetTimestamp();
    }
}
