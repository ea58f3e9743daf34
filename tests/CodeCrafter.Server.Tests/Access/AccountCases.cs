using System.Diagnostics.Metrics;
using System.Net.Http.Json;
using CodeCrafter.Server.Auth;
using CodeCrafter.Server.Platform;
using CodeCrafter.Server.Tests.Fixture;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace CodeCrafter.Server.Tests.Access;

/// <summary>Accounts whose rights end, and pages and texts that come from elsewhere.</summary>
public sealed class AccountCases
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    [AccessCase(8)]
    public async Task After_a_logout_no_socket_and_no_hub_opens()
    {
        await using var server = await TestServer.StartAsync();
        var alice = await server.RegisterAsync("alice");
        var session = await alice.CreateSessionAsync();
        using var logout = await alice.Http.PostAsync("/api/auth/logout", null, Stop);
        await logout.MustBeAsync(204);
        await using var socket = await RawSocket.OpenAsync(alice, session.Id);
        Assert.Equal(401, socket.Status);
        await Assert.ThrowsAnyAsync<HttpRequestException>(alice.ConnectHubAsync);
    }

    [Theory]
    [AccessCase(10)]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_a_disabled_or_deleted_account_has_open_is_closed(bool isDisabled)
    {
        await using var first = await TestServer.StartAsync();
        await first.RegisterAsync("admin");
        await using var server = await first.RestartAsync(options =>
        {
            options.Settings["CodeCrafter:Auth:Admins"] = "admin";
            options.Settings["CodeCrafter:Auth:ConnectionCheckSeconds"] = "1";
        });
        var (admin, alice) = (await server.LoginAsync("admin"), await server.RegisterAsync("alice"));
        var session = await alice.CreateSessionAsync();
        await using var socket = await RawSocket.OpenAsync(alice, session.Id);
        await using var hub = await alice.ConnectHubAsync();
        var ended = new TaskCompletionSource();
        hub.Connection.Closed += _ => Task.FromResult(ended.TrySetResult());

        if (isDisabled)
        {
            using var own = await admin.Http.PutAsJsonAsync($"/api/admin/users/{admin.Id}", new { disabled = true }, Stop);
            await own.MustBeProblemAsync(409, "own_account");
            using var disabled = await admin.Http.PutAsJsonAsync("/api/admin/users/@alice", new { disabled = true }, Stop);
            await disabled.MustBeAsync(200);
        }
        else
        {
            await using var scope = server.Services.CreateAsyncScope();
            var users = scope.ServiceProvider.GetRequiredService<UserManager<User>>();
            Assert.True((await users.DeleteAsync((await users.FindByNameAsync("alice"))!)).Succeeded);
        }

        Assert.Equal((4401, "login_ended"), await socket.UntilClosedAsync());
        await ended.Task.WaitAsync(TimeSpan.FromSeconds(60), Stop);
        using var me = await alice.Http.GetAsync("/api/auth/me", Stop);
        await me.MustBeProblemAsync(401, "login_ended");
        using var login = await server.Http.PostAsJsonAsync("/api/auth/login", new { username = "alice", password = TestUser.DefaultPassword }, Stop);
        await login.MustBeProblemAsync(401, "invalid_credentials");
        if (isDisabled)
        {
            using var enabled = await admin.Http.PutAsJsonAsync($"/api/admin/users/{alice.Id}", new { disabled = false }, Stop);
            await enabled.MustBeAsync(200);
            await server.LoginAsync("alice");
        }
    }

    [Theory]
    [AccessCase(11)]
    [InlineData("alice", "new@example.org")]
    [InlineData("new", "alice@example.org")]
    [InlineData("new", "new@example.org")]
    public async Task A_registration_costs_one_hash_whether_the_name_is_taken_or_not(string username, string email)
    {
        await using var server = await TestServer.StartAsync();
        await server.RegisterAsync("alice");
        // Counted, since times prove nothing on a busy machine.
        var hashes = 0L;
        var meter = server.Services.GetRequiredService<CodeCrafterMetrics>().Meter;
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Meter == meter && instrument.Name == "codecrafter.auth.password_hashes")
                {
                    listener.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<long>((_, count, _, _) => Interlocked.Add(ref hashes, count));
        listener.Start();
        using var response = await server.Http.PostAsJsonAsync("/api/auth/register", new { username, email, password = "correct horse" }, Stop);
        Assert.Equal(1, hashes);
    }

    [Fact]
    [AccessCase(23)]
    public async Task A_client_whose_token_expired_comes_back_with_the_next()
    {
        var time = new FakeTimeProvider(new DateTimeOffset(2030, 1, 1, 12, 0, 0, TimeSpan.Zero));
        await using var server = await TestServer.StartAsync(options => options.Time = time);
        var alice = await server.RegisterAsync("alice");
        var session = await alice.CreateSessionAsync();
        await using var socket = await RawSocket.OpenAsync(alice, session.Id);
        time.Advance(TimeSpan.FromMinutes(15));
        Assert.Equal((4401, "token_expired"), await socket.UntilClosedAsync());
        await using var late = await RawSocket.OpenAsync(alice, session.Id);
        Assert.Equal(401, late.Status);

        using var response = await server.Http.PostAsJsonAsync("/api/auth/refresh", new { refreshToken = alice.Tokens.RefreshToken }, Stop);
        var refreshed = new TestUser(server, await response.ReadAsync<TokensDto>());
        await using var again = await RawSocket.OpenAsync(refreshed, session.Id);
        Assert.Equal(101, again.Status);
    }

    [Theory]
    [AccessCase(27)]
    [InlineData("https://app.example.org", true)]
    [InlineData("https://app.example.org.evil.example", false)]
    [InlineData("https://evil-app.example.org", false)]
    [InlineData("http://app.example.org", false)]
    [InlineData("https://app.example.org:8443", false)]
    [InlineData("null", false)]
    public async Task A_configured_origin_is_allowed_exactly_and_never_with_cookies(string origin, bool isAllowed)
    {
        await using var server = await TestServer.StartAsync(options => options.Settings["CodeCrafter:AllowedOrigins"] = "https://app.example.org");
        var alice = await server.RegisterAsync("alice");
        using var preflight = new HttpRequestMessage(HttpMethod.Options, "/api/sessions/list")
        {
            Headers = { { "Origin", origin }, { "Access-Control-Request-Method", "GET" }, { "Access-Control-Request-Headers", "authorization" } },
        };
        using var asked = await server.Http.SendAsync(preflight, Stop);
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/sessions/list") { Headers = { { "Origin", origin } } };
        using var answered = await alice.Http.SendAsync(request, Stop);
        foreach (var response in new[] { asked, answered })
        {
            Assert.Equal(
                isAllowed ? [origin] : [],
                response.Headers.TryGetValues("Access-Control-Allow-Origin", out var values) ? values : []);
            Assert.False(response.Headers.Contains("Access-Control-Allow-Credentials"));
        }

        var session = await alice.CreateSessionAsync();
        await using var socket = await RawSocket.OpenAsync(alice, session.Id, origin);
        Assert.Equal(isAllowed ? 101 : 403, socket.Status);
        // The cookie is for our own page alone.
        using var refresh = new HttpRequestMessage(HttpMethod.Post, "/api/auth/refresh")
        {
            Headers = { { "Origin", origin }, { "Cookie", $"codecrafter_refresh={alice.Tokens.RefreshToken}" } },
        };
        using var refused = await server.Http.SendAsync(refresh, Stop);
        await refused.MustBeProblemAsync(403, "foreign_origin");
    }

    [Theory]
    [AccessCase(27)]
    [InlineData("*")]
    [InlineData("example.org")]
    [InlineData("https://example.org/path")]
    public async Task What_is_no_origin_is_refused_at_start(string setting)
    {
        var exception = await Assert.ThrowsAnyAsync<Exception>(() =>
            TestServer.StartAsync(options => options.Settings["CodeCrafter:AllowedOrigins"] = setting));
        Assert.Contains("AllowedOrigins", exception.ToString(), StringComparison.Ordinal);
    }

    public static TheoryData<string> Hostile =>
    [
        "'; DROP TABLE users; --", "\" OR \"\"=\"", "' OR '1'='1", "{\"$ne\":null}", "$where: sleep(1000)", "%_%\\", "*)(uid=*", "{{7*7}}${7*7}", "../../etc/passwd", "\u202e\u200b\ufeff",
    ];

    [Theory]
    [AccessCase(30)]
    [MemberData(nameof(Hostile))]
    public async Task Operators_and_quotes_are_text_in_every_field(string text)
    {
        await using var server = await TestServer.StartAsync();
        var (alice, bob) = (await server.RegisterAsync("alice"), await server.RegisterAsync("bob"));
        await bob.CreateSessionAsync();

        // Fields that take any text give it back as it is.
        var session = await alice.CreateSessionAsync(new { title = text, description = text, language = "python", files = new[] { new { path = "main.py", content = text } } });
        Assert.Equal((text.Trim(), text.Trim(), text), (session.Title, session.Description, session.Content));
        using var named = await alice.Http.PutAsJsonAsync("/api/auth/me", new { firstName = text, preferences = new Dictionary<string, string> { [text] = text } }, Stop);
        var user = (await named.ReadAsync<MeDto>()).User;
        Assert.Equal((text.Trim(), text), (user.FirstName, user.Preferences.GetProperty(text).GetString()));
        await using var hub = await alice.ConnectHubAsync();
        await hub.JoinAsync(session.Id);
        await hub.InvokeAsync("SendMessage", session.Id, text);
        Assert.Equal(text, (await hub.NextAsync("MessageReceived")).GetProperty("text").GetString());
        using var found = await alice.Http.GetAsync($"/api/sessions/list?q={Uri.EscapeDataString(text)}", Stop);
        Assert.Equal([session.Id], (await found.ReadAsync<SessionListDto>()).Sessions.Select(one => one.Id));

        // Fields that name something find nothing by it, and are no way in.
        foreach (var body in new object[] { new { username = text, password = text }, new { email = text, password = text }, new { username = "alice", password = text } })
        {
            using var login = await server.Http.PostAsJsonAsync("/api/auth/login", body, Stop);
            await login.MustBeProblemAsync(401, "invalid_credentials");
        }

        foreach (var (method, path, body) in new (HttpMethod, string, object?)[]
        {
            (HttpMethod.Post, "/api/auth/register", new { username = text, email = text, password = "correct horse" }),
            (HttpMethod.Post, "/api/auth/refresh", new { refreshToken = text }),
            (HttpMethod.Get, $"/api/sessions/list?language={Uri.EscapeDataString(text)}", null),
            (HttpMethod.Get, $"/api/sessions/list?scope={Uri.EscapeDataString(text)}", null),
            (HttpMethod.Get, $"/api/sessions/{Uri.EscapeDataString(text)}", null),
            (HttpMethod.Post, $"/api/sessions/{session.Id}/join", new { invite = text }),
            (HttpMethod.Put, $"/api/sessions/{session.Id}/participants/@{Uri.EscapeDataString(text)}", new { role = "viewer" }),
            (HttpMethod.Put, $"/api/sessions/{session.Id}/participants/{bob.Id}", new { role = text }),
            (HttpMethod.Post, "/api/execute", new { language = text, code = text }),
        })
        {
            using var request = new HttpRequestMessage(method, path) { Content = body is null ? null : JsonContent.Create(body) };
            using var response = await (path.EndsWith("join", StringComparison.Ordinal) ? bob : alice).Http.SendAsync(request, Stop);
            Assert.InRange((int)response.StatusCode, 400, 404);
        }

        await server.LoginAsync("alice");
    }
}
