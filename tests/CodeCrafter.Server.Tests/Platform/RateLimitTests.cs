using System.Net.Http.Json;
using CodeCrafter.Server.Tests.Fixture;

namespace CodeCrafter.Server.Tests.Platform;

public sealed class RateLimitTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Users_are_limited_each_on_their_own()
    {
        await using var server = await TestServer.StartAsync(options =>
        {
            options.Settings["RATE_LIMITS"] = "on";
            options.Settings["CodeCrafter:RateLimits:GeneralPerMinute"] = "5";
        });
        var (alice, bob) = (await server.RegisterAsync("alice"), await server.RegisterAsync("bob"));
        for (var i = 0; i < 5; i++)
        {
            using var fine = await alice.Http.GetAsync("/api/auth/me", Stop);
            await fine.MustBeAsync(200);
        }

        using var refused = await alice.Http.GetAsync("/api/auth/me", Stop);
        await refused.MustBeProblemAsync(429, "rate_limited");
        Assert.InRange(refused.Headers.RetryAfter!.Delta!.Value.TotalSeconds, 1, 60);
        using var other = await bob.Http.GetAsync("/api/auth/me", Stop);
        await other.MustBeAsync(200);
    }

    [Fact]
    [AccessCase(34)]
    public async Task Registrations_and_logins_of_an_address_are_limited()
    {
        await using var server = await TestServer.StartAsync(options =>
        {
            options.Settings["RATE_LIMITS"] = "on";
            options.Settings["CodeCrafter:RateLimits:AuthPerMinute"] = "2";
        });
        await server.RegisterAsync("alice");
        await server.LoginAsync("alice");
        using var refused = await server.Http.PostAsJsonAsync("/api/auth/login", new { username = "alice", password = "x" }, Stop);
        await refused.MustBeProblemAsync(429, "rate_limited");
    }

    [Fact]
    public async Task Limits_can_be_turned_off()
    {
        await using var server = await TestServer.StartAsync(options =>
        {
            options.Settings["RATE_LIMITS"] = "off";
            options.Settings["CodeCrafter:RateLimits:GeneralPerMinute"] = "1";
            options.Settings["CodeCrafter:RateLimits:AuthPerMinute"] = "1";
        });
        var alice = await server.RegisterAsync("alice");
        await server.LoginAsync("alice");
        for (var i = 0; i < 3; i++)
        {
            using var fine = await alice.Http.GetAsync("/api/auth/me", Stop);
            await fine.MustBeAsync(200);
        }
    }
}
