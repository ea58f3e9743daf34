using System.IO.Compression;
using System.Text.Json;
using CodeCrafter.Server.Collaboration.Recordings;
using CodeCrafter.Server.Tests.Fixture;

namespace CodeCrafter.Server.Tests.Recordings;

/// <summary>Sessions and recordings as files.</summary>
public sealed class ExportTests(SharedServer shared) : IClassFixture<SharedServer>
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_files_of_a_session_come_as_an_archive()
    {
        var alice = await shared.NewUserAsync();
        var session = await alice.CreateSessionAsync(new
        {
            title = "Größe & Co: 1/2", language = "python",
            files = new[] { new { path = "main.py", content = "print('ä')\n" }, new { path = "lib/a.py", content = "" } },
        });

        using var response = await alice.Http.GetAsync($"/api/sessions/{session.Id}/export/files", Stop);
        await response.MustBeAsync(200);
        Assert.Equal("application/zip", response.Content.Headers.ContentType?.MediaType);
        Assert.Equal("attachment", response.Content.Headers.ContentDisposition?.DispositionType);
        Assert.Equal("Größe-Co-1-2.zip", response.Content.Headers.ContentDisposition?.FileNameStar);
        Assert.Equal([("lib/a.py", ""), ("main.py", "print('ä')\n")], Unpack(await response.Content.ReadAsByteArrayAsync(Stop)));
    }

    [Fact]
    public async Task Clients_may_call_files_what_they_like_and_the_archive_stays_in_its_folder()
    {
        var (server, alice) = (shared.Server, await shared.NewUserAsync());
        var session = await alice.CreateFileSessionAsync("main.py", "0");
        await using var clients = YjsClients.Start();
        await clients.ConnectAsync("a", server, session.Id, alice.AccessToken, acks: true);
        string[] names = ["../../etc/passwd", "/etc/passwd", "..\\..\\boot.ini", "C:\\x", "a", "a/b", "MAIN.PY", "nul.txt", "..", "new\nline", "dir/. ."];
        var before = (await clients.CallAsync("describe", new { name = "a" })).GetProperty("acks").GetInt64();
        foreach (var name in names)
        {
            await clients.CallAsync("insert", new { name = "a", file = name, index = 0, value = name });
        }

        // Each is two updates: the file, and what is in it.
        await clients.CallAsync("until", new { name = "a", what = "acks", count = before + (2 * names.Length) });

        using var response = await alice.Http.GetAsync($"/api/sessions/{session.Id}/export/files", Stop);
        await response.MustBeAsync(200);
        var entries = Unpack(await response.Content.ReadAsByteArrayAsync(Stop));

        Assert.Equal(names.Append("0").Order(StringComparer.Ordinal), entries.Select(entry => entry.Content).Order(StringComparer.Ordinal));
        Assert.Equal(entries.Count, entries.Select(entry => entry.Path).Distinct(StringComparer.OrdinalIgnoreCase).Count());
        using var folder = new TemporaryFolder();
        Assert.All(entries, entry => Assert.StartsWith(folder.Path + "/", Path.GetFullPath(Path.Combine(folder.Path, entry.Path)), StringComparison.Ordinal));
        Assert.DoesNotContain(entries, entry => entry.Path.AsSpan().ContainsAny(":\\\n") || entry.Path.Split('/').Any(segment => segment is "." or ".." or ""));
    }

    [Theory]
    [InlineData("a.py", "a.py")]
    [InlineData("a/b/c.py", "a/b/c.py")]
    [InlineData(".env", ".env")]
    [InlineData("../x", "x")]
    [InlineData("", "unnamed")]
    [InlineData("a/../../b", "a/b")]
    [InlineData("con", "_con")]
    [InlineData("a:b?", "a_b_")]
    [InlineData("end.", "end")]
    public void A_path_in_an_archive_is_safe_on_every_system(string path, string expected) =>
        Assert.Equal(expected, new ArchivePaths().Add(path));

    [Fact]
    public void Two_files_never_share_a_path()
    {
        var paths = new ArchivePaths();
        Assert.Equal(
            ["a.py", "A (2).py", "x/y", "x (2)", "z", "z (2)/w", "z (2)/v"],
            new[] { "a.py", "A.py", "x/y", "x", "z", "z/w", "z/v" }.Select(paths.Add));
        Assert.Equal("\ufffdx", new ArchivePaths().Add("\ud800x"));
        Assert.Equal(200, new ArchivePaths().Add(new string('a', 5000)).Length);
        Assert.Equal(16, new ArchivePaths().Add(string.Join('/', Enumerable.Repeat("a", 500))).Split('/').Length);
    }

    [Fact]
    public async Task A_recording_is_one_file_with_a_version_that_says_where_it_ends()
    {
        var alice = await shared.NewUserAsync();
        var session = await alice.CreateSessionAsync(new { title = "Interview", language = "python", files = new[] { new { path = "main.py", content = "1" } } });
        await using var hub = await alice.ConnectHubAsync();
        await hub.JoinAsync(session.Id);
        await hub.InvokeAsync("SendMessage", session.Id, "hello");

        using var response = await alice.Http.GetAsync($"/api/sessions/{session.Id}/export/recording", Stop);
        Assert.Equal("Interview.codecrafter.jsonl.gz", response.Content.Headers.ContentDisposition?.FileName);
        var lines = (await UnzipAsync(response)).Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => JsonDocument.Parse(line).RootElement).ToList();

        Assert.Equal(("codecrafter-recording", 1), (lines[0].GetProperty("format").GetString(), lines[0].GetProperty("version").GetInt32()));
        Assert.Equal(session.Id, lines[0].GetProperty("recording").GetProperty("sessionId").GetGuid());
        var updates = lines.Where(line => line.TryGetProperty("update", out _)).Select(line => line.GetProperty("update")).ToList();
        var events = lines.Where(line => line.TryGetProperty("event", out _)).Select(line => line.GetProperty("event")).ToList();
        Assert.Equal((updates.Count, events.Count), (lines[^1].GetProperty("end").GetProperty("updates").GetInt32(), lines[^1].GetProperty("end").GetProperty("events").GetInt32()));
        Assert.Equal(lines.Count, updates.Count + events.Count + 2);
        var (listed, _) = await alice.GetUpdatesAsync(session.Id);
        Assert.Equal(listed.Select(update => Convert.ToBase64String(update.Data)), updates.Select(update => update.GetProperty("data").GetString()!));
        Assert.Contains(events, item => item.GetProperty("kind").GetString() == "message" && item.GetProperty("text").GetString() == "hello");
    }

    [Fact]
    public async Task An_archive_has_no_more_files_than_the_setting_says()
    {
        await using var server = await TestServer.StartAsync(options => options.Settings["CodeCrafter:Recordings:MaxArchiveFiles"] = "1");
        var alice = await server.RegisterAsync("alice");
        var session = await alice.CreateSessionAsync(new
        {
            title = "x", language = "python", files = new[] { new { path = "a.py", content = "" }, new { path = "b.py", content = "" } },
        });
        using var response = await alice.Http.GetAsync($"/api/sessions/{session.Id}/export/files", Stop);
        await response.MustBeProblemAsync(413, "too_many_files");
    }

    /// <summary>The text of an answer that is compressed by gzip.</summary>
    internal static async Task<string> UnzipAsync(HttpResponseMessage response)
    {
        await response.MustBeAsync(200);
        Assert.Equal("application/gzip", response.Content.Headers.ContentType?.MediaType);
        await using var unzipped = new GZipStream(await response.Content.ReadAsStreamAsync(Stop), CompressionMode.Decompress);
        using var reader = new StreamReader(unzipped);
        return await reader.ReadToEndAsync(Stop);
    }

    private static List<(string Path, string Content)> Unpack(byte[] archive)
    {
        using var zip = new ZipArchive(new MemoryStream(archive));
        return [.. zip.Entries.Select(entry =>
        {
            using var reader = new StreamReader(entry.Open());
            return (entry.FullName, reader.ReadToEnd());
        })];
    }
}
