using System.Diagnostics.Metrics;
using System.Net.Http.Json;
using CodeCrafter.Server.Auth;
using CodeCrafter.Server.Platform;
using CodeCrafter.Server.Storage.Sql;
using CodeCrafter.Server.Tests.Fixture;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace CodeCrafter.Server.Tests.Auth;

public sealed class PasswordTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public static TheoryData<string, string> Alike => new()
    {
        { new string('a', 72) + "b", new string('a', 72) + "c" },
        { string.Concat(Enumerable.Repeat("\U0001F600", 64)), string.Concat(Enumerable.Repeat("\U0001F600", 63)) + "\U0001F601" },
        { "password\0one", "password\0two" },
        { new string('x', 1023) + "y", new string('x', 1023) + "z" },
        { "Password", "password" },
    };

    [Theory]
    [AccessCase(25)]
    [MemberData(nameof(Alike), DisableDiscoveryEnumeration = true)]
    public async Task Every_byte_of_a_password_counts(string password, string other)
    {
        await using var server = await TestServer.StartAsync();
        using var registered = await server.Http.PostAsJsonAsync("/api/auth/register", new { username = "alice", email = "a@example.org", password }, Stop);
        await registered.MustBeAsync(201);
        await server.LoginAsync("alice", password);
        using var response = await server.Http.PostAsJsonAsync("/api/auth/login", new { username = "alice", password = other }, Stop);
        await response.MustBeProblemAsync(401, "invalid_credentials");
    }

    [Fact]
    public async Task A_hash_is_bcrypt_of_the_set_cost_and_is_renewed_when_the_cost_is_raised()
    {
        await using var server = await TestServer.StartAsync(options => options.Settings["CodeCrafter:Auth:BcryptCost"] = "11");
        await server.RegisterAsync("alice");
        Assert.StartsWith("$2", await HashAsync(server), StringComparison.Ordinal);
        Assert.Contains("$11$", await HashAsync(server), StringComparison.Ordinal);
        await using var again = await server.RestartAsync(options => options.Settings["CodeCrafter:Auth:BcryptCost"] = "12");
        var user = await again.LoginAsync("alice");
        Assert.Contains("$12$", await HashAsync(again), StringComparison.Ordinal);
        using var me = await user.Http.GetAsync("/api/auth/me", Stop);
        await me.MustBeAsync(200);
        await again.LoginAsync("alice");
    }

    [Fact]
    public async Task The_cost_cannot_be_set_below_ten()
    {
        var exception = await Assert.ThrowsAnyAsync<Exception>(() =>
            TestServer.StartAsync(options =>
            {
                options.Settings["CodeCrafter:Auth:BcryptCost"] = "9";
                options.Settings["CodeCrafter:Logs:ConsoleLevel"] = "Fatal";
            }));
        Assert.Contains("BcryptCost", exception.ToString(), StringComparison.Ordinal);
        Assert.Equal(12, new AuthOptions().BcryptCost);
    }

    [Fact]
    [AccessCase(11)]
    public async Task A_failed_login_looks_the_same_whatever_was_wrong()
    {
        await using var server = await TestServer.StartAsync();
        await server.RegisterAsync("alice");
        var details = new List<string>();
        foreach (var (username, password) in new[] { ("alice", "wrong password"), ("nobody", "wrong password"), ("nobody@example.org", "x"), ("alice@example.org", "x") })
        {
            using var response = await server.Http.PostAsJsonAsync("/api/auth/login", new { username, password }, Stop);
            var problem = await response.MustBeProblemAsync(401, "invalid_credentials");
            Assert.False(response.Headers.Contains("Set-Cookie"));
            details.Add($"{problem.Type} {problem.Title} {problem.Detail}");
        }

        Assert.Single(details.Distinct());
    }

    [Theory]
    [AccessCase(11)]
    [InlineData("alice")]
    [InlineData("nobody")]
    [InlineData("nobody@example.org")]
    public async Task A_failed_login_costs_one_hash_with_an_account_or_without(string username)
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
        using var response = await server.Http.PostAsJsonAsync("/api/auth/login", new { username, password = "wrong password" }, Stop);
        await response.MustBeAsync(401);
        Assert.Equal(1, hashes);
    }

    [Fact]
    [AccessCase(9)]
    public async Task A_changed_password_ends_every_other_login_at_once()
    {
        await using var server = await TestServer.StartAsync();
        var here = await server.RegisterAsync("alice");
        var elsewhere = await server.LoginAsync("alice");
        using var wrong = await here.Http.PostAsJsonAsync("/api/auth/change-password", new { currentPassword = "wrong password", newPassword = "another horse" }, Stop);
        await wrong.MustBeProblemAsync(400, "wrong_password");
        using var tooShort = await here.Http.PostAsJsonAsync("/api/auth/change-password", new { currentPassword = TestUser.DefaultPassword, newPassword = "short" }, Stop);
        await tooShort.MustBeProblemAsync(400, "validation_failed");

        using var changed = await here.Http.PostAsJsonAsync("/api/auth/change-password", new { currentPassword = TestUser.DefaultPassword, newPassword = "another horse" }, Stop);
        await changed.MustBeAsync(204);

        using var refused = await elsewhere.Http.GetAsync("/api/auth/me", Stop);
        await refused.MustBeProblemAsync(401, "login_ended");
        using var noRefresh = await server.Http.PostAsJsonAsync("/api/auth/refresh", new { refreshToken = elsewhere.Tokens.RefreshToken }, Stop);
        await noRefresh.MustBeProblemAsync(401, "invalid_refresh_token");
        using var me = await here.Http.GetAsync("/api/auth/me", Stop);
        await me.MustBeAsync(200);
        using var refresh = await server.Http.PostAsJsonAsync("/api/auth/refresh", new { refreshToken = here.Tokens.RefreshToken }, Stop);
        await refresh.MustBeAsync(200);
        using var old = await server.Http.PostAsJsonAsync("/api/auth/login", new { username = "alice", password = TestUser.DefaultPassword }, Stop);
        await old.MustBeAsync(401);
        await server.LoginAsync("alice", "another horse");
    }

    [Fact]
    [AccessCase(8)]
    public async Task After_logout_nothing_of_the_login_works()
    {
        await using var server = await TestServer.StartAsync();
        await server.RegisterAsync("alice");
        foreach (var byRefreshToken in new[] { true, false })
        {
            var login = await server.LoginAsync("alice");
            using var logout = byRefreshToken
                ? await server.Http.PostAsJsonAsync("/api/auth/logout", new { refreshToken = login.Tokens.RefreshToken }, Stop)
                : await login.Http.PostAsync("/api/auth/logout", null, Stop);
            await logout.MustBeAsync(204);
            using var me = await login.Http.GetAsync("/api/auth/me", Stop);
            await me.MustBeProblemAsync(401, "login_ended");
            using var refresh = await server.Http.PostAsJsonAsync("/api/auth/refresh", new { refreshToken = login.Tokens.RefreshToken }, Stop);
            await refresh.MustBeProblemAsync(401, "invalid_refresh_token");
        }

        using var nobody = await server.Http.PostAsync("/api/auth/logout", null, Stop);
        await nobody.MustBeAsync(204);
    }

    [Fact]
    [AccessCase(10)]
    public async Task A_disabled_user_is_cut_off_at_once()
    {
        await using var server = await TestServer.StartAsync();
        var alice = await server.RegisterAsync("alice");
        await ChangeAsync(server, user => user.DisabledAt = DateTimeOffset.UnixEpoch);
        using var me = await alice.Http.GetAsync("/api/auth/me", Stop);
        await me.MustBeProblemAsync(401, "login_ended");
        using var refresh = await server.Http.PostAsJsonAsync("/api/auth/refresh", new { refreshToken = alice.Tokens.RefreshToken }, Stop);
        await refresh.MustBeProblemAsync(401, "invalid_refresh_token");
        using var login = await server.Http.PostAsJsonAsync("/api/auth/login", new { username = "alice", password = TestUser.DefaultPassword }, Stop);
        await login.MustBeProblemAsync(401, "invalid_credentials");
    }

    [Fact]
    [AccessCase(12)]
    public async Task Guessing_is_slowed_for_the_guesser_with_an_account_or_without_and_not_for_the_owner()
    {
        await using var server = await TestServer.StartAsync(options =>
        {
            options.Settings["RATE_LIMITS"] = "on";
            options.Settings["CodeCrafter:Auth:FailuresPerNameAndAddress"] = "3";
            options.Settings["TRUSTED_PROXIES"] = "127.0.0.1,::ffff:127.0.0.1";
        });
        await server.RegisterAsync("alice");
        foreach (var name in new[] { "alice", "nobody" })
        {
            for (var i = 0; i < 3; i++)
            {
                Assert.Equal(401, await LoginFromAsync(server, "203.0.113.1", name, "wrong password"));
            }

            Assert.Equal(429, await LoginFromAsync(server, "203.0.113.1", name.ToUpperInvariant(), TestUser.DefaultPassword));
        }

        Assert.Equal(200, await LoginFromAsync(server, "203.0.113.2", "alice", TestUser.DefaultPassword));
    }

    [Fact]
    [AccessCase(13)]
    public async Task An_address_that_an_untrusted_peer_claims_is_ignored()
    {
        await using var server = await TestServer.StartAsync(options =>
        {
            options.Settings["RATE_LIMITS"] = "on";
            options.Settings["CodeCrafter:Auth:FailuresPerNameAndAddress"] = "3";
        });
        await server.RegisterAsync("alice");
        for (var i = 0; i < 3; i++)
        {
            Assert.Equal(401, await LoginFromAsync(server, $"203.0.113.{i}", "alice", "wrong password"));
        }

        Assert.Equal(429, await LoginFromAsync(server, "203.0.113.9", "alice", TestUser.DefaultPassword));
    }

    [Fact]
    [AccessCase(12)]
    public async Task An_account_rests_for_a_moment_after_many_failures_from_wherever_but_not_for_its_owner()
    {
        await using var server = await TestServer.StartAsync(options =>
        {
            options.Settings["CodeCrafter:Auth:FailuresPerAccount"] = "4";
            options.Settings["TRUSTED_PROXIES"] = "127.0.0.1,::ffff:127.0.0.1";
        });
        await server.RegisterAsync("alice");
        for (var i = 0; i < 4; i++)
        {
            Assert.Equal(401, await LoginFromAsync(server, $"203.0.113.{i}", "alice", "wrong password"));
        }

        // The same answer as for a wrong password.
        Assert.Equal(401, await LoginFromAsync(server, "203.0.113.9", "alice", TestUser.DefaultPassword));
        // Whoever locks the account cannot keep its owner out of where they have logged in before.
        await server.LoginAsync("alice");
        await ChangeAsync(server, user => user.LockoutEnd = DateTimeOffset.UnixEpoch);
        Assert.Equal(200, await LoginFromAsync(server, "203.0.113.9", "alice", TestUser.DefaultPassword));
        Assert.InRange(new AuthOptions().LockoutSeconds, 1, 300);
    }

    private static async Task<int> LoginFromAsync(TestServer server, string address, string username, string password)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/auth/login") { Content = JsonContent.Create(new { username, password }) };
        if (address.Length > 0)
        {
            request.Headers.Add("X-Forwarded-For", address);
        }

        using var response = await server.Http.SendAsync(request, Stop);
        if ((int)response.StatusCode == 429)
        {
            await response.MustBeProblemAsync(429, "too_many_attempts");
            Assert.True(response.Headers.RetryAfter?.Delta > TimeSpan.Zero);
        }

        return (int)response.StatusCode;
    }

    private static async Task<string> HashAsync(TestServer server)
    {
        await using var db = await server.Services.GetRequiredService<IDbContextFactory<AppDbContext>>().CreateDbContextAsync(Stop);
        return (await db.Set<User>().SingleAsync(Stop)).PasswordHash!;
    }

    private static async Task ChangeAsync(TestServer server, Action<User> change)
    {
        await using var db = await server.Services.GetRequiredService<IDbContextFactory<AppDbContext>>().CreateDbContextAsync(Stop);
        change(await db.Set<User>().SingleAsync(Stop));
        await db.SaveChangesAsync(Stop);
    }
}
