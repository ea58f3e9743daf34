using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using CodeCrafter.Bench.Measuring;

namespace CodeCrafter.Bench.Contenders;

/// <summary>The built server as a process of its own, with a data directory of its own, on loopback.</summary>
internal sealed class ServerProcess : IAsyncDisposable
{
    /// <summary>How long <see cref="SettleAsync"/> waits at most.</summary>
    public static TimeSpan SettleLimit { get; set; } = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(40);

    private readonly Process _process;
    private readonly Task _output;

    private ServerProcess(Process process, Uri url, string dataDirectory, string log)
    {
        _process = process;
        Url = url;
        DataDirectory = dataDirectory;
        _output = CopyAsync(process, log);
    }

    public Uri Url { get; }

    public string DataDirectory { get; }

    public int Id => _process.Id;

    /// <summary>Where <c>dotnet publish -c Release</c> puts the server, from the folder of the solution.</summary>
    public const string PublishedProgram = "artifacts/server/CodeCrafter.Server.dll";

    /// <summary>Starts the process; it does not answer yet.</summary>
    /// <param name="program">CodeCrafter.Server.dll.</param>
    /// <param name="dataDirectory">Made where it is missing. The server's output goes to a file beside it.</param>
    /// <param name="settings">More of the environment.</param>
    public static ServerProcess Start(string program, string dataDirectory, IReadOnlyDictionary<string, string>? settings = null)
    {
        if (!File.Exists(program))
        {
            throw new FileNotFoundException($"The server is not built: {program}. bench/run.sh builds it, or: dotnet publish src/CodeCrafter.Server -c Release");
        }

        var environment = new Dictionary<string, string> { ["DATA_DIR"] = dataDirectory, ["RATE_LIMITS"] = "off" };
        foreach (var (name, value) in settings ?? new Dictionary<string, string>())
        {
            environment[name] = value;
        }

        return Start(DotnetHost(), program, dataDirectory, environment);
    }

    /// <summary>Starts a peer on Node.js, which takes its address from HOST and PORT as ours does.</summary>
    /// <param name="script">What node runs.</param>
    /// <param name="dataDirectory">Only names the file of its output here.</param>
    public static ServerProcess StartNode(string script, string dataDirectory) =>
        Start("node", script, dataDirectory, new Dictionary<string, string>());

    private static ServerProcess Start(string host, string program, string dataDirectory, IReadOnlyDictionary<string, string> environment)
    {
        var port = FreePort();
        var start = new ProcessStartInfo(host, [Path.GetFullPath(program)])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Path.GetDirectoryName(Path.GetFullPath(program)),
        };
        start.Environment["PORT"] = port.ToString(CultureInfo.InvariantCulture);
        start.Environment["HOST"] = "127.0.0.1";
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        Directory.CreateDirectory(dataDirectory);
        return new ServerProcess(Process.Start(start)!, new Uri($"http://127.0.0.1:{port}"), dataDirectory, dataDirectory.TrimEnd('/') + ".log");
    }

    /// <summary>Asks again and again until the path answers 200.</summary>
    public async Task WaitForAsync(string path, TimeSpan interval)
    {
        using var http = new HttpClient { Timeout = TimeSpan.FromSeconds(5) };
        var started = Stopwatch.GetTimestamp();
        while (true)
        {
            try
            {
                using var response = await http.GetAsync(new Uri(Url, path));
                if (response.StatusCode == HttpStatusCode.OK)
                {
                    return;
                }
            }
            catch (HttpRequestException) when (!_process.HasExited)
            {
                // It does not listen yet.
            }

            if (_process.HasExited || Stopwatch.GetElapsedTime(started) > StartLimit)
            {
                throw new InvalidOperationException($"The server did not answer {path} with 200. Its output: {DataDirectory}.log");
            }

            await Task.Delay(interval);
        }
    }

    /// <summary>
    /// Waits until the server and what it has started have used no CPU time for a while: sandboxes for the next
    /// executions are made ready in the background, and that is not to disturb whoever is measured next.
    /// </summary>
    public Task SettleAsync() => AwaitQuietAsync(TimeSpan.FromMilliseconds(40), 0, SettleLimit);

    /// <summary>
    /// Waits until the compilers' caches are filled, which a server does once in its life, in the background of its first
    /// start, and which would be measured together with whatever comes first.
    /// </summary>
    /// <exception cref="InvalidOperationException">That takes too long.</exception>
    public async Task SettleAfterFirstStartAsync()
    {
        if (!await AwaitQuietAsync(TimeSpan.FromMilliseconds(500), 1, TimeSpan.FromMinutes(10)))
        {
            throw new InvalidOperationException("The server does not come to rest after its start.");
        }
    }

    /// <param name="interval">How often to look; three times in a row it must be quiet.</param>
    /// <param name="ticks">The hundredths of a second of CPU time, in an interval, that are still quiet.</param>
    /// <param name="limit">How long to wait.</param>
    /// <returns>Whether it came to rest within the limit.</returns>
    private async Task<bool> AwaitQuietAsync(TimeSpan interval, int ticks, TimeSpan limit)
    {
        var started = Stopwatch.GetTimestamp();
        var quiet = 0;
        for (var before = TreeTicks(); quiet < 3;)
        {
            if (Stopwatch.GetElapsedTime(started) > limit)
            {
                return false;
            }

            await Task.Delay(interval);
            var now = TreeTicks();
            quiet = Math.Abs(now - before) <= ticks ? quiet + 1 : 0;
            before = now;
        }

        return true;
    }

    /// <summary>CPU time in clock ticks of the server and of what it started and that is still there.</summary>
    private double TreeTicks() => ProcessState.CpuTicks(Id) + ProcessState.Descendants(Id).Sum(ProcessState.CpuTicks);

    /// <summary>Stops it as a service manager would, and waits until it has ended.</summary>
    public async Task StopAsync()
    {
        if (!_process.HasExited)
        {
            const int sigterm = 15;
            _ = Kill(_process.Id, sigterm);
            using var limit = new CancellationTokenSource(StopLimit);
            try
            {
                await _process.WaitForExitAsync(limit.Token);
            }
            catch (OperationCanceledException)
            {
                _process.Kill();
                throw new InvalidOperationException($"The server did not stop within {StopLimit}.");
            }
        }

        await _output;
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _process.Dispose();
    }

    private static async Task CopyAsync(Process process, string log)
    {
        await using var file = new StreamWriter(log, append: true) { AutoFlush = true };
        var gate = new SemaphoreSlim(1);
        async Task CopyLinesAsync(StreamReader reader)
        {
            while (await reader.ReadLineAsync() is { } line)
            {
                await gate.WaitAsync();
                await file.WriteLineAsync(line);
                gate.Release();
            }
        }

        await Task.WhenAll(CopyLinesAsync(process.StandardOutput), CopyLinesAsync(process.StandardError));
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <summary>The program that starts a .NET assembly.</summary>
    public static string DotnetHost() =>
        Environment.GetEnvironmentVariable("DOTNET_ROOT") is { Length: > 0 } root ? Path.Combine(root, "dotnet") : "dotnet";

    [DllImport("libc", EntryPoint = "kill", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Kill(int pid, int signal);
}
