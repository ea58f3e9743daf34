using System.Net.Http.Json;
using System.Text.Json;
using CodeCrafter.Server.Auth;
using CodeCrafter.Server.Auth.SecurityEvents;
using CodeCrafter.Server.Tests.Fixture;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace CodeCrafter.Server.Tests.Auth;

public sealed class SecurityEventTests
{
    private static readonly DateTimeOffset _start = new(2030, 1, 1, 12, 0, 0, TimeSpan.Zero);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Administrators_read_what_happened_to_accounts()
    {
        await using var world = await AdminAsync();
        var (server, admin) = world;
        var alice = await server.RegisterAsync("alice");
        await FailAsync(server, "alice", "wrong password");
        await FailAsync(server, "secret that was typed into the wrong field", "x");
        var second = await server.LoginAsync("alice");
        using var wrong = await second.Http.PostAsJsonAsync("/api/auth/change-password", new { currentPassword = "no", newPassword = "another horse" }, Stop);
        await wrong.MustBeAsync(400);
        using var changed = await second.Http.PostAsJsonAsync("/api/auth/change-password", new { currentPassword = TestUser.DefaultPassword, newPassword = "another horse" }, Stop);
        await changed.MustBeAsync(204);
        using var refreshed = await server.Http.PostAsJsonAsync("/api/auth/refresh", new { refreshToken = second.Tokens.RefreshToken }, Stop);
        await refreshed.MustBeAsync(200);
        using var reused = await server.Http.PostAsJsonAsync("/api/auth/refresh", new { refreshToken = second.Tokens.RefreshToken }, Stop);
        await reused.MustBeAsync(401);
        var third = await server.LoginAsync("alice", "another horse");
        using var logout = await third.Http.PostAsJsonAsync("/api/auth/logout", new { refreshToken = third.Tokens.RefreshToken }, Stop);
        await logout.MustBeAsync(204);

        var events = await ListAsync(admin, $"?userId={alice.Id}");

        Assert.Equal(
            ["loggedOut", "loginSucceeded", "refreshTokenReused", "passwordChanged", "passwordChangeFailed", "loginSucceeded", "loginFailed", "accountCreated"],
            events.Select(entry => entry.GetProperty("type").GetString()));
        Assert.All(events, entry => Assert.Equal(
            ("alice", "127.0.0.1"), (entry.GetProperty("user").GetProperty("username").GetString(), entry.GetProperty("address").GetString())));
        // The failure for a name that nobody has is there too, without the name.
        Assert.Equal(2, (await ListAsync(admin, "?type=loginFailed")).Count);
        var all = await admin.Http.GetStringAsync("/api/admin/security-events?limit=200", Stop);
        foreach (var secret in new[] { "secret that was typed", TestUser.DefaultPassword, "another horse", third.AccessToken, third.Tokens.RefreshToken, second.Tokens.RefreshToken })
        {
            Assert.DoesNotContain(secret, all, StringComparison.OrdinalIgnoreCase);
        }

        Assert.Equal("administratorMade", Assert.Single(await ListAsync(admin, $"?userId={admin.Id}&type=administratorMade")).GetProperty("type").GetString());
    }

    [Fact]
    public async Task Roles_given_and_taken_are_in_the_log_with_who_did_it()
    {
        await using var world = await AdminAsync();
        var (server, admin) = world;
        var (alice, bob) = (await server.RegisterAsync("alice"), await server.RegisterAsync("bob"));
        var session = await alice.CreateSessionAsync();
        await alice.PutParticipantAsync(session.Id, bob, "viewer");
        await alice.PutParticipantAsync(session.Id, bob, "admin");
        using var removed = await alice.Http.DeleteAsync($"/api/sessions/{session.Id}/participants/{bob.Id}", Stop);
        await removed.MustBeAsync(204);
        using var refused = await bob.Http.DeleteAsync($"/api/sessions/{session.Id}", Stop);
        await refused.MustBeAsync(404);
        using var deleted = await alice.Http.DeleteAsync($"/api/sessions/{session.Id}", Stop);
        await deleted.MustBeAsync(204);
        using var disabled = await admin.Http.PutAsJsonAsync("/api/admin/users/@bob", new { disabled = true }, Stop);
        await disabled.MustBeAsync(200);

        await UntilAsync(async () => (await ListAsync(admin, $"?sessionId={session.Id}")).Count == 4);
        Assert.Equal(
            ["sessionDeleted alice  ", "participantRemoved bob alice ", "roleChanged bob alice admin", "participantAdded bob alice viewer"],
            (await ListAsync(admin, $"?sessionId={session.Id}")).Select(Describe));
        Assert.Equal("accountDisabled bob admin ", Describe((await ListAsync(admin, $"?userId={bob.Id}"))[0]));
    }

