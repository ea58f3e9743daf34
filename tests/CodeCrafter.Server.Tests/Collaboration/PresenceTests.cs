using System.Net.WebSockets;
using System.Text.Json;
using CodeCrafter.Server.Tests.Fixture;
using Microsoft.AspNetCore.Http.Connections;
using Microsoft.AspNetCore.SignalR.Client;

namespace CodeCrafter.Server.Tests.Collaboration;

/// <summary>Who is there, when connections end in ways that nobody announces.</summary>
public sealed class PresenceTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_connection_that_breaks_off_leaves_nobody_behind()
    {
        await using var server = await TestServer.StartAsync();
        var (alice, bob) = (await server.RegisterAsync("alice"), await server.RegisterAsync("bob"));
        var session = await alice.CreateSessionAsync();
        await alice.PutParticipantAsync(session.Id, bob, "editor");
        await using var watcher = await alice.ConnectHubAsync();
        await watcher.JoinAsync(session.Id);
        ClientWebSocket? line = null;
        await using var hub = new HubConnectionBuilder()
            .WithUrl(new Uri(server.Url, "/hubs/session"), HttpTransportType.WebSockets, options =>
            {
                options.AccessTokenProvider = () => Task.FromResult<string?>(bob.AccessToken);
                options.SkipNegotiation = true;
                options.WebSocketFactory = async (context, cancellationToken) =>
                {
                    line = new ClientWebSocket();
                    line.Options.SetRequestHeader("Authorization", $"Bearer {bob.AccessToken}");
                    await line.ConnectAsync(context.Uri, cancellationToken);
                    return line;
                };
            })
            .Build();
        await hub.StartAsync(Stop);
        await hub.InvokeAsync("JoinSession", session.Id, Stop);
        await watcher.NextAsync("ParticipantJoined");
        Assert.True(await IsOnlineAsync(alice, session.Id, bob));

        // Without a word, as when a laptop is closed.
        line!.Abort();

        var left = await watcher.NextAsync("ParticipantLeft");
        Assert.Equal((bob.Id, false), (left.GetProperty("user").GetProperty("id").GetGuid(), left.GetProperty("removed").GetBoolean()));
        Assert.False(await IsOnlineAsync(alice, session.Id, bob));
    }

    [Fact]
    public async Task After_a_restart_nobody_is_there_who_has_not_come_back()
    {
        var server = await TestServer.StartAsync();
        var (alice, bob) = (await server.RegisterAsync("alice"), await server.RegisterAsync("bob"));
        var session = await alice.CreateSessionAsync();
        await alice.PutParticipantAsync(session.Id, bob, "editor");
        await using (var before = await alice.ConnectHubAsync())
        await using (var other = await bob.ConnectHubAsync())
        {
            await before.JoinAsync(session.Id);
            await other.JoinAsync(session.Id);
            await before.InvokeAsync("SendMessage", session.Id, "before the restart");
            server = await server.RestartAsync();
        }

        await using (server)
        {
            (alice, bob) = (await server.LoginAsync("alice"), await server.LoginAsync("bob"));
            Assert.DoesNotContain((await alice.GetSessionAsync(session.Id)).Participants, participant => participant.IsOnline);
            await using var hub = await alice.ConnectHubAsync();
            var overview = await hub.JoinAsync(session.Id);
            Assert.Equal("before the restart", Assert.Single(overview.GetProperty("messages").EnumerateArray()).GetProperty("text").GetString());
            Assert.Equal([alice.Id], Online(overview));
            await using var back = await bob.ConnectHubAsync();
            await back.JoinAsync(session.Id);
            Assert.Equal(bob.Id, (await hub.NextAsync("ParticipantJoined")).GetProperty("user").GetProperty("id").GetGuid());
        }
    }

    [Fact]
    public async Task What_a_program_prints_does_not_reach_who_was_removed_while_it_runs()
    {
        await using var server = await TestServer.StartAsync();
        var (alice, bob) = (await server.RegisterAsync("alice"), await server.RegisterAsync("bob"));
        var session = await alice.CreateFileSessionAsync("main.py", "print('ready', flush=True)\nprint('secret ' + input())");
        await alice.PutParticipantAsync(session.Id, bob, "editor");
        await using var first = await alice.ConnectHubAsync();
        await using var second = await bob.ConnectHubAsync();
        await first.JoinAsync(session.Id);
        await second.JoinAsync(session.Id);
        var jobId = await first.InvokeAsync<Guid>("Run", session.Id, new { interactive = true });
        await second.NextAsync("ExecutionOutput");

        using var removal = await alice.Http.DeleteAsync($"/api/sessions/{session.Id}/participants/{bob.Id}", Stop);
        await removal.MustBeAsync(204);
        await second.NextAsync("Removed");
        await first.InvokeAsync("SendInput", jobId, "word\n");
        Assert.Contains("secret word", (await first.NextAsync("ExecutionFinished")).GetProperty("run").GetProperty("stdout").GetString(), StringComparison.Ordinal);

        // Whatever was sent before this answer is here too.
        await second.InvokeAsync("LeaveSession", session.Id);
        await second.Connection.StopAsync(Stop);
        Assert.DoesNotContain(await second.RestAsync(), seen => seen.Message.GetRawText().Contains("secret", StringComparison.Ordinal));
        using var status = await bob.Http.GetAsync($"/api/execute/status/{jobId}", Stop);
        await status.MustBeProblemAsync(404, "job_not_found");
    }

    private static async Task<bool> IsOnlineAsync(TestUser asking, Guid sessionId, TestUser user) =>
        (await asking.GetSessionAsync(sessionId)).Participants.Single(participant => participant.User.Id == user.Id).IsOnline;

    private static Guid[] Online(JsonElement overview) =>
    [
        .. overview.GetProperty("participants").EnumerateArray()
            .Where(participant => participant.GetProperty("isOnline").GetBoolean())
            .Select(participant => participant.GetProperty("user").GetProperty("id").GetGuid()),
    ];
}
