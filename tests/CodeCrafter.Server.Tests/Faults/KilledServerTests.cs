using System.Net.Sockets;
using System.Text;
using CodeCrafter.Server.Tests.Fixture;
using Microsoft.Data.Sqlite;

namespace CodeCrafter.Server.Tests.Faults;

/// <summary>A server that ends in the middle of something, by force or because it is told to.</summary>
public sealed class KilledServerTests
{
    private const string File = "main.py";

    private static readonly Dictionary<string, string> _settings = new()
    {
        ["RATE_LIMITS"] = "off",
        ["CodeCrafter__Logs__ConsoleLevel"] = "Error",
        ["CodeCrafter__Execution__Parked"] = "0",
        ["CodeCrafter__StopSeconds"] = "3",
    };

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    // Forty-five times the server is only stopped dead and its files are copied: they are what a kill would have left, since
    // both take effect between two calls of the system. Starting it anew fifty times would take a minute.
    [Fact]
    [Trait("fault", "1")]
    public async Task Every_update_reported_saved_survives_a_kill_at_any_of_fifty_moments()
    {
        const int points = 50, everyKill = 10;
        var seed = Random.Shared.Next();
        TestContext.Current.TestOutputHelper!.WriteLine($"seed {seed}");
        var random = new Random(seed);
        using var data = new TemporaryFolder();
        using var copy = new TemporaryFolder();
        await using var server = new ServerProcess(data.Path, _settings);
        await server.StartAsync();
        var alice = await server.RegisterAsync("alice");
        var session = await alice.CreateFileSessionAsync(File, "");
        await using var client = new DocClient(alice, session.Id);
        await client.ConnectAsync();
        var typed = new StringBuilder();
        // Of what is typed now, all before the first message of this connection came along with it.
        var before = 0;
        for (var point = 1; point <= points; point++)
        {
            for (var i = random.Next(1, 40); i > 0; i--)
            {
                var next = ((char)('a' + random.Next(26))).ToString();
                typed.Append(next);
                client.Type(File, next);
                if (random.Next(4) == 0)
                {
                    await Task.Delay(random.Next(4), Stop);
                }
            }

            var isKill = point % everyKill == 0;
            await (isKill ? server.KillAsync() : FreezeAsync(server));
            StoredFiles.Copy(data.Path, copy.Path);
            var saved = before + (int)Math.Max(0, client.Saved - 1);
            var stored = await StoredFiles.ReadFileAsync(copy.Path, session.Id, File);
            Assert.StartsWith(stored, typed.ToString(), StringComparison.Ordinal);
            Assert.True(stored.Length >= saved, $"Of {typed.Length} keystrokes {saved} were called saved at point {point}, and {stored.Length} are stored.");
            if (isKill)
            {
                await client.DisconnectAsync();
                await server.StartAsync();
                await client.ConnectAsync();
                // The answer to the server's question is the first document message, and has everything in it.
                await client.UntilSavedAsync();
                before = typed.Length;
            }
            else
            {
                await server.SignalAsync("CONT");
            }
        }

        Assert.Equal(typed.ToString(), client.Text(File));
    }

