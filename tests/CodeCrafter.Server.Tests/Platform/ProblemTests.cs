using System.Text;
using CodeCrafter.Server.Tests.Fixture;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace CodeCrafter.Server.Tests.Platform;

public sealed class ProblemTests(SharedServer shared) : IClassFixture<SharedServer>
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("GET", "/api/nothing", null, null, 404, "not_found")]
    [InlineData("GET", "/api", null, null, 404, "not_found")]
    [InlineData("GET", "/api/sessions/not-an-id", null, null, 404, "not_found")]
    [InlineData("GET", "/api/auth/login", null, null, 405, "method_not_allowed")]
    [InlineData("GET", "/api/auth/me", null, null, 401, "unauthenticated")]
    [InlineData("POST", "/api/auth/login", "{", "application/json", 400, "malformed_json")]
    [InlineData("POST", "/api/auth/login", "[1]", "application/json", 400, "malformed_json")]
    [InlineData("POST", "/api/auth/login", "null", "application/json", 400, "malformed_request")]
    [InlineData("POST", "/api/auth/login", "", "application/json", 400, "malformed_request")]
    [InlineData("POST", "/api/auth/login", "{\"password\":\"\\ud800\"}", "application/json", 400, "malformed_json")]
    [InlineData("POST", "/api/auth/login", "username=a", "application/x-www-form-urlencoded", 415, "unsupported_media_type")]
    [InlineData("POST", "/api/auth/login", "{}", "application/json", 400, "validation_failed")]
    public async Task Every_error_is_a_problem_with_its_code(string method, string path, string? body, string? type, int status, string code)
    {
        var server = shared.Server;
        // Whatever the client says that it accepts.
        foreach (var accept in new[] { "application/json", "text/html" })
        {
            using var request = new HttpRequestMessage(new HttpMethod(method), path) { Headers = { { "Accept", accept } } };
            request.Content = body is null ? null : new StringContent(body, Encoding.UTF8, type!);
            using var response = await server.Http.SendAsync(request, Stop);
            await response.MustBeProblemAsync(status, code);
        }
    }

    [Theory]
    [InlineData("POST", "/api/auth/register", "{\"username\":\"a\",\"pasword\":\"b\"}", "pasword", "pasword", "password")]
    [InlineData("POST", "/api/auth/login", "{\"username\":\"a\",\"it's\":\"b\"}", "it's", "['it's']", "username, password")]
    [InlineData("POST", "/api/sessions/create", "{\"title\":\"x\",\"Public\":true}", "Public", "Public", "isPublic")]
    [InlineData("POST", "/api/sessions/create", "{\"title\":\"x\",\"settings\":{\"allowGuest\":true}}", "allowGuest", "settings.allowGuest", "allowGuests")]
    [InlineData("POST", "/api/sessions/create", "{\"title\":\"x\",\"files\":[{\"path\":\"a\",\"text\":\"b\"}]}", "text", "files[0].text", "path, content")]
    [InlineData("PUT", "/api/sessions/{id}", "{\"settings\":{\"allowGuest\":true}}", "allowGuest", "settings.allowGuest", "allowGuests")]
    [InlineData("POST", "/api/sessions/{id}/invitations", "{\"role\":\"editor\",\"maxUse\":1,\"expiresIn\":60}", "maxUse", "maxUse", "role, expiresAt, maxUses")]
    [InlineData("POST", "/api/sessions/{id}/join", "{\"token\":\"x\"}", "token", "token", "invite")]
    [InlineData("PUT", "/api/auth/me", "{\"preference\":{}}", "preference", "preference", "firstName, lastName, preferences")]
    [InlineData("POST", "/api/execute", "{\"language\":\"python\",\"limits\":{\"cpuTime\":1}}", "cpuTime", "limits.cpuTime", "cpuTimeMs, wallTimeMs, memoryMb, processes, outputBytes")]
    public async Task A_misspelt_member_is_refused_by_its_name_with_those_that_are_known(string method, string path, string body, string member, string field, string known)
    {
        var alice = await shared.NewUserAsync();
        var session = await alice.CreateSessionAsync();
        using var request = new HttpRequestMessage(new HttpMethod(method), path.Replace("{id}", session.Id.ToString(), StringComparison.Ordinal))
        {
            Content = new StringContent(body, Encoding.UTF8, "application/json"),
        };
        using var response = await alice.Http.SendAsync(request, Stop);
        var problem = await response.MustBeProblemAsync(400, "unknown_member");
        Assert.Contains($"the member '{member}', which is not known here", problem.Detail, StringComparison.Ordinal);
        var (name, texts) = Assert.Single(problem.Errors!);
        Assert.Equal(field, name);
        Assert.Matches($"^'{member}' is not known here; known are (.*, )?{known}(, .*)?\\.$", Assert.Single(texts));
    }

    [Fact]
    public async Task A_long_member_is_named_by_its_beginning()
    {
        using var content = new StringContent("{\"" + new string('x', 1000) + "\":1}", Encoding.UTF8, "application/json");
        using var response = await shared.Server.Http.PostAsync("/api/auth/login", content, Stop);
        var problem = await response.MustBeProblemAsync(400, "unknown_member");
        Assert.Contains($"'{new string('x', 100)}'", problem.Detail, StringComparison.Ordinal);
        Assert.InRange(problem.Detail!.Length, 100, 500);
        Assert.InRange(Assert.Single(problem.Errors!).Key.Length, 100, 250);
    }

    [Theory]
    [InlineData("CodeCrafter.Server.Auth.User")]
    [InlineData("CodeCrafter.Server.Platform.OpenApi")]
    public async Task A_member_cannot_ask_for_the_members_of_something_else(string type)
    {
        var body = new Dictionary<string, int> { [$"x' could not be mapped to any .NET member contained in type '{type}'"] = 1 };
        using var response = await shared.Server.Http.PostAsync("/api/auth/login", System.Net.Http.Json.JsonContent.Create(body), Stop);
        var problem = await response.MustBeProblemAsync(400, "unknown_member");
        Assert.EndsWith("; known are email, username, password.", problem.Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/api/sessions/list?limit=abc", "'limit'", "a whole number")]
    [InlineData("/api/sessions/list?page=99999999999", "'page'", "a whole number")]
    [InlineData("/api/sessions/list?limit=int%20x%22%20from%20%22y", "'limit'", "a whole number")]
    [InlineData("/api/sessions/{id}/messages?before=zz", "'before'", null)]
    [InlineData("/api/sessions/{id}/recording/updates?after=zz", "'after'", "a whole number")]
    [InlineData("/api/sessions/{id}/recording/keyframe?at=yesterday", "'at'", "a time")]
    [InlineData("/api/sessions/{id}/recording/keyframe", "'at'", "query string")]
    [InlineData("/api/sessions/{id}/snapshots/{id}/diff?to=xx", "'to'", null)]
    [InlineData("/api/execute/files/{id}", "'path'", "query string")]
    public async Task A_value_that_is_missing_or_unreadable_is_named(string path, string name, string? what)
    {
        var alice = await shared.NewUserAsync();
        var session = await alice.CreateSessionAsync();
        using var response = await alice.Http.GetAsync(path.Replace("{id}", session.Id.ToString(), StringComparison.Ordinal), Stop);
        var problem = await response.MustBeProblemAsync(400, "malformed_request");
        Assert.Contains(name, problem.Detail, StringComparison.Ordinal);
        Assert.Contains(what ?? "must be", problem.Detail, StringComparison.Ordinal);
        Assert.All(["Nullable", "Guid", "DateTimeOffset", "int ", "long "], type => Assert.DoesNotContain(type, problem.Detail, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("POST", "/api/auth/register", "{\"username\":\"a\",\"email\":\"a@example.org\",\"password\":\"correct horse\"}", "username", "'username' must have 3 to 32 characters.")]
    [InlineData("POST", "/api/auth/register", "{\"username\":\"alice\",\"email\":\"a\",\"password\":\"correct horse\"}", "email", "'email' must be an email address.")]
    [InlineData("POST", "/api/sessions/create", "{}", "title", "'title' is missing or empty.")]
    [InlineData("POST", "/api/sessions/create", "{\"title\":\"a\\nb\"}", "title", "'title' must not have line breaks or control characters.")]
    [InlineData("POST", "/api/sessions/create", "{\"title\":\"a\",\"files\":[{\"path\":\"a.py\"}]}", "files[0].content", "'content' is missing.")]
    [InlineData("POST", "/api/sessions/create", "{\"title\":\"a\",\"settings\":{\"publicRole\":\"admin\"}}", "settings.publicRole", "'publicRole' must be one of: viewer, editor.")]
    [InlineData("POST", "/api/sessions/{id}/join", "{\"invite\":\"long\"}", "invite", "'invite' must have at most 100 characters.")]
    [InlineData("POST", "/api/sessions/{id}/invitations", "{\"role\":\"editor\",\"maxUses\":0}", "maxUses", "'maxUses' must be from 1 to 100000.")]
    [InlineData("GET", "/api/sessions/list?scope=mine", null, "scope", "'scope' must be one of: all, owned, joined, public, deleted.")]
    [InlineData("GET", "/api/sessions/list?limit=0", null, "limit", "'limit' must be from 1 to 100.")]
    [InlineData("GET", "/api/sessions/{id}/recording/updates?after=-1", null, "after", "'after' must be at least 0.")]
    public async Task What_is_not_valid_is_told_with_its_name_and_bounds(string method, string path, string? body, string field, string text)
    {
        var alice = await shared.NewUserAsync();
        var session = await alice.CreateSessionAsync();
        using var request = new HttpRequestMessage(new HttpMethod(method), path.Replace("{id}", session.Id.ToString(), StringComparison.Ordinal));
        request.Content = body is null
            ? null
            : new StringContent(body.Replace("long", new string('x', 101), StringComparison.Ordinal), Encoding.UTF8, "application/json");
        using var response = await alice.Http.SendAsync(request, Stop);
        Assert.Equal([text], (await response.MustBeProblemAsync(400, "validation_failed")).Errors![field]);
    }

    [Theory]
    [InlineData("null")]
    [InlineData("")]
    public async Task A_missing_body_is_asked_for(string body)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        using var response = await shared.Server.Http.PostAsync("/api/auth/login", content, Stop);
        Assert.Equal("The request needs a body: a JSON object.", (await response.MustBeProblemAsync(400, "malformed_request")).Detail);
    }

    [Fact]
    [AccessCase(32)]
    public async Task A_deep_body_is_refused()
    {
        var server = shared.Server;
        var alice = await shared.NewUserAsync();
        var deep = $$"""{"preferences":{{string.Concat(Enumerable.Repeat("{\"a\":", 1000))}}1{{new string('}', 1000)}}}""";
        using var content = new StringContent(deep, Encoding.UTF8, "application/json");
        using var response = await alice.Http.PutAsync("/api/auth/me", content, Stop);
        await response.MustBeProblemAsync(400, "malformed_json");
    }

    [Theory]
    [AccessCase(32)]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_body_over_the_cap_is_refused(bool isChunked)
    {
        var server = shared.Server;
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/auth/login")
        {
            Content = new StringContent($$"""{"username":"{{new string('x', 1 << 20)}}"}""", Encoding.UTF8, "application/json"),
        };
        request.Headers.ExpectContinue = !isChunked;
        request.Headers.TransferEncodingChunked = isChunked;
        using var response = await server.Http.SendAsync(request, Stop);
        await response.MustBeProblemAsync(413, "payload_too_large");
    }

    [Fact]
    public async Task Our_own_fault_is_a_500_that_tells_nothing_about_it()
    {
        await using var server = await TestServer.StartAsync(options =>
        {
            options.Settings["CodeCrafter:Logs:ConsoleLevel"] = "Fatal";
            options.Services = services => services.AddSingleton<IStartupFilter>(new FaultyRoute());
        });
        using var response = await server.Http.GetAsync("/api/fault", Stop);
        var problem = await response.MustBeProblemAsync(500, "internal_error");
        Assert.Equal("The server failed; its log has the trace id.", problem.Detail);
        Assert.DoesNotContain("secret", await response.Content.ReadAsStringAsync(Stop), StringComparison.Ordinal);
    }

    private sealed class FaultyRoute : IStartupFilter
    {
        public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
        {
            next(app);
            // Behind the server's own middleware.
            app.Use((HttpContext context, RequestDelegate rest) => context.Request.Path == "/api/fault"
                ? throw new InvalidOperationException("secret details")
                : rest(context));
        };
    }
}
