using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;

namespace CodeCrafter.Server.Tests.Fixture;

/// <summary>The server as a process of its own, as a user starts it, which can be killed.</summary>
internal sealed class ServerProcess : IServer, IAsyncDisposable
{
    private static readonly string _folder =
        AppContext.BaseDirectory.Replace("CodeCrafter.Server.Tests", "CodeCrafter.Server", StringComparison.Ordinal);

    private static readonly string _program = Path.Combine(_folder, "CodeCrafter.Server.dll");

    /// <summary>The built page, beside the program.</summary>
    public static string WebRoot { get; } = Path.Combine(_folder, "wwwroot");

    private readonly string _dataDirectory;
    private readonly IReadOnlyDictionary<string, string> _settings;
    private readonly int _port;
    private Process? _process;

    /// <param name="dataDirectory">Where it keeps its data.</param>
    /// <param name="settings">More of its environment.</param>
    public ServerProcess(string dataDirectory, IReadOnlyDictionary<string, string>? settings = null)
    {
        _dataDirectory = dataDirectory;
        _settings = settings ?? new Dictionary<string, string>();
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        _port = ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    public string Url => $"http://localhost:{_port}";

    public int Id => _process!.Id;

    /// <summary>A shell command that becomes the server by <c>exec "$@"</c>; by default there is no shell.</summary>
    public string? Launcher { get; init; }

    Uri IServer.Url => new($"http://127.0.0.1:{_port}/");

    public HttpClient CreateHttp(bool cookies = false) =>
        new(new SocketsHttpHandler { UseCookies = cookies, AllowAutoRedirect = false }) { BaseAddress = ((IServer)this).Url };

    /// <summary>Starts the server and waits until it answers.</summary>
    public async Task StartAsync()
    {
        Assert.True(File.Exists(_program), $"The server is not built: {_program}");
        var start = Launcher is null
            ? new ProcessStartInfo("dotnet", [_program])
            : new ProcessStartInfo("sh", ["-c", Launcher, "sh", "dotnet", _program]);
        (start.RedirectStandardOutput, start.RedirectStandardError) = (true, true);
        start.Environment["PORT"] = _port.ToString(System.Globalization.CultureInfo.InvariantCulture);
        start.Environment["DATA_DIR"] = _dataDirectory;
        start.Environment["CodeCrafter__Auth__BcryptCost"] = "10";
        start.Environment["CodeCrafter__Execution__CompilerCaches"] = "false";
        foreach (var (key, value) in _settings)
        {
            start.Environment[key] = value;
        }

        _process = Process.Start(start)!;
        _process.OutputDataReceived += (_, line) => TestContext.Current.TestOutputHelper?.WriteLine(line.Data ?? "");
        _process.ErrorDataReceived += (_, line) => TestContext.Current.TestOutputHelper?.WriteLine(line.Data ?? "");
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();

        using var http = new HttpClient();
        var deadline = Stopwatch.StartNew();
        while (true)
        {
            try
            {
                using var response = await http.GetAsync(new Uri($"{Url}/health/live"), TestContext.Current.CancellationToken);
                await response.MustBeAsync(200);
                return;
            }
            catch (HttpRequestException) when (!_process.HasExited && deadline.Elapsed < TimeSpan.FromSeconds(60))
            {
                await Task.Delay(50, TestContext.Current.CancellationToken);
            }
        }
    }

    /// <summary>A new user, logged in. The password is <see cref="TestUser.DefaultPassword"/>.</summary>
    public async Task<TestUser> RegisterAsync(string username)
    {
        using var http = CreateHttp();
        using var response = await http.PostAsJsonAsync(
            "/api/auth/register",
            new { username, email = $"{username}@example.org", password = TestUser.DefaultPassword },
            TestContext.Current.CancellationToken);
        return new TestUser(this, await response.ReadAsync<TokensDto>(201));
    }

    /// <summary>SIGKILL: the server has no time to write anything.</summary>
    public async Task KillAsync()
    {
        _process!.Kill();
        await EndedAsync();
    }

    /// <summary>Sends a signal by its name.</summary>
    public async Task SignalAsync(string name)
    {
        using var kill = Process.Start("kill", [$"-{name}", $"{Id}"]);
        await kill.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, kill.ExitCode);
    }

    /// <summary>Waits until the server has ended, and returns its exit code.</summary>
    public async Task<int> EndedAsync()
    {
        await _process!.WaitForExitAsync(TestContext.Current.CancellationToken);
        var code = _process.ExitCode;
        _process.Dispose();
        _process = null;
        return code;
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is { } process)
        {
            process.Kill();
            await process.WaitForExitAsync();
            process.Dispose();
        }
    }
}
