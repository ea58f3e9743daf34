using System.Net.Http.Json;
using CodeCrafter.Server.Sessions;
using CodeCrafter.Server.Tests.Fixture;
using Microsoft.Extensions.DependencyInjection;

namespace CodeCrafter.Server.Tests.Collaboration;

/// <summary>Connections that are open while the right to them ends.</summary>
public sealed class RevocationTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    [AccessCase(8)]
    public async Task A_logout_closes_the_open_connections_of_that_login_alone()
    {
        await using var server = await StartAsync();
        var alice = await server.RegisterAsync("alice");
        var other = await server.LoginAsync("alice");
        var session = await alice.CreateFileSessionAsync("main.py", "x");
        await using var clients = YjsClients.Start();
        await clients.ConnectAsync("ended", server, session.Id, alice.AccessToken, reconnect: false);
        await clients.ConnectAsync("kept", server, session.Id, other.AccessToken);
        await using var hub = await alice.ConnectHubAsync();
        var closed = ClosedAsync(hub);

        using var logout = await alice.Http.PostAsync("/api/auth/logout", null, Stop);
        await logout.MustBeAsync(204);

        Assert.Equal((4401, "login_ended"), await CloseOfAsync(clients, "ended"));
        await closed;
        Assert.Empty((await clients.CallAsync("describe", new { name = "kept" })).GetProperty("closes").EnumerateArray());
    }

    [Fact]
    [AccessCase(9)]
    public async Task A_changed_password_closes_the_connections_of_every_other_login()
    {
        await using var server = await StartAsync();
        var alice = await server.RegisterAsync("alice");
        var other = await server.LoginAsync("alice");
        var session = await alice.CreateFileSessionAsync("main.py", "x");
        await using var clients = YjsClients.Start();
        await clients.ConnectAsync("kept", server, session.Id, alice.AccessToken);
        await clients.ConnectAsync("ended", server, session.Id, other.AccessToken, reconnect: false);

        using var change = await alice.Http.PostAsJsonAsync(
            "/api/auth/change-password", new { currentPassword = TestUser.DefaultPassword, newPassword = "another horse battery" }, Stop);
        await change.MustBeAsync(204);

        Assert.Equal((4401, "login_ended"), await CloseOfAsync(clients, "ended"));
        Assert.Empty((await clients.CallAsync("describe", new { name = "kept" })).GetProperty("closes").EnumerateArray());
    }

    [Fact]
    public async Task A_session_that_becomes_private_lets_go_of_those_who_only_read_it()
    {
        await using var server = await StartAsync();
        var alice = await server.RegisterAsync("alice");
        var stranger = await server.RegisterAsync("stranger");
        var session = await alice.CreateSessionAsync(new { title = "A session", language = "python", isPublic = true });
        await using var clients = YjsClients.Start();
        await clients.ConnectAsync("member", server, session.Id, alice.AccessToken);
        await clients.ConnectAsync("stranger", server, session.Id, stranger.AccessToken, reconnect: false);
        await using var hub = await stranger.ConnectHubAsync();
        await hub.JoinAsync(session.Id);

        using var update = await alice.Http.PutAsJsonAsync($"/api/sessions/{session.Id}", new { isPublic = false }, Stop);
        await update.MustBeAsync(200);

        await hub.NextAsync("Removed");
        Assert.Equal((4403, "not_a_member"), await CloseOfAsync(clients, "stranger"));
        Assert.Empty((await clients.CallAsync("describe", new { name = "member" })).GetProperty("closes").EnumerateArray());
    }

    [Fact]
    [AccessCase(21)]
    public async Task The_role_that_is_stored_counts_when_changes_are_announced_out_of_order()
    {
        await using var server = await StartAsync();
        var alice = await server.RegisterAsync("alice");
        var bob = await server.RegisterAsync("bob");
        var session = await alice.CreateFileSessionAsync("main.py", "x");
        await alice.PutParticipantAsync(session.Id, bob, "editor");
        await using var hub = await bob.ConnectHubAsync();
        await hub.JoinAsync(session.Id);
        await using var clients = YjsClients.Start();
        await clients.ConnectAsync("bob", server, session.Id, bob.AccessToken);

        await alice.PutParticipantAsync(session.Id, bob, "viewer");
        await hub.NextAsync("RoleChanged");
        server.Services.GetRequiredService<SessionEvents>().Publish(
            new ParticipantRoleChanged(session.Id, bob.Id, bob.Username, SessionRole.Editor));
        await hub.NextAsync("RoleChanged");
        await clients.CallAsync("insert", new { name = "bob", file = "main.py", index = 0, value = "hacked" });

        await clients.CallAsync("until", new { name = "bob", what = "denied" });
        Assert.Equal("x", (await alice.GetSessionAsync(session.Id)).Content);
    }

    private static Task<TestServer> StartAsync() =>
        TestServer.StartAsync(options => options.Settings["CodeCrafter:Auth:ConnectionCheckSeconds"] = "1");

    private static async Task ClosedAsync(TestHub hub)
    {
        var closed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        hub.Connection.Closed += _ =>
        {
            closed.TrySetResult();
            return Task.CompletedTask;
        };
        await closed.Task.WaitAsync(TimeSpan.FromSeconds(30), Stop);
    }

    private static async Task<(int Code, string? Reason)> CloseOfAsync(YjsClients clients, string name)
    {
        var close = (await clients.CallAsync("until", new { name, what = "closed" })).GetProperty("closes")[0];
        return (close.GetProperty("code").GetInt32(), close.GetProperty("reason").GetString());
    }
}
