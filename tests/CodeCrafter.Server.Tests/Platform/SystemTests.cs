using System.Net.Http.Headers;
using System.Text.Json;
using CodeCrafter.Server.Tests.Fixture;

namespace CodeCrafter.Server.Tests.Platform;

public sealed class SystemTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Health_tells_of_the_database()
    {
        await using var server = await TestServer.StartAsync();
        foreach (var path in new[] { "/health", "/health/ready" })
        {
            using var response = await server.Http.GetAsync(path, Stop);
            var health = await response.ReadAsync<JsonElement>();
            Assert.Equal("healthy", health.GetProperty("checks").GetProperty("database").GetProperty("status").GetString());
        }

        using var live = await server.Http.GetAsync("/health/live", Stop);
        Assert.Equal("healthy", (await live.ReadAsync<JsonElement>()).GetProperty("status").GetString());
    }

    [Fact]
    public async Task Health_says_so_when_the_database_does_not_answer_and_not_why()
    {
        await using var server = await TestServer.StartAsync(options => options.Settings["CodeCrafter:Logs:ConsoleLevel"] = "Fatal");
        var database = Path.Combine(server.DataDirectory, "codecrafter.db");
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        foreach (var file in Directory.GetFiles(server.DataDirectory, "codecrafter.db*"))
        {
            File.Delete(file);
        }

        await File.WriteAllTextAsync(database, "not a database", Stop);
        foreach (var path in new[] { "/health", "/health/ready" })
        {
            using var response = await server.Http.GetAsync(path, Stop);
            var text = await response.Content.ReadAsStringAsync(Stop);
            Assert.Equal(503, (int)response.StatusCode);
            Assert.Contains("unhealthy", text, StringComparison.Ordinal);
            Assert.DoesNotContain("SQLite Error", text, StringComparison.Ordinal);
        }

        using var live = await server.Http.GetAsync("/health/live", Stop);
        await live.MustBeAsync(200);
    }

    [Fact]
    public async Task Settings_are_read_from_a_file_in_the_data_directory()
    {
        using var data = new TemporaryFolder();
        data.Write("appsettings.json", """{ "CodeCrafter": { "Execution": { "Maximum": { "MemoryMb": 300 } } } }""");
        await using var server = await TestServer.StartAsync(options => options.DataDirectory = data.Path);
        var alice = await server.RegisterAsync("alice");

        using var response = await alice.ExecuteAsync(new { language = "python", code = "1", limits = new { memoryMb = 301 } });

        Assert.Contains("from 16 to 300", (await response.MustBeProblemAsync(400, "limit_out_of_range")).Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_description_says_which_fields_may_be_left_out_and_what_a_time_is()
    {
        await using var server = await TestServer.StartAsync();

        using var response = await server.Http.GetAsync("/openapi/v1.json", Stop);
        var schemas = (await response.ReadAsync<JsonElement>()).GetProperty("components").GetProperty("schemas");

        Assert.Equal(["title"], schemas.GetProperty("CreateSessionRequest").GetProperty("required").EnumerateArray().Select(name => name.GetString()));
        Assert.False(schemas.GetProperty("ExecuteRequest").TryGetProperty("required", out _));
        var createdAt = schemas.GetProperty("SessionResponse").GetProperty("properties").GetProperty("createdAt");
        Assert.Equal(("string", "date-time"), (createdAt.GetProperty("type").GetString(), createdAt.GetProperty("format").GetString()));
    }

    [Fact]
    public async Task A_second_server_is_kept_off_the_same_data()
    {
        await using var server = await TestServer.StartAsync();

        var exception = await Assert.ThrowsAnyAsync<Exception>(
            () => TestServer.StartAsync(options => options.DataDirectory = server.DataDirectory));

        Assert.Contains("Another server uses", exception.ToString(), StringComparison.Ordinal);
        await using var next = await server.RestartAsync();
    }

    [Fact]
    public async Task Metrics_count_what_happened()
    {
        await using var server = await TestServer.StartAsync();
        var alice = await server.RegisterAsync("alice");
        await server.LoginAsync("alice");
        await alice.CreateSessionAsync();
        var text = await server.Http.GetStringAsync("/metrics", Stop);
        Assert.Contains("codecrafter_auth_registrations_total", text, StringComparison.Ordinal);
        Assert.Contains("""outcome="succeeded""", text, StringComparison.Ordinal);
        Assert.Contains("codecrafter_sessions_created_total", text, StringComparison.Ordinal);
        Assert.Contains("http_server_request_duration_seconds", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_description_names_every_route_and_the_reference_page_loads_nothing_from_elsewhere()
    {
        await using var server = await TestServer.StartAsync();
        using var response = await server.Http.GetAsync("/openapi/v1.json", Stop);
        var document = await response.ReadAsync<JsonElement>();
        Assert.StartsWith("3.", document.GetProperty("openapi").GetString(), StringComparison.Ordinal);
        var paths = document.GetProperty("paths");
        foreach (var path in new[] { "/api/auth/login", "/api/sessions/create", "/api/sessions/{id}/participants/{userId}" })
        {
            foreach (var operation in paths.GetProperty(path).EnumerateObject())
            {
                Assert.False(string.IsNullOrEmpty(operation.Value.GetProperty("summary").GetString()));
                Assert.True(operation.Value.GetProperty("responses").TryGetProperty("default", out _));
            }
        }

        Assert.Equal("http", document.GetProperty("components").GetProperty("securitySchemes").GetProperty("bearer").GetProperty("type").GetString());
        Assert.True(paths.GetProperty("/api/sessions/list").GetProperty("get").TryGetProperty("security", out _));
        Assert.False(paths.GetProperty("/api/auth/login").GetProperty("post").TryGetProperty("security", out _));

        using var page = await server.Http.GetAsync("/docs/", Stop);
        await page.MustBeAsync(200);
        var html = await page.Content.ReadAsStringAsync(Stop);
        Assert.DoesNotContain("//cdn", html, StringComparison.Ordinal);
        Assert.DoesNotContain("https://", html, StringComparison.Ordinal);
        var policy = Assert.Single(page.Headers.GetValues("Content-Security-Policy"));
        Assert.Contains("script-src 'self' 'nonce-", policy, StringComparison.Ordinal);
        using var script = await server.Http.GetAsync("/docs/scalar.js", Stop);
        await script.MustBeAsync(200);
    }

    [Fact]
    public async Task The_page_is_served_with_its_routes_compressed_and_cached_by_name()
    {
        using var web = new TemporaryFolder();
        web.Write("index.html", $"<!doctype html><title>CodeCrafter</title>{new string(' ', 2000)}");
        web.Write("assets/app-1a2b.js", $"console.log('{new string('x', 2000)}')");
        await using var server = await TestServer.StartAsync(options => options.Settings["webroot"] = web.Path);

        foreach (var path in new[] { "/", "/index.html", "/s/01a204d6-6b99-7146-85dc-ca17cc975042?invite=x", "/login" })
        {
            using var response = await GetAsync(server, path, "br");
            await response.MustBeAsync(200);
            Assert.Equal("text/html", response.Content.Headers.ContentType?.MediaType);
            Assert.Equal(["br"], response.Content.Headers.ContentEncoding);
            Assert.True(response.Headers.CacheControl?.NoCache);
            var policy = Assert.Single(response.Headers.GetValues("Content-Security-Policy"));
            Assert.Contains("script-src 'self';", policy, StringComparison.Ordinal);
            Assert.Contains($"connect-src 'self' ws://{server.Url.Authority} wss://{server.Url.Authority};", policy, StringComparison.Ordinal);
            Assert.Equal("nosniff", Assert.Single(response.Headers.GetValues("X-Content-Type-Options")));
        }

        using var asset = await GetAsync(server, "/assets/app-1a2b.js", "gzip");
        Assert.Equal(["gzip"], asset.Content.Headers.ContentEncoding);
        Assert.Equal(TimeSpan.FromDays(365), asset.Headers.CacheControl?.MaxAge);

        // What is missing is missing, and what is the API's is not the page.
        foreach (var path in new[] { "/assets/gone.js", "/api/nothing", "/collab/x/y", "/appsettings.json", "/..%2f..%2fetc%2fpasswd.txt" })
        {
            using var missing = await GetAsync(server, path, "br");
            await missing.MustBeProblemAsync(404, "not_found");
        }

        using var post = await server.Http.PostAsync("/login", null, Stop);
        await post.MustBeProblemAsync(404, "not_found");
    }

    [Fact]
    public async Task Each_answer_with_the_page_has_a_nonce_of_its_own()
    {
        using var web = new TemporaryFolder();
        web.Write("index.html", "<script nonce=\"{csp-nonce}\"></script>");
        await using var server = await TestServer.StartAsync(options => options.Settings["webroot"] = web.Path);

        var seen = new HashSet<string>();
        foreach (var path in new[] { "/", "/", "/index.html", "/s/some" })
        {
            using var response = await GetAsync(server, path, "identity");
            await response.MustBeAsync(200);
            var policy = Assert.Single(response.Headers.GetValues("Content-Security-Policy"));
            var nonce = policy.Split("style-src 'self' 'nonce-")[1].Split('\'')[0];
            Assert.Equal(16, Convert.FromBase64String(nonce).Length);
            Assert.Equal($"<script nonce=\"{nonce}\"></script>", await response.Content.ReadAsStringAsync(Stop));
            Assert.True(seen.Add(nonce));
            // With one of these, a browser would keep the old page and take the new policy.
            Assert.Null(response.Headers.ETag);
            Assert.Null(response.Content.Headers.LastModified);
        }
    }

    [Fact]
    public async Task A_copy_that_the_build_compressed_is_sent_as_it_is()
    {
        using var web = new TemporaryFolder();
        web.Write("index.html", "page");
        web.Write("assets/app-1a2b.js", $"console.log('{new string('x', 2000)}')");
        web.Write("assets/app-1a2b.js.br", "brotli copy");
        web.Write("assets/app-1a2b.js.gz", "gzip copy");
        await using var server = await TestServer.StartAsync(options => options.Settings["webroot"] = web.Path);

        foreach (var (accepted, encoding, body) in new[] { ("br", "br", "brotli copy"), ("gzip", "gzip", "gzip copy") })
        {
            using var copy = await GetAsync(server, "/assets/app-1a2b.js", accepted);
            await copy.MustBeAsync(200);
            Assert.Equal([encoding], copy.Content.Headers.ContentEncoding);
            Assert.Equal("text/javascript", copy.Content.Headers.ContentType?.MediaType);
            Assert.Equal(["Accept-Encoding"], copy.Headers.Vary);
            Assert.Equal(TimeSpan.FromDays(365), copy.Headers.CacheControl?.MaxAge);
            Assert.Equal(body, await copy.Content.ReadAsStringAsync(Stop));
        }

        using var plain = await GetAsync(server, "/assets/app-1a2b.js", "identity");
        Assert.Empty(plain.Content.Headers.ContentEncoding);
        Assert.StartsWith("console.log", await plain.Content.ReadAsStringAsync(Stop), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Answers_of_the_api_are_not_compressed_and_not_stored()
    {
        await using var server = await TestServer.StartAsync();
        using var response = await GetAsync(server, "/openapi/v1.json", "br");
        Assert.Empty(response.Content.Headers.ContentEncoding);
        Assert.True(response.Headers.CacheControl?.NoStore);
        Assert.Contains("default-src 'none'", Assert.Single(response.Headers.GetValues("Content-Security-Policy")), StringComparison.Ordinal);
        Assert.False(response.Headers.Contains("Server"));
    }

    [Fact]
    [AccessCase(27)]
    public async Task Other_origins_are_never_allowed()
    {
        await using var server = await TestServer.StartAsync();
        foreach (var origin in new[] { "http://evil.example", "null", $"{server.Url.GetLeftPart(UriPartial.Authority)}.evil.example" })
        {
            using var request = new HttpRequestMessage(HttpMethod.Options, "/api/auth/login")
            {
                Headers = { { "Origin", origin }, { "Access-Control-Request-Method", "POST" } },
            };
            using var response = await server.Http.SendAsync(request, Stop);
            Assert.DoesNotContain(response.Headers, header => header.Key.StartsWith("Access-Control", StringComparison.OrdinalIgnoreCase));
        }
    }

    private static async Task<HttpResponseMessage> GetAsync(TestServer server, string path, string encoding)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.AcceptEncoding.Add(new StringWithQualityHeaderValue(encoding));
        return await server.Http.SendAsync(request, Stop);
    }
}
