using CodeCrafter.Server.Tests.Fixture;

namespace CodeCrafter.Server.Tests.Execution;

/// <summary>Files that programs make.</summary>
public sealed class OutputFileTests
{
    private const string Program = """
        import os
        os.mkdir('plots')
        open('plots/a b.svg', 'w').write('<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>')
        open('page.html', 'w').write('<script>alert(1)</script>')
        open('data.bin7', 'wb').write(bytes(range(256)))
        os.symlink('/etc/passwd', 'link.txt')
        """;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Files_come_back_with_the_result_and_are_kept()
    {
        await using var first = await TestServer.StartAsync();
        var alice = await first.RegisterAsync("alice");

        using var response = await alice.ExecuteAsync(new { language = "python", code = Program });
        var result = await response.ReadAsync<ResultDto>();

        Assert.Equal(
            [("data.bin7", 256L, "application/octet-stream"), ("page.html", 25L, "text/html"), ("plots/a b.svg", 71L, "image/svg+xml")],
            result.OutputFiles.Select(file => (file.Path, file.Size, file.ContentType)).Order());
        Assert.Equal(1, result.OutputFilesOmitted);
        await using var server = await first.RestartAsync();
        var again = await server.LoginAsync("alice");
        using var status = await again.Http.GetAsync($"/api/execute/status/{result.JobId}", Stop);
        var stored = await status.ReadAsync<ResultDto>();
        Assert.Equivalent(result with { Files = stored.Files }, stored, strict: true);
        Assert.Equal(Enumerable.Range(0, 256).Select(value => (byte)value), await again.Http.GetByteArrayAsync($"/api/execute/files/{result.JobId}?path=data.bin7", Stop));
    }

    [Theory]
    [InlineData("page.html", "text/html", "page.html")]
    [InlineData("plots/a b.svg", "image/svg+xml", "a b.svg")]
    public async Task A_file_is_a_download_that_a_browser_neither_guesses_nor_trusts(string path, string type, string name)
    {
        await using var server = await TestServer.StartAsync();
        var alice = await server.RegisterAsync("alice");
        using var run = await alice.ExecuteAsync(new { language = "python", code = Program });
        var result = await run.ReadAsync<ResultDto>();

        using var response = await alice.Http.GetAsync($"/api/execute/files/{result.JobId}?path={Uri.EscapeDataString(path)}", Stop);

        await response.MustBeAsync(200);
        Assert.Equal(type, response.Content.Headers.ContentType!.MediaType);
        Assert.Equal("attachment", response.Content.Headers.ContentDisposition!.DispositionType);
        Assert.Equal(name, response.Content.Headers.ContentDisposition.FileName!.Trim('"'));
        Assert.Equal(["nosniff"], response.Headers.GetValues("X-Content-Type-Options"));
        Assert.StartsWith("sandbox; default-src 'none'", Assert.Single(response.Headers.GetValues("Content-Security-Policy")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Files_have_the_readers_of_their_job()
    {
        await using var server = await TestServer.StartAsync();
        var (alice, victor, mallory) = (await server.RegisterAsync("alice"), await server.RegisterAsync("victor"), await server.RegisterAsync("mallory"));
        var session = await alice.CreateFileSessionAsync("main.py", "open('out.txt', 'w').write('hello')");
        await alice.PutParticipantAsync(session.Id, victor, "viewer");
        using var run = await alice.ExecuteAsync(new { sessionId = session.Id });
        var path = $"/api/execute/files/{(await run.ReadAsync<ResultDto>()).JobId}";

        Assert.Equal("hello", await victor.Http.GetStringAsync($"{path}?path=out.txt", Stop));
        using var strange = await mallory.Http.GetAsync($"{path}?path=out.txt", Stop);
        await strange.MustBeProblemAsync(404, "job_not_found");
        foreach (var other in (string[])["main.py", "OUT.TXT", "../out.txt", "/etc/passwd", "."])
        {
            using var missing = await alice.Http.GetAsync($"{path}?path={Uri.EscapeDataString(other)}", Stop);
            await missing.MustBeProblemAsync(404, "file_not_found");
        }

        using var nameless = await alice.Http.GetAsync(path, Stop);
        await nameless.MustBeAsync(400);
    }

    [Fact]
    public async Task The_caps_are_settings()
    {
        await using var server = await TestServer.StartAsync(options => options.Settings["CodeCrafter:Execution:MaxOutputFiles"] = "1");
        var alice = await server.RegisterAsync("alice");
        using var run = await alice.ExecuteAsync(new { language = "python", code = "for n in 'abc': open(n, 'w').write(n)" });
        var result = await run.ReadAsync<ResultDto>();
        Assert.Single(result.OutputFiles);
        Assert.Equal(2, result.OutputFilesOmitted);

        await using var none = await TestServer.StartAsync(options => options.Settings["CodeCrafter:Execution:MaxOutputFiles"] = "0");
        var bob = await none.RegisterAsync("bob");
        using var plain = await bob.ExecuteAsync(new { language = "python", code = "open('a', 'w')" });
        Assert.Empty((await plain.ReadAsync<ResultDto>()).OutputFiles);
    }
}