    [Fact]
    [Trait("fault", "3")]
    public async Task A_database_whose_log_was_copied_while_in_use_cut_or_damaged_opens_with_what_was_whole()
    {
        var seed = Random.Shared.Next();
        TestContext.Current.TestOutputHelper!.WriteLine($"seed {seed}");
        var random = new Random(seed);
        using var copy = new TemporaryFolder();
        await using var server = await TestServer.StartAsync();
        var alice = await server.RegisterAsync("alice");
        var session = await alice.CreateFileSessionAsync(File, "");
        await using (var other = new SqliteConnection($"Data Source={Path.Combine(server.DataDirectory, StoredFiles.Database)};Pooling=False"))
        {
            // From here on everything is in the log alone.
            await other.OpenAsync(Stop);
            await using var checkpoint = other.CreateCommand();
            checkpoint.CommandText = "PRAGMA wal_checkpoint(TRUNCATE)";
            await checkpoint.ExecuteNonQueryAsync(Stop);
        }

        await using var client = new DocClient(alice, session.Id);
        await client.ConnectAsync();
        for (var i = 0; i < 60; i++)
        {
            client.Type(File, ((char)('a' + (i % 26))).ToString());
            await client.UntilSavedAsync();
        }

        StoredFiles.Copy(server.DataDirectory, copy.Path);
        var text = client.Text(File)!;
        Assert.Equal(text, await StoredFiles.ReadFileAsync(copy.Path, session.Id, File));
        var (path, shortest) = (Path.Combine(copy.Path, StoredFiles.Log), text);
        var log = await System.IO.File.ReadAllBytesAsync(Path.Combine(server.DataDirectory, StoredFiles.Log), Stop);
        for (var i = 0; i < 60; i++)
        {
            StoredFiles.Copy(server.DataDirectory, copy.Path);
            var at = i == 0 ? 0 : random.Next(log.Length);
            await System.IO.File.WriteAllBytesAsync(path, i % 2 == 0 ? log[..at] : [.. log[..at], (byte)~log[at], .. log[(at + 1)..]], Stop);
            var stored = await StoredFiles.ReadFileAsync(copy.Path, session.Id, File);
            Assert.StartsWith(stored, text, StringComparison.Ordinal);
            shortest = stored.Length < shortest.Length ? stored : shortest;
        }

        Assert.Equal("", shortest);
    }

    [Fact]
    [Trait("fault", "18")]
    public async Task A_server_that_is_told_to_stop_refuses_what_comes_stores_what_it_has_and_leaves_in_time()
    {
        using var data = new TemporaryFolder();
        await using var server = new ServerProcess(data.Path, _settings);
        await server.StartAsync();
        var alice = await server.RegisterAsync("alice");
        var session = await alice.CreateFileSessionAsync(File, "");
        await using var writer = new DocClient(alice, session.Id);
        await using var reader = new DocClient(alice, session.Id);
        await writer.ConnectAsync();
        await reader.ConnectAsync();
        // A request that never comes to its end, and a document socket that nobody reads.
        var url = ((IServer)server).Url;
        using var endless = new TcpClient(url.Host, url.Port);
        await endless.GetStream().WriteAsync("POST /api/auth/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{"u8.ToArray(), Stop);
        for (var i = 0; i < 2000; i++)
        {
            writer.Type(File, "x");
        }

        await reader.UntilAsync(client => client.Text(File)!.Length > 100);
        await server.SignalAsync("TERM");
        await reader.UntilAsync(client => client.Closed is not null);
        Assert.Equal((1012, "server_restarts"), reader.Closed);
        // The endless request holds it up, until its time is over.
        await RefusedAsync(url);
        Assert.Equal(0, await server.EndedAsync().WaitAsync(TimeSpan.FromSeconds(60), Stop));

        // What others have seen is stored, and not only what was called saved.
        var stored = await StoredFiles.ReadFileAsync(data.Path, session.Id, File);
        Assert.InRange(stored.Length, reader.Text(File)!.Length, 2000);
        Assert.InRange(stored.Length, writer.Saved - 1, 2000);
    }

    private static async Task RefusedAsync(Uri url)
    {
        for (var i = 0; i < 1000; i++)
        {
            try
            {
                using var late = new TcpClient();
                await late.ConnectAsync(url.Host, url.Port, Stop);
            }
            catch (SocketException exception) when (exception.SocketErrorCode == SocketError.ConnectionRefused)
            {
                return;
            }

            await Task.Delay(10, Stop);
        }

        Assert.Fail("The server still takes connections.");
    }

    // All threads: the kernel lets each finish its call.
    private static async Task FreezeAsync(ServerProcess server)
    {
        await server.SignalAsync("STOP");
        while (Directory.GetDirectories($"/proc/{server.Id}/task").Any(thread => !IsStopped(thread)))
        {
            await Task.Delay(1, Stop);
        }
    }

    private static bool IsStopped(string thread)
    {
        try
        {
            var state = System.IO.File.ReadAllText(Path.Combine(thread, "stat"));
            return state[state.LastIndexOf(')') + 2] == 'T';
        }
        catch (IOException)
        {
            // The thread has ended.
            return true;
        }
    }
}
