using System.Net.Http.Json;
using CodeCrafter.Server.Auth;
using CodeCrafter.Server.Storage.Sql;
using CodeCrafter.Server.Tests.Fixture;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace CodeCrafter.Server.Tests.Faults;

/// <summary>A machine whose clock is set while the server runs. Time itself goes on as ever.</summary>
public sealed class ClockJumpTests
{
    private const string File = "main.py";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [Trait("fault", "14")]
    [InlineData(1, "token_expired")]
    [InlineData(-1, "invalid_token")]
    public async Task When_the_clock_jumps_an_hour_connections_stay_and_logins_go_on(int hours, string code)
    {
        var clock = new SetClock();
        await using var server = await TestServer.StartAsync(options => options.Time = clock);
        var alice = await server.RegisterAsync("alice");
        var session = await alice.CreateFileSessionAsync(File, "");
        await using var hub = await alice.ConnectHubAsync();
        await hub.JoinAsync(session.Id);
        await using var client = new DocClient(alice, session.Id);
        await client.ConnectAsync();
        client.Type(File, "before, ");
        await client.UntilSavedAsync();

        clock.Offset = TimeSpan.FromHours(hours);

        // What is open is not measured by the clock on the wall.
        client.Type(File, "after");
        await client.UntilSavedAsync();
        await hub.InvokeAsync("SendMessage", session.Id, "hello");
        await hub.NextAsync("SessionSaved");
        Assert.Null(client.Closed);
        // A token of another time is none, and the login behind it goes on.
        using var stale = await alice.Http.GetAsync("/api/auth/me", Stop);
        await stale.MustBeProblemAsync(401, code);
        using var refresh = await server.Http.PostAsJsonAsync("/api/auth/refresh", new { refreshToken = alice.Tokens.RefreshToken }, Stop);
        var renewed = new TestUser(server, await refresh.ReadAsync<TokensDto>());
        Assert.Equal("before, after", (await renewed.GetSessionAsync(session.Id)).Content);
        await using var second = new DocClient(renewed, session.Id);
        await second.ConnectAsync();
        second.Type(File, "!");
        await second.UntilSavedAsync();
        Assert.Null(second.Closed);
        Assert.Equal("before, after!", await StoredFiles.ReadFileAsync(server.DataDirectory, session.Id, File));
    }

    [Fact]
    [Trait("fault", "14")]
    public async Task An_account_that_rests_for_a_minute_does_not_rest_for_an_hour_when_the_clock_is_set_back()
    {
        var clock = new SetClock();
        await using var server = await TestServer.StartAsync(options =>
        {
            options.Time = clock;
            options.Settings["TRUSTED_PROXIES"] = "127.0.0.1";
        });
        await server.RegisterAsync("alice");
        await using var db = await server.Services.GetRequiredService<IDbContextFactory<AppDbContext>>().CreateDbContextAsync(Stop);
        (await db.Set<User>().SingleAsync(Stop)).LockoutEnd = clock.GetUtcNow().AddSeconds(50);
        await db.SaveChangesAsync(Stop);
        // From where she has never been: the lock is for strangers.
        server.Http.DefaultRequestHeaders.Add("X-Forwarded-For", "203.0.113.9");
        var login = new { username = "alice", password = TestUser.DefaultPassword };
        using var locked = await server.Http.PostAsJsonAsync("/api/auth/login", login, Stop);
        await locked.MustBeProblemAsync(401, "invalid_credentials");

        clock.Offset = TimeSpan.FromHours(-1);

        await server.LoginAsync("alice");
    }

    private sealed class SetClock : TimeProvider
    {
        public TimeSpan Offset { get; set; }

        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + Offset;
    }
}
