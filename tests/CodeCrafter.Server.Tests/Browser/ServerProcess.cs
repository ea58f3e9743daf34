using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using CodeCrafter.Server.Tests.Fixture;

namespace CodeCrafter.Server.Tests.Browser;

/// <summary>The server as a process of its own, as a user starts it, which can be killed.</summary>
internal sealed class ServerProcess : IAsyncDisposable
{
    private static readonly string _program = Path.Combine(
        AppContext.BaseDirectory.Replace("CodeCrafter.Server.Tests", "CodeCrafter.Server", StringComparison.Ordinal), "CodeCrafter.Server.dll");

    private readonly string _dataDirectory;
    private readonly int _port;
    private Process? _process;

    public ServerProcess(string dataDirectory)
    {
        _dataDirectory = dataDirectory;
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        _port = ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    public string Url => $"http://localhost:{_port}";

    /// <summary>Starts the server and waits until it answers.</summary>
    public async Task StartAsync()
    {
        Assert.True(File.Exists(_program), $"The server is not built: {_program}");
        var start = new ProcessStartInfo("dotnet", [_program]) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["PORT"] = _port.ToString(System.Globalization.CultureInfo.InvariantCulture);
        start.Environment["DATA_DIR"] = _dataDirectory;
        start.Environment["CodeCrafter__Auth__BcryptCost"] = "10";
        start.Environment["CodeCrafter__Execution__CompilerCaches"] = "false";
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
                await Task.Delay(100, TestContext.Current.CancellationToken);
            }
        }
    }

    /// <summary>SIGKILL: the server has no time to write anything.</summary>
    public async Task KillAsync()
    {
        _process!.Kill();
        await _process.WaitForExitAsync(TestContext.Current.CancellationToken);
        _process.Dispose();
        _process = null;
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
