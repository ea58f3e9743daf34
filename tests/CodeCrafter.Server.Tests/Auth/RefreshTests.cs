using System.Net.Http.Json;
using CodeCrafter.Server.Auth;
using CodeCrafter.Server.Tests.Fixture;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace CodeCrafter.Server.Tests.Auth;

public sealed class RefreshTests
{
    private static readonly DateTimeOffset _start = new(2030, 1, 1, 12, 0, 0, TimeSpan.Zero);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_refresh_token_works_once_and_brings_the_next()
    {
        await using var server = await TestServer.StartAsync();
        var alice = await server.RegisterAsync("alice");
        var second = await RefreshAsync(server, alice.Tokens.RefreshToken);
        Assert.NotEqual(alice.Tokens.RefreshToken, second.RefreshToken);
        Assert.NotEqual(alice.AccessToken, second.AccessToken);
        Assert.Equal(alice.Id, second.User.Id);
        await RefreshAsync(server, second.RefreshToken);
    }

    [Fact]
    [AccessCase(5)]
    public async Task An_old_refresh_token_ends_the_login_with_the_newest_token_in_it()
    {
        await using var server = await TestServer.StartAsync();
        var alice = await server.RegisterAsync("alice");
        var elsewhere = await server.LoginAsync("alice");
        var second = await RefreshAsync(server, alice.Tokens.RefreshToken);
        await MustBeRefusedAsync(server, alice.Tokens.RefreshToken, "refresh_token_reused");
        await MustBeRefusedAsync(server, second.RefreshToken, "invalid_refresh_token");
        await MustBeCutOffAsync(new TestUser(server, second));
        // Another login of the same user is none of it.
        await RefreshAsync(server, elsewhere.Tokens.RefreshToken);
    }

    [Fact]
    [AccessCase(5)]
    public async Task A_token_from_long_ago_ends_the_login_too()
    {
        await using var server = await TestServer.StartAsync();
        var alice = await server.RegisterAsync("alice");
        var newest = alice.Tokens;
        for (var i = 0; i < 4; i++)
        {
            newest = await RefreshAsync(server, newest.RefreshToken);
        }

        await MustBeRefusedAsync(server, alice.Tokens.RefreshToken, "refresh_token_reused");
        await MustBeRefusedAsync(server, newest.RefreshToken, "invalid_refresh_token");
    }

    [Fact]
    public async Task A_made_up_token_ends_nothing()
    {
        await using var server = await TestServer.StartAsync();
        var alice = await server.RegisterAsync("alice");
        foreach (var token in new[] { "x", new string('A', 64), new string('A', 200), "' OR 1=1", alice.Id.ToString() })
        {
            await MustBeRefusedAsync(server, token, "invalid_refresh_token");
        }

        await RefreshAsync(server, alice.Tokens.RefreshToken);
    }

    [Fact]
    [AccessCase(6)]
    public async Task Of_ten_refreshes_at_once_one_wins()
    {
        await using var server = await TestServer.StartAsync();
        var alice = await server.RegisterAsync("alice");
        var answers = await Task.WhenAll(Enumerable.Range(0, 10).Select(async _ =>
        {
            using var response = await server.Http.PostAsJsonAsync("/api/auth/refresh", new { refreshToken = alice.Tokens.RefreshToken }, Stop);
            return (int)response.StatusCode;
        }));
        Assert.Single(answers, 200);
        // A request that only arrives after the winner was answered is an old token again: 401, and the login ends.
        Assert.All(answers, status => Assert.Contains(status, new[] { 200, 409, 401 }));
    }

    [Fact]
    [AccessCase(6)]
    public async Task Who_refreshes_at_the_same_time_as_the_winner_ends_nothing()
    {
        // The winner is held in the middle of storing its token until the others wait too.
        var store = new HeldLoginStore();
        await using var server = await TestServer.StartAsync(options => options.Services = services =>
        {
            var real = services.Single(service => service.ServiceType == typeof(ILoginStore));
            services.AddSingleton(real.ImplementationType!);
            services.AddSingleton<ILoginStore>(provider => store.Over((ILoginStore)provider.GetRequiredService(real.ImplementationType!)));
        });
        var alice = await server.RegisterAsync("alice");
        var winner = RefreshAsync(server, alice.Tokens.RefreshToken);
        await store.Rotating.Task.WaitAsync(Stop);
        var logins = server.Services.GetRequiredService<Logins>();
        await using var scope = server.Services.CreateAsyncScope();
        var users = scope.ServiceProvider.GetRequiredService<Microsoft.AspNetCore.Identity.UserManager<User>>();
        // Called directly, so that they are known to have arrived before the winner goes on.
        var others = Enumerable.Range(0, 5).Select(_ => logins.RefreshAsync(alice.Tokens.RefreshToken, false, "here", users, Stop)).ToArray();
        store.GoOn.SetResult();

        foreach (var other in others)
        {
            Assert.Equal(RefreshOutcome.Superseded, (await other).Outcome);
        }

        await RefreshAsync(server, (await winner).RefreshToken);
    }

