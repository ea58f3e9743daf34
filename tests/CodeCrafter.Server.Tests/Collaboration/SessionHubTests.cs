using System.Text.Json;
using CodeCrafter.Server.Tests.Fixture;
using Microsoft.AspNetCore.SignalR;

namespace CodeCrafter.Server.Tests.Collaboration;

/// <summary>The hub with real SignalR clients.</summary>
public sealed class SessionHubTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Participants_see_each_other_come_chat_type_and_go()
    {
        await using var server = await TestServer.StartAsync();
        var (alice, bob, session) = await PairAsync(server);
        await using var first = await alice.ConnectHubAsync();
        await using var second = await bob.ConnectHubAsync();

        var overview = await first.JoinAsync(session.Id);
        Assert.Empty(overview.GetProperty("messages").EnumerateArray());
        Assert.Equal(2, overview.GetProperty("participants").GetArrayLength());
        await second.JoinAsync(session.Id);
        var joined = await first.NextAsync("ParticipantJoined");
        Assert.Equal("bob", joined.GetProperty("user").GetProperty("username").GetString());
        Assert.Equal((session.Id, "editor", true), (
            joined.GetProperty("sessionId").GetGuid(), joined.GetProperty("role").GetString(), joined.GetProperty("isOnline").GetBoolean()));

        await second.InvokeAsync("SetTyping", session.Id, true);
        Assert.True((await first.NextAsync("TypingChanged")).GetProperty("isTyping").GetBoolean());
        var sent = await second.InvokeAsync<JsonElement>("SendMessage", session.Id, "hello <b>");
        var received = await first.NextAsync("MessageReceived");
        Assert.Equal(sent.GetProperty("id").GetGuid(), received.GetProperty("id").GetGuid());
        Assert.Equal("hello <b>", received.GetProperty("text").GetString());

        var online = await alice.GetSessionAsync(session.Id);
        Assert.All(online.Participants, participant => Assert.True(participant.IsOnline));
        Assert.Equal(2, online.Stats.ActiveParticipants);
        await second.Connection.StopAsync(Stop);
        var left = await first.NextAsync("ParticipantLeft");
        Assert.Equal((bob.Id, false), (left.GetProperty("user").GetProperty("id").GetGuid(), left.GetProperty("removed").GetBoolean()));
        Assert.Equal(1, (await alice.GetSessionAsync(session.Id)).Stats.ActiveParticipants);
    }

    [Fact]
    public async Task Messages_are_kept_for_those_who_come_later()
    {
        await using var server = await TestServer.StartAsync();
        var (alice, bob, session) = await PairAsync(server);
        await using (var first = await alice.ConnectHubAsync())
        {
            await first.JoinAsync(session.Id);
            await first.InvokeAsync("SendMessage", session.Id, "one");
            await first.InvokeAsync("SendMessage", session.Id, "two");
        }

        await using var second = await bob.ConnectHubAsync();
        var overview = await second.JoinAsync(session.Id);
        Assert.Equal(["one", "two"], overview.GetProperty("messages").EnumerateArray().Select(message => message.GetProperty("text").GetString()));
    }

    [Fact]
    public async Task Two_connections_of_one_user_are_one_participant()
    {
        await using var server = await TestServer.StartAsync();
        var (alice, bob, session) = await PairAsync(server);
        await using var watcher = await alice.ConnectHubAsync();
        await watcher.JoinAsync(session.Id);
        await using var tab = await bob.ConnectHubAsync();
        await tab.JoinAsync(session.Id);
        await using (var other = await bob.ConnectHubAsync())
        {
            await other.JoinAsync(session.Id);
        }

        await tab.Connection.StopAsync(Stop);
        await watcher.NextAsync("ParticipantLeft");
        Assert.Equal(["ParticipantJoined", "ParticipantLeft"], watcher.Seen.Select(seen => seen.Name));
    }

    [Fact]
    public async Task Everybody_sees_the_output_while_it_is_printed()
    {
        await using var server = await TestServer.StartAsync();
        var (alice, bob, session) = await PairAsync(server, "print('ready', flush=True)\nprint('got ' + input())\nprint('bye')");
        await using var first = await alice.ConnectHubAsync();
        await using var second = await bob.ConnectHubAsync();
        await first.JoinAsync(session.Id);
        await second.JoinAsync(session.Id);

        var jobId = await first.InvokeAsync<Guid>("Run", session.Id, new { interactive = true });
        var started = await second.NextAsync("ExecutionStarted");
        Assert.Equal((jobId, "alice"), (started.GetProperty("jobId").GetGuid(), started.GetProperty("user").GetProperty("username").GetString()));
        Assert.Equal("ready\n", await PrintedAsync(second, 6));

        // The program waits for input now, so whoever comes now sees what it has printed.
        await using var third = await bob.ConnectHubAsync();
        var running = Assert.Single((await third.JoinAsync(session.Id)).GetProperty("executions").EnumerateArray());
        Assert.Equal("ready\n", string.Concat(running.GetProperty("output").EnumerateArray().Select(piece => piece.GetProperty("data").GetString())));

        await second.InvokeAsync("SendInput", jobId, "it\n");
        var finished = await second.NextAsync("ExecutionFinished");
        Assert.Equal("ready\ngot it\nbye\n", finished.GetProperty("run").GetProperty("stdout").GetString());
        Assert.Equal(3, finished.GetProperty("status").GetProperty("id").GetInt32());
        Assert.Equal(session.Id, finished.GetProperty("sessionId").GetGuid());
        await first.NextAsync("ExecutionFinished");
        await using var late = await bob.ConnectHubAsync();
        Assert.Equal(jobId, (await late.JoinAsync(session.Id)).GetProperty("lastResult").GetProperty("jobId").GetGuid());
    }

    [Fact]
    public async Task The_end_of_an_interactive_runs_input_can_be_sent()
    {
        await using var server = await TestServer.StartAsync();
        var (alice, _, session) = await PairAsync(server, "import sys\nprint(len(sys.stdin.read()))");
        await using var hub = await alice.ConnectHubAsync();
        await hub.JoinAsync(session.Id);
        var jobId = await hub.InvokeAsync<Guid>("Run", session.Id, new { interactive = true });

        await hub.InvokeAsync("SendInput", jobId, "12345");
        await hub.InvokeAsync("SendInput", jobId, null);

        Assert.Equal("5\n", (await hub.NextAsync("ExecutionFinished")).GetProperty("run").GetProperty("stdout").GetString());
    }

    [Fact]
    public async Task A_run_can_be_stopped()
    {
        await using var server = await TestServer.StartAsync();
        var (alice, bob, session) = await PairAsync(server, "print('on', flush=True)\nwhile True: pass");
        await using var first = await alice.ConnectHubAsync();
        await first.JoinAsync(session.Id);
        var jobId = await first.InvokeAsync<Guid>("Run", session.Id, new { });
        await PrintedAsync(first, 3);

        await using var second = await bob.ConnectHubAsync();
        await second.InvokeAsync("Kill", jobId);

        var finished = await first.NextAsync("ExecutionFinished");
        Assert.Equal(17, finished.GetProperty("status").GetProperty("id").GetInt32());
        Assert.Equal("on\n", finished.GetProperty("run").GetProperty("stdout").GetString());
    }

    [Fact]
    public async Task Strangers_and_viewers_are_refused_with_a_code()
    {
        await using var server = await TestServer.StartAsync();
        var (alice, _, session) = await PairAsync(server, "while True: pass");
        var victor = await server.RegisterAsync("victor");
        var mallory = await server.RegisterAsync("mallory");
        await alice.PutParticipantAsync(session.Id, victor, "viewer");
        await using var owner = await alice.ConnectHubAsync();
        await using var viewer = await victor.ConnectHubAsync();
        await using var stranger = await mallory.ConnectHubAsync();
        var jobId = await owner.InvokeAsync<Guid>("Run", session.Id, new { });

        await RefusedAsync("session_not_found", () => stranger.JoinAsync(session.Id));
        await RefusedAsync("session_not_found", () => stranger.InvokeAsync("SendMessage", session.Id, "x"));
        await RefusedAsync("session_not_found", () => stranger.InvokeAsync("Run", session.Id, new { }));
        await RefusedAsync("not_joined", () => stranger.InvokeAsync("SetTyping", session.Id, true));
        await RefusedAsync("job_not_found", () => stranger.InvokeAsync("Kill", jobId));
        await RefusedAsync("forbidden_role", () => viewer.InvokeAsync("Run", session.Id, new { }));
        await RefusedAsync("forbidden_role", () => viewer.InvokeAsync("Kill", jobId));
        await RefusedAsync("input_closed", () => owner.InvokeAsync("SendInput", jobId, "x"));
        await RefusedAsync("job_not_found", () => owner.InvokeAsync("Kill", Guid.NewGuid()));
        await RefusedAsync("invalid_message", () => owner.InvokeAsync("SendMessage", session.Id, " "));
        await RefusedAsync("invalid_message", () => owner.InvokeAsync("SendMessage", session.Id, new string('x', 5000)));
        await RefusedAsync("unknown_language", () => owner.InvokeAsync("Run", session.Id, new { language = "klingon" }));
        await owner.InvokeAsync("Kill", jobId);
    }

    [Fact]
    [AccessCase(22)]
    public async Task A_removed_participant_is_cut_off_everywhere()
    {
        await using var server = await TestServer.StartAsync();
        var (alice, bob, session) = await PairAsync(server);
        await using var first = await alice.ConnectHubAsync();
        await using var second = await bob.ConnectHubAsync();
        await first.JoinAsync(session.Id);
        await second.JoinAsync(session.Id);
        await using var clients = YjsClients.Start();
        await clients.ConnectAsync("bob", server, session.Id, bob.AccessToken);

        using var removal = await alice.Http.DeleteAsync($"/api/sessions/{session.Id}/participants/{bob.Id}", Stop);
        await removal.MustBeAsync(204);

        await second.NextAsync("Removed");
        Assert.True((await first.NextAsync("ParticipantLeft")).GetProperty("removed").GetBoolean());
        var closed = await clients.CallAsync("until", new { name = "bob", what = "closed" });
        Assert.Equal(4403, closed.GetProperty("closes")[0].GetProperty("code").GetInt32());
        await first.InvokeAsync("SendMessage", session.Id, "secret");
        await first.NextAsync("MessageReceived");
        await RefusedAsync("session_not_found", () => second.InvokeAsync("SendMessage", session.Id, "x"));
        Assert.DoesNotContain(second.Seen, seen => seen.Name == "MessageReceived");
    }

    [Fact]
    [AccessCase(21)]
    public async Task A_lowered_role_holds_from_the_next_edit_on()
    {
        await using var server = await TestServer.StartAsync();
        var (alice, bob, session) = await PairAsync(server, "x");
        await using var second = await bob.ConnectHubAsync();
        await second.JoinAsync(session.Id);
        await using var clients = YjsClients.Start();
        await clients.ConnectAsync("bob", server, session.Id, bob.AccessToken);

        await alice.PutParticipantAsync(session.Id, bob, "viewer");
        Assert.Equal("viewer", (await second.NextAsync("RoleChanged")).GetProperty("role").GetString());
        await clients.CallAsync("insert", new { name = "bob", file = "main.py", index = 0, value = "hacked" });
        await clients.CallAsync("until", new { name = "bob", what = "denied" });

        Assert.Equal("x", (await alice.GetSessionAsync(session.Id)).Content);
    }

    [Fact]
    public async Task A_deleted_session_is_announced_and_its_sockets_close()
    {
        await using var server = await TestServer.StartAsync();
        var (alice, bob, session) = await PairAsync(server);
        await using var second = await bob.ConnectHubAsync();
        await second.JoinAsync(session.Id);
        await using var clients = YjsClients.Start();
        await clients.ConnectAsync("bob", server, session.Id, bob.AccessToken);

        using var deletion = await alice.Http.DeleteAsync($"/api/sessions/{session.Id}", Stop);
        await deletion.MustBeAsync(204);

        await second.NextAsync("SessionDeleted");
        var closed = await clients.CallAsync("until", new { name = "bob", what = "closed" });
        Assert.Equal(4404, closed.GetProperty("closes")[0].GetProperty("code").GetInt32());
    }

    [Fact]
    public async Task A_changed_language_reaches_the_document_and_a_changed_document_the_session()
    {
        await using var server = await TestServer.StartAsync();
        var (alice, _, session) = await PairAsync(server);
        await using var hub = await alice.ConnectHubAsync();
        await hub.JoinAsync(session.Id);
        await using var clients = YjsClients.Start();
        await clients.ConnectAsync("alice", server, session.Id, alice.AccessToken);

        using var update = await alice.Http.PutAsync(
            $"/api/sessions/{session.Id}", System.Net.Http.Json.JsonContent.Create(new { language = "c" }), Stop);
        await update.MustBeAsync(200);
        await hub.NextAsync("SessionUpdated");
        await hub.NextAsync("SessionSaved");
        await clients.CallAsync("until", new { name = "alice", what = "language", equals = "c" });
    }

    private static async Task<(TestUser Alice, TestUser Bob, SessionDto Session)> PairAsync(TestServer server, string code = "")
    {
        var alice = await server.RegisterAsync("alice");
        var bob = await server.RegisterAsync("bob");
        var session = await alice.CreateFileSessionAsync("main.py", code);
        await alice.PutParticipantAsync(session.Id, bob, "editor");
        return (alice, bob, session);
    }

    // A program's one line may come in several pieces.
    private static async Task<string> PrintedAsync(TestHub hub, int length)
    {
        var printed = "";
        while (printed.Length < length)
        {
            var output = await hub.NextAsync("ExecutionOutput");
            Assert.Equal(("stdout", "run"), (output.GetProperty("stream").GetString(), output.GetProperty("phase").GetString()));
            Assert.Equal(printed.Length, output.GetProperty("offset").GetInt64());
            printed += output.GetProperty("data").GetString();
        }

        return printed;
    }

    private static async Task RefusedAsync(string code, Func<Task> call)
    {
        var exception = await Assert.ThrowsAsync<HubException>(call);
        Assert.Contains($" {code}: ", exception.Message, StringComparison.Ordinal);
    }
}