    [Fact]
    public async Task Ways_into_a_session_and_its_handing_over_are_in_the_log()
    {
        await using var world = await AdminAsync();
        var (server, admin) = world;
        var (alice, bob) = (await server.RegisterAsync("alice"), await server.RegisterAsync("bob"));
        var session = await alice.CreateSessionAsync();
        var path = $"/api/sessions/{session.Id}";
        var created = await SendAsync(alice, HttpMethod.Post, path + "/invitations", new { role = "viewer" }, 201);
        await SendAsync(bob, HttpMethod.Post, path + "/join", new { invite = created!.Value.GetProperty("token").GetString() }, 200);
        var invitation = created.Value.GetProperty("invitation").GetProperty("id").GetString();
        await SendAsync(alice, HttpMethod.Delete, $"{path}/invitations/{invitation}", null, 204);
        await SendAsync(alice, HttpMethod.Post, path + "/invite", null, 200);
        await SendAsync(alice, HttpMethod.Post, path + "/public-link", null, 200);
        await SendAsync(alice, HttpMethod.Delete, path + "/public-link", null, 204);
        await SendAsync(alice, HttpMethod.Put, path, new { isPublic = true }, 200);
        await SendAsync(alice, HttpMethod.Put, path, new { title = "Still public" }, 200);
        await SendAsync(alice, HttpMethod.Post, path + "/transfer", new { userId = "@bob" }, 200);

        await UntilAsync(async () => (await ListAsync(admin, $"?sessionId={session.Id}")).Count == 11);
        Assert.Equal(
            [
                "invitationMade alice  viewer", "participantAdded bob  viewer", "invitationUsed bob  ", "invitationRevoked alice  ", "inviteRenewed alice  ",
                "publicLinkMade alice  ", "publicLinkRevoked alice  ", "visibilityChanged alice  public",
                "roleChanged alice  admin", "roleChanged bob alice owner", "ownershipTransferred bob alice ",
            ],
            (await ListAsync(admin, $"?sessionId={session.Id}")).Select(Describe).Reverse());
    }

    private static async Task<JsonElement?> SendAsync(TestUser user, HttpMethod method, string path, object? body, int status)
    {
        using var request = new HttpRequestMessage(method, path) { Content = body is null ? null : JsonContent.Create(body) };
        using var response = await user.Http.SendAsync(request, Stop);
        await response.MustBeAsync(status);
        return status == 204 ? null : await response.Content.ReadFromJsonAsync<JsonElement>(Stop);
    }

    [Fact]
    public async Task The_log_comes_in_pages_and_by_time_and_address()
    {
        var time = new FakeTimeProvider(_start);
        await using var world = await AdminAsync(options => options.Time = time);
        var (server, admin) = world;
        time.Advance(TimeSpan.FromMinutes(1));
        for (var i = 0; i < 5; i++)
        {
            await FailAsync(server, "admin", "wrong password");
        }

        var (first, second) = (await ListAsync(admin, "?type=loginFailed&limit=3"), await ListAsync(admin, "?type=loginFailed&limit=3&page=2"));
        Assert.Equal((3, 2), (first.Count, second.Count));
        Assert.Equal(5, first.Concat(second).Select(entry => entry.GetProperty("id").GetGuid()).Distinct().Count());
        var (before, after) = (Uri.EscapeDataString($"{_start:O}"), Uri.EscapeDataString($"{time.GetUtcNow():O}"));
        Assert.Equal(5, (await ListAsync(admin, $"?from={after}")).Count);
        Assert.Empty(await ListAsync(admin, $"?type=loginFailed&from={before}&to={after}"));
        Assert.Equal(5, (await ListAsync(admin, "?type=loginFailed&address=127.0.0.1")).Count);
        Assert.Empty(await ListAsync(admin, "?address=203.0.113.1"));
        foreach (var bad in new[] { "?type=nothing", "?type=1", "?page=0", "?limit=1000", "?userId=x" })
        {
            using var response = await admin.Http.GetAsync($"/api/admin/security-events{bad}", Stop);
            await response.MustBeAsync(400);
        }
    }