    [Fact]
    [AccessCase(6)]
    public async Task Two_tabs_with_one_cookie_do_not_end_their_login()
    {
        var time = new FakeTimeProvider(_start);
        await using var server = await TestServer.StartAsync(options => options.Time = time);
        var alice = await server.RegisterAsync("alice");
        var cookie = $"codecrafter_refresh={alice.Tokens.RefreshToken}";
        using var first = await RefreshByCookieAsync(server, cookie);
        var second = await first.ReadAsync<TokensDto>();
        time.Advance(TimeSpan.FromSeconds(9));
        using var late = await RefreshByCookieAsync(server, cookie);
        await late.MustBeProblemAsync(409, "refresh_superseded");
        Assert.False(late.Headers.Contains("Set-Cookie"));

        using var newest = await RefreshByCookieAsync(server, $"codecrafter_refresh={second.RefreshToken}");
        await newest.MustBeAsync(200);

        time.Advance(TimeSpan.FromSeconds(11));
        using var old = await RefreshByCookieAsync(server, $"codecrafter_refresh={second.RefreshToken}");
        await old.MustBeProblemAsync(401, "refresh_token_reused");
        var deleted = old.Headers.GetValues("Set-Cookie").ToList();
        Assert.Equal(2, deleted.Count);
        Assert.All(deleted, each => Assert.Contains("expires=Thu, 01 Jan 1970", each, StringComparison.Ordinal));
    }

    [Fact]
    [AccessCase(7)]
    public async Task A_login_ends_after_seven_days_however_often_it_is_refreshed()
    {
        var time = new FakeTimeProvider(_start);
        await using var server = await TestServer.StartAsync(options => options.Time = time);
        var tokens = (await server.RegisterAsync("alice")).Tokens;
        for (var day = 0; day < 6; day++)
        {
            time.Advance(TimeSpan.FromDays(1));
            tokens = await RefreshAsync(server, tokens.RefreshToken);
        }

        time.Advance(TimeSpan.FromDays(1) - TimeSpan.FromSeconds(1));
        tokens = await RefreshAsync(server, tokens.RefreshToken);
        time.Advance(TimeSpan.FromSeconds(1));
        await MustBeRefusedAsync(server, tokens.RefreshToken, "invalid_refresh_token");
        await MustBeCutOffAsync(new TestUser(server, tokens));
    }

    [Fact]
    public async Task The_cookie_is_kept_from_scripts_and_other_paths_and_carries_a_page_over_a_reload()
    {
        await using var server = await TestServer.StartAsync();
        using var browser = server.CreateHttp(cookies: true);
        using var registered = await browser.PostAsJsonAsync("/api/auth/register", new { username = "alice", email = "a@example.org", password = "correct horse" }, Stop);
        await registered.MustBeAsync(201);
        var cookie = Assert.Single(registered.Headers.GetValues("Set-Cookie"), each => each.StartsWith("codecrafter_refresh=", StringComparison.Ordinal)).ToLowerInvariant();
        Assert.Contains("httponly", cookie, StringComparison.Ordinal);
        Assert.Contains("samesite=strict", cookie, StringComparison.Ordinal);
        Assert.Contains("path=/api/auth", cookie, StringComparison.Ordinal);
        Assert.DoesNotContain("secure", cookie, StringComparison.Ordinal);

        for (var reload = 0; reload < 3; reload++)
        {
            using var refreshed = await browser.PostAsync("/api/auth/refresh", null, Stop);
            await refreshed.MustBeAsync(200);
        }

        using var logout = await browser.PostAsync("/api/auth/logout", null, Stop);
        await logout.MustBeAsync(204);
        using var after = await browser.PostAsync("/api/auth/refresh", null, Stop);
        await after.MustBeProblemAsync(401, "no_refresh_token");
    }

    [Fact]
    public async Task What_scripts_can_see_of_a_login_is_that_there_is_one()
    {
        await using var server = await TestServer.StartAsync();
        using var browser = server.CreateHttp(cookies: true);
        using var registered = await browser.PostAsJsonAsync("/api/auth/register", new { username = "alice", email = "a@example.org", password = "correct horse" }, Stop);
        var made = Assert.Single(VisibleCookies(registered));
        Assert.StartsWith("codecrafter_signed_in=1; expires=", made, StringComparison.Ordinal);
        Assert.Contains("; path=/; samesite=strict", made, StringComparison.Ordinal);

        using var logout = await browser.PostAsync("/api/auth/logout", null, Stop);
        Assert.StartsWith("codecrafter_signed_in=; expires=Thu, 01 Jan 1970", Assert.Single(VisibleCookies(logout)), StringComparison.Ordinal);
    }

