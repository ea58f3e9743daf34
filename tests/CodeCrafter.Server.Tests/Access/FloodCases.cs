using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using CodeCrafter.Crdt.Sync;
using CodeCrafter.Server.Tests.Fixture;
using Microsoft.AspNetCore.SignalR;

namespace CodeCrafter.Server.Tests.Access;

/// <summary>Too much, too slowly, too often: what one client can take from the others.</summary>
public sealed class FloodCases
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [AccessCase(33)]
    [InlineData("GET / HTTP/1.1\r\nHost: x\r\nX-Slow: ")]
    [InlineData("POST /api/auth/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{")]
    [InlineData("POST /api/auth/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{")]
    public async Task A_request_that_does_not_come_to_its_end_is_cut_off(string begun)
    {
        await using var server = await TestServer.StartAsync(options =>
        {
            options.Settings["CodeCrafter:Limits:HeadersSeconds"] = "1";
            options.Settings["CodeCrafter:Limits:GraceSeconds"] = "2";
        });
        using var client = await ConnectAsync(server);

        await client.SendAsync(Encoding.ASCII.GetBytes(begun), Stop);

        // 408, and the end of the connection.
        Assert.Contains("408", await ReadToEndAsync(client), StringComparison.Ordinal);
    }

    [Fact]
    [AccessCase(33)]
    public async Task A_connection_without_a_request_is_not_kept()
    {
        await using var server = await TestServer.StartAsync(options => options.Settings["CodeCrafter:Limits:KeepAliveSeconds"] = "1");
        using var client = await ConnectAsync(server);
        Assert.Equal("", await ReadToEndAsync(client));
    }

    [Fact]
    [AccessCase(33)]
    public async Task A_frame_that_does_not_come_to_its_end_closes_its_socket()
    {
        await using var server = await TestServer.StartAsync(options => options.Settings["CodeCrafter:Collaboration:FrameTime"] = "00:00:01");
        var alice = await server.RegisterAsync("alice");
        var session = await alice.CreateSessionAsync();
        await using var socket = await RawSocket.OpenAsync(alice, session.Id);
        await socket.SendAsync([0, 2], isEnd: false);
        Assert.Equal((1008, "frame_too_slow"), await socket.UntilClosedAsync());
    }

    [Fact]
    [AccessCase(34)]
    public async Task Requests_and_handshakes_without_a_login_are_counted_by_address()
    {
        await using var server = await TestServer.StartAsync(options =>
        {
            options.Settings["RATE_LIMITS"] = "on";
            options.Settings["CodeCrafter:RateLimits:GeneralPerMinute"] = "4";
        });
        foreach (var path in new[] { "/api/auth/me", $"/collab/{Guid.NewGuid()}", "/hubs/session", "/api/sessions/list" })
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, path);
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", "not.a.token");
            using var response = await server.Http.SendAsync(request, Stop);
            await response.MustBeAsync(401);
        }

        foreach (var path in new[] { "/api/auth/me", $"/collab/{Guid.NewGuid()}", "/hubs/session", "/metrics" })
        {
            using var response = await server.Http.GetAsync(path, Stop);
            await response.MustBeProblemAsync(429, "rate_limited");
            Assert.True(response.Headers.RetryAfter?.Delta > TimeSpan.Zero);
        }
    }

    [Fact]
    [AccessCase(34)]
    public async Task A_large_body_is_not_read_from_who_is_not_logged_in()
    {
        await using var server = await TestServer.StartAsync();
        using var client = await ConnectAsync(server);

        // The body never comes, and is not waited for.
        await client.SendAsync("POST /api/execute HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 16000000\r\n\r\n"u8.ToArray(), Stop);

        var buffer = new byte[1024];
        var read = await client.ReceiveAsync(buffer, Stop);
        Assert.StartsWith("HTTP/1.1 401", Encoding.ASCII.GetString(buffer, 0, read), StringComparison.Ordinal);
    }

    [Fact]
    [AccessCase(34)]
    public async Task Connections_of_one_address_are_capped_before_a_byte_of_them_is_read()
    {
        await using var server = await TestServer.StartAsync(options =>
        {
            options.Settings["RATE_LIMITS"] = "on";
            options.Settings["CodeCrafter:Limits:MaxConnectionsPerAddress"] = "3";
        });
        var clients = new List<Socket>();
        for (var i = 0; i < 3; i++)
        {
            clients.Add(await ConnectAsync(server));
            await clients[i].SendAsync("GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n"u8.ToArray(), Stop);
            Assert.True(await clients[i].ReceiveAsync(new byte[1024], Stop) > 0);
        }

        using (var refused = await ConnectAsync(server))
        {
            Assert.Equal("", await ReadToEndAsync(refused));
        }

        // The next has the place of one that went; the server hears of it in its own time.
        clients[0].Dispose();
        string answer;
        do
        {
            using var next = await ConnectAsync(server);
            await next.SendAsync("GET /health/live HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"u8.ToArray(), Stop);
            answer = await ReadToEndAsync(next);
        }
        while (answer.Length == 0);

        Assert.Contains("200 OK", answer, StringComparison.Ordinal);
        clients.ForEach(client => client.Dispose());
    }

    [Fact]
    [AccessCase(32)]
    public async Task Sockets_of_one_user_are_capped_over_documents_and_hub()
    {
        await using var server = await TestServer.StartAsync(options => options.Settings["CodeCrafter:Auth:ConnectionsPerUser"] = "3");
        var (alice, bob) = (await server.RegisterAsync("alice"), await server.RegisterAsync("bob"));
        var session = await alice.CreateSessionAsync();
        await alice.PutParticipantAsync(session.Id, bob, "viewer");
        await using var hub = await alice.ConnectHubAsync();
        await using var first = await RawSocket.OpenAsync(alice, session.Id);
        await using (var second = await RawSocket.OpenAsync(alice, session.Id))
        {
            await using var refused = await RawSocket.OpenAsync(alice, session.Id);
            Assert.Equal((101, 429), (second.Status, refused.Status));
            await using var hubToo = new TestHub(alice);
            await Assert.ThrowsAnyAsync<Exception>(async () =>
            {
                await hubToo.Connection.StartAsync(Stop);
                await hubToo.JoinAsync(session.Id);
            });
            await using var other = await RawSocket.OpenAsync(bob, session.Id);
            Assert.Equal(101, other.Status);
        }

        // Its place is free once the server has seen it go.
        RawSocket again;
        do
        {
            again = await RawSocket.OpenAsync(alice, session.Id);
        }
        while (again.Status != 101);
        await again.DisposeAsync();
    }

    [Fact]
    [AccessCase(32)]
    public async Task A_hub_message_over_the_cap_ends_its_connection()
    {
        await using var server = await TestServer.StartAsync();
        var alice = await server.RegisterAsync("alice");
        var session = await alice.CreateSessionAsync();
        await using var hub = await alice.ConnectHubAsync();
        await Assert.ThrowsAnyAsync<Exception>(() => hub.InvokeAsync("SendMessage", session.Id, new string('x', 2 << 20)));
        await using var next = await alice.ConnectHubAsync();
        Assert.Empty((await next.JoinAsync(session.Id)).GetProperty("messages").EnumerateArray());
    }

    [Fact]
    [AccessCase(34)]
    public async Task Calls_of_the_hub_and_chat_messages_have_a_rate()
    {
        await using var server = await TestServer.StartAsync(options =>
        {
            options.Settings["RATE_LIMITS"] = "on";
            options.Settings["CodeCrafter:Collaboration:CallBurst"] = "10";
            options.Settings["CodeCrafter:Collaboration:CallsPerSecond"] = "1";
            options.Settings["CodeCrafter:Collaboration:MessagesPerMinute"] = "3";
        });
        var (alice, bob) = (await server.RegisterAsync("alice"), await server.RegisterAsync("bob"));
        var session = await alice.CreateSessionAsync();
        await using var hub = await alice.ConnectHubAsync();
        for (var i = 0; i < 3; i++)
        {
            await hub.InvokeAsync("SendMessage", session.Id, "x");
        }

        await RefusedAsync(() => hub.InvokeAsync("SendMessage", session.Id, "x"));
        // Over all connections of the user, and for every method.
        await using var second = await alice.ConnectHubAsync();
        await RefusedAsync(async () =>
        {
            for (var i = 0; i < 100; i++)
            {
                await second.InvokeAsync("LeaveSession", session.Id);
            }
        });
        await using var other = await bob.ConnectHubAsync();
        await other.InvokeAsync("LeaveSession", session.Id);
    }

    [Fact]
    [AccessCase(34)]
    public async Task A_client_that_sends_faster_than_it_may_is_read_more_slowly_and_loses_nothing()
    {
        await using var server = await TestServer.StartAsync(options =>
        {
            options.Settings["RATE_LIMITS"] = "on";
            options.Settings["CodeCrafter:Collaboration:FrameBurst"] = "5";
            options.Settings["CodeCrafter:Collaboration:FramesPerSecond"] = "50";
        });
        var alice = await server.RegisterAsync("alice");
        var session = await alice.CreateFileSessionAsync("main.py", "x");
        await using var socket = await RawSocket.OpenAsync(alice, session.Id);
        for (var i = 0; i < 30; i++)
        {
            await socket.SendAsync(SyncProtocol.WriteStep1([0]));
        }

        for (var i = 0; i < 30; i++)
        {
            await socket.NextAsync(SyncMessageType.Sync, SyncStep.Step2);
        }
    }

    [Theory]
    [AccessCase(32)]
    [InlineData("""{"username":"a","username":"b","password":"x"}""")]
    [InlineData("""{"username":"a","password":"x","password":"y"}""")]
    [InlineData("""{"username":"a","Username":"b","password":"x"}""")]
    public async Task A_body_with_one_name_twice_is_refused(string body)
    {
        await using var server = await TestServer.StartAsync();
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        using var response = await server.Http.PostAsync("/api/auth/login", content, Stop);
        await response.MustBeProblemAsync(400, "malformed_json");
    }

    private static async Task RefusedAsync(Func<Task> call) =>
        Assert.Contains("rate_limited: ", (await Assert.ThrowsAnyAsync<HubException>(call)).Message, StringComparison.Ordinal);

    private static async Task<Socket> ConnectAsync(TestServer server)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(server.Url.Host, server.Url.Port, Stop);
        return socket;
    }

    private static async Task<string> ReadToEndAsync(Socket socket)
    {
        var text = new StringBuilder();
        var buffer = new byte[4096];
        try
        {
            while (await socket.ReceiveAsync(buffer, Stop) is > 0 and var read)
            {
                text.Append(Encoding.ASCII.GetString(buffer, 0, read));
            }
        }
        catch (SocketException)
        {
            // The server ended the connection without words.
        }

        return text.ToString();
    }
}