    [Fact]
    public async Task A_lockout_and_a_throttled_guesser_are_in_the_log_once()
    {
        await using var world = await AdminAsync(options =>
        {
            options.Settings["RATE_LIMITS"] = "on";
            options.Settings["CodeCrafter:Auth:FailuresPerNameAndAddress"] = "6";
            options.Settings["CodeCrafter:Auth:FailuresPerAccount"] = "4";
        });
        var (server, admin) = world;
        await server.RegisterAsync("alice");
        for (var i = 0; i < 8; i++)
        {
            using var response = await server.Http.PostAsJsonAsync("/api/auth/login", new { username = "alice", password = "wrong" }, Stop);
            Assert.Equal(i < 6 ? 401 : 429, (int)response.StatusCode);
        }

        Assert.Equal(6, (await ListAsync(admin, "?type=loginFailed")).Count);
        Assert.Single(await ListAsync(admin, "?type=loginThrottled"));
        Assert.Single(await ListAsync(admin, "?type=accountLocked"));
    }

    [Fact]
    public async Task An_event_is_kept_for_ninety_days()
    {
        var time = new FakeTimeProvider(_start);
        await using var world = await AdminAsync(options => options.Time = time);
        var (server, _) = world;
        var store = server.Services.GetRequiredService<ISecurityEventStore>();
        time.Advance(TimeSpan.FromDays(90) - TimeSpan.FromMinutes(1));
        await UntilAsync(async () => await CountAsync(store) == 3);
        // The job looks every hour.
        time.Advance(TimeSpan.FromHours(1));
        await UntilAsync(async () => await CountAsync(store) == 0);
    }

    [Fact]
    public async Task Failures_beyond_their_number_go_first_and_nothing_else_with_them()
    {
        await using var world = await AdminAsync();
        var (server, _) = world;
        for (var i = 0; i < 5; i++)
        {
            await FailAsync(server, "admin", "wrong password");
        }

        var store = server.Services.GetRequiredService<ISecurityEventStore>();
        Assert.Equal(3, await store.ForgetAsync(DateTimeOffset.UnixEpoch, maxFailures: 2, Stop));
        var (left, _) = await store.ListAsync(new SecurityEventFilter(null, null, null, null, null, null), 0, 100, Stop);
        Assert.Equal(2, left.Count(entry => entry.Type == SecurityEventType.LoginFailed));
        Assert.Equal(3, left.Count(entry => entry.Type != SecurityEventType.LoginFailed));
        Assert.Equal(90, new AuthOptions().SecurityEventDays);
    }

    private static string Describe(JsonElement entry)
    {
        var actor = entry.TryGetProperty("actor", out var by) ? by.GetProperty("username").GetString() : "";
        var detail = entry.TryGetProperty("detail", out var words) ? words.GetString() : "";
        return $"{entry.GetProperty("type").GetString()} {entry.GetProperty("user").GetProperty("username").GetString()} {actor} {detail}";
    }

    private static async Task<int> CountAsync(ISecurityEventStore store) =>
        (await store.ListAsync(new SecurityEventFilter(null, null, null, null, null, null), 0, 1, Stop)).Total;

    // Waits for the job; the time limit of the suite turns a hang into a failure.
    private static async Task UntilAsync(Func<Task<bool>> condition)
    {
        while (!await condition())
        {
            await Task.Delay(20, Stop);
        }
    }

    private static async Task FailAsync(TestServer server, string username, string password)
    {
        using var response = await server.Http.PostAsJsonAsync("/api/auth/login", new { username, password }, Stop);
        await response.MustBeAsync(401);
    }

    private static async Task<IReadOnlyList<JsonElement>> ListAsync(TestUser admin, string query)
    {
        using var response = await admin.Http.GetAsync($"/api/admin/security-events{query}", Stop);
        return [.. (await response.ReadAsync<JsonElement>()).GetProperty("events").EnumerateArray()];
    }

    // Three events: the account, its new role and its login.
    private static async Task<AdminWorld> AdminAsync(Action<TestServerOptions>? configure = null)
    {
        await using var first = await TestServer.StartAsync(configure);
        await first.RegisterAsync("admin");
        var server = await first.RestartAsync(options =>
        {
            configure?.Invoke(options);
            options.Settings["CodeCrafter:Auth:Admins"] = "admin";
        });
        return new AdminWorld(server, await server.LoginAsync("admin"));
    }

    private sealed record AdminWorld(TestServer Server, TestUser Admin) : IAsyncDisposable
    {
        public ValueTask DisposeAsync() => Server.DisposeAsync();
    }
}