    private static IEnumerable<string> VisibleCookies(HttpResponseMessage response) =>
        response.Headers.GetValues("Set-Cookie").Where(cookie => !cookie.Contains("httponly", StringComparison.OrdinalIgnoreCase));

    [Theory]
    [AccessCase(27)]
    [InlineData("Sec-Fetch-Site", "cross-site", 403)]
    [InlineData("Sec-Fetch-Site", "same-site", 403)]
    [InlineData("Sec-Fetch-Site", "same-origin", 200)]
    [InlineData("Origin", "http://evil.example", 403)]
    [InlineData("Origin", "null", 403)]
    [InlineData("Origin", "http://127.0.0.1:1", 403)]
    public async Task The_cookie_counts_only_for_our_own_page(string header, string value, int status)
    {
        await using var server = await TestServer.StartAsync();
        var alice = await server.RegisterAsync("alice");
        foreach (var path in new[] { "/api/auth/logout", "/api/auth/refresh" })
        {
            if (status == 200 && path.EndsWith("logout", StringComparison.Ordinal))
            {
                continue;
            }

            using var request = new HttpRequestMessage(HttpMethod.Post, path);
            request.Headers.Add("Cookie", $"codecrafter_refresh={alice.Tokens.RefreshToken}");
            request.Headers.Add(header, value);
            using var response = await server.Http.SendAsync(request, Stop);
            await response.MustBeAsync(status);
            if (status == 403)
            {
                await response.MustBeProblemAsync(403, "foreign_origin");
            }
        }
    }

    [Fact]
    public async Task The_cookie_counts_for_the_origin_of_the_server_where_browsers_send_nothing_else()
    {
        await using var server = await TestServer.StartAsync();
        var alice = await server.RegisterAsync("alice");
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/auth/refresh");
        request.Headers.Add("Cookie", $"codecrafter_refresh={alice.Tokens.RefreshToken}");
        request.Headers.Add("Origin", server.Url.GetLeftPart(UriPartial.Authority));
        using var response = await server.Http.SendAsync(request, Stop);
        await response.MustBeAsync(200);
    }

    private static async Task<TokensDto> RefreshAsync(TestServer server, string token)
    {
        using var response = await server.Http.PostAsJsonAsync("/api/auth/refresh", new { refreshToken = token }, Stop);
        return await response.ReadAsync<TokensDto>();
    }

    private static async Task<HttpResponseMessage> RefreshByCookieAsync(TestServer server, string cookie)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/auth/refresh") { Headers = { { "Cookie", cookie } } };
        return await server.Http.SendAsync(request, Stop);
    }

    private static async Task MustBeRefusedAsync(TestServer server, string token, string code)
    {
        using var response = await server.Http.PostAsJsonAsync("/api/auth/refresh", new { refreshToken = token }, Stop);
        await response.MustBeProblemAsync(401, code);
    }

    private static async Task MustBeCutOffAsync(TestUser user)
    {
        using var response = await user.Http.GetAsync("/api/auth/me", Stop);
        await response.MustBeAsync(401);
    }

    /// <summary>The real store, but the first rotation waits for the test.</summary>
    private sealed class HeldLoginStore : ILoginStore
    {
        private ILoginStore _store = null!;

        public TaskCompletionSource Rotating { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource GoOn { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public ILoginStore Over(ILoginStore store)
        {
            _store = store;
            return this;
        }

        public async Task<bool> RotateAsync(Guid id, byte[] oldHash, byte[] newHash, DateTimeOffset now, CancellationToken cancellationToken)
        {
            Rotating.TrySetResult();
            await GoOn.Task.WaitAsync(cancellationToken);
            return await _store.RotateAsync(id, oldHash, newHash, now, cancellationToken);
        }

        public Task AddAsync(Login login, DateTimeOffset now, CancellationToken cancellationToken) => _store.AddAsync(login, now, cancellationToken);

        public Task<Login?> FindAsync(byte[] selector, CancellationToken cancellationToken) => _store.FindAsync(selector, cancellationToken);

        public Task RevokeAsync(Guid id, DateTimeOffset now, CancellationToken cancellationToken) => _store.RevokeAsync(id, now, cancellationToken);

        public Task SetSecurityStampAsync(Guid id, string securityStamp, CancellationToken cancellationToken) =>
            _store.SetSecurityStampAsync(id, securityStamp, cancellationToken);

        public Task<bool> IsActiveAsync(Guid id, Guid userId, DateTimeOffset now, CancellationToken cancellationToken) =>
            _store.IsActiveAsync(id, userId, now, cancellationToken);
    }
}
