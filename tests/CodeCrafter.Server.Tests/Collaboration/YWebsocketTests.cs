using CodeCrafter.Server.Tests.Fixture;

namespace CodeCrafter.Server.Tests.Collaboration;

/// <summary>The stock y-websocket client against the server.</summary>
public sealed class YWebsocketTests
{
    private const string File = "main.py";

    [Fact]
    public async Task Two_stock_clients_see_each_others_edits_and_awareness()
    {
        await using var server = await TestServer.StartAsync();
        var alice = await server.RegisterAsync("alice");
        var bob = await server.RegisterAsync("bob");
        var session = await alice.CreateFileSessionAsync(File, "print(1)\n");
        await alice.PutParticipantAsync(session.Id, bob, "editor");
        await using var clients = YjsClients.Start();

        var first = await clients.ConnectAsync("a", server, session.Id, alice.AccessToken);
        Assert.Equal("print(1)\n", first.GetProperty("files").GetProperty(File).GetString());
        Assert.Equal(File, first.GetProperty("meta").GetProperty("entry").GetString());
        Assert.Equal("python", first.GetProperty("meta").GetProperty("language").GetString());
        await clients.ConnectAsync("b", server, session.Id, bob.AccessToken);

        await clients.CallAsync("insert", new { name = "a", file = File, index = 0, value = "# ü 𝒳\n" });
        await clients.UntilTextAsync("b", File, "# ü 𝒳\nprint(1)\n");
        await clients.CallAsync("delete", new { name = "b", file = File, index = 0, length = 2 });
        await clients.UntilTextAsync("a", File, "ü 𝒳\nprint(1)\n");

        await clients.CallAsync("awareness", new { name = "a", state = new { user = new { name = "alice" }, cursor = 3 } });
        var seen = await clients.CallAsync("until", new { name = "b", what = "states", count = 2 });
        Assert.Contains(seen.GetProperty("states").EnumerateArray(), state =>
            state.TryGetProperty("user", out var user) && user.GetProperty("name").GetString() == "alice");
        await clients.CallAsync("disconnect", new { name = "a" });
        await clients.CallAsync("until", new { name = "b", what = "states", count = 1 });
    }

    [Fact]
    public async Task Edits_made_offline_merge_when_the_client_comes_back()
    {
        await using var server = await TestServer.StartAsync();
        var alice = await server.RegisterAsync("alice");
        var session = await alice.CreateFileSessionAsync(File, "middle");
        await using var clients = YjsClients.Start();
        await clients.ConnectAsync("a", server, session.Id, alice.AccessToken);
        await clients.ConnectAsync("b", server, session.Id, alice.AccessToken);

        await clients.CallAsync("disconnect", new { name = "a" });
        await clients.CallAsync("insert", new { name = "a", file = File, index = 0, value = "left " });
        await clients.CallAsync("insert", new { name = "b", file = File, index = 6, value = " right" });
        await clients.CallAsync("reconnect", new { name = "a" });

        await clients.UntilTextAsync("a", File, "left middle right");
        await clients.UntilTextAsync("b", File, "left middle right");
        Assert.Equal("left middle right", (await alice.GetSessionAsync(session.Id)).Content);
    }

    [Fact]
    public async Task The_document_is_there_after_a_restart_of_the_server()
    {
        var data = Directory.CreateTempSubdirectory("codecrafter-test-").FullName;
        try
        {
            Guid sessionId;
            await using (var server = await TestServer.StartAsync(options => options.DataDirectory = data))
            {
                var alice = await server.RegisterAsync("alice");
                sessionId = (await alice.CreateFileSessionAsync(File, "")).Id;
                await using var clients = YjsClients.Start();
                await clients.ConnectAsync("a", server, sessionId, alice.AccessToken);
                // Enough to make snapshots on the way.
                await clients.CallAsync("type", new { name = "a", file = File, value = string.Concat(Enumerable.Repeat("0123456789", 500)) });
                await clients.ConnectAsync("b", server, sessionId, alice.AccessToken);
                await clients.CallAsync("until", new { name = "b", what = "length", file = File, value = 5000 });
            }

            await using (var server = await TestServer.StartAsync(options => options.DataDirectory = data))
            {
                var alice = await server.LoginAsync("alice");
                Assert.Equal(string.Concat(Enumerable.Repeat("0123456789", 500)), (await alice.GetSessionAsync(sessionId)).Content);
                await using var clients = YjsClients.Start();
                await clients.ConnectAsync("a", server, sessionId, alice.AccessToken);
                await clients.CallAsync("insert", new { name = "a", file = File, index = 0, value = "again " });
                await clients.ConnectAsync("b", server, sessionId, alice.AccessToken);
                await clients.CallAsync("until", new { name = "b", what = "contains", file = File, value = "again 0123" });
            }
        }
        finally
        {
            Directory.Delete(data, recursive: true);
        }
    }

    [Fact]
    [AccessCase(18)]
    public async Task A_viewers_edits_are_refused_and_nobody_sees_them()
    {
        await using var server = await TestServer.StartAsync();
        var alice = await server.RegisterAsync("alice");
        var victor = await server.RegisterAsync("victor");
        var session = await alice.CreateFileSessionAsync(File, "x");
        await alice.PutParticipantAsync(session.Id, victor, "viewer");
        await using var clients = YjsClients.Start();
        await clients.ConnectAsync("alice", server, session.Id, alice.AccessToken);
        await clients.ConnectAsync("victor", server, session.Id, victor.AccessToken);

        await clients.CallAsync("insert", new { name = "victor", file = File, index = 0, value = "hacked " });
        await clients.CallAsync("until", new { name = "victor", what = "denied" });
        // What comes after it on both sockets is seen: the refused edit would have been before.
        await clients.CallAsync("insert", new { name = "alice", file = File, index = 1, value = "y" });
        await clients.CallAsync("until", new { name = "victor", what = "contains", file = File, value = "xy" });
        var state = await clients.CallAsync("describe", new { name = "alice" });
        Assert.Equal("xy", state.GetProperty("files").GetProperty(File).GetString());
        Assert.Equal("xy", (await alice.GetSessionAsync(session.Id)).Content);
    }

    [Theory]
    [Trait("fault", "11")]
    [Trait("fault", "12")]
    [InlineData("0002" + "0a67617262616765646f63")]
    [InlineData("0002" + "1b00010000000001000100010200001602000001fdffffffff7f0000")]
    [InlineData("0002" + "05ffffffff0f")]
    [InlineData("0002" + "0b0101010004010161" + "01c300")]
    [InlineData("0002" + "ffffffff0f00")]
    public async Task A_malformed_update_closes_only_the_senders_socket(string frame)
    {
        await using var server = await TestServer.StartAsync();
        var alice = await server.RegisterAsync("alice");
        var mallory = await server.RegisterAsync("mallory");
        var session = await alice.CreateFileSessionAsync(File, "x");
        await alice.PutParticipantAsync(session.Id, mallory, "editor");
        await using var clients = YjsClients.Start();
        await clients.ConnectAsync("alice", server, session.Id, alice.AccessToken);
        await clients.ConnectAsync("mallory", server, session.Id, mallory.AccessToken);

        await clients.CallAsync("send", new { name = "mallory", base64 = Convert.ToBase64String(Convert.FromHexString(frame)) });
        var closed = await clients.CallAsync("until", new { name = "mallory", what = "closed" });
        var close = closed.GetProperty("closes")[0];
        Assert.Equal((4400, "malformed_update"), (close.GetProperty("code").GetInt32(), close.GetProperty("reason").GetString()));

        await clients.CallAsync("insert", new { name = "alice", file = File, index = 1, value = "y" });
        Assert.Empty((await clients.CallAsync("describe", new { name = "alice" })).GetProperty("closes").EnumerateArray());
        await clients.ConnectAsync("later", server, session.Id, alice.AccessToken);
        await clients.UntilTextAsync("later", File, "xy");
    }

    [Fact]
    [Trait("fault", "23")]
    public async Task An_edit_that_makes_the_document_too_large_is_refused_and_the_socket_stays()
    {
        await using var server = await TestServer.StartAsync(options =>
            options.Settings["CodeCrafter:Collaboration:MaxDocumentBytes"] = "20000");
        var alice = await server.RegisterAsync("alice");
        var session = await alice.CreateFileSessionAsync(File, "x");
        await using var clients = YjsClients.Start();
        await clients.ConnectAsync("a", server, session.Id, alice.AccessToken);
        await clients.ConnectAsync("b", server, session.Id, alice.AccessToken);

        await clients.CallAsync("insert", new { name = "a", file = File, index = 0, value = new string('z', 30_000) });
        await clients.CallAsync("until", new { name = "a", what = "denied" });
        await clients.CallAsync("insert", new { name = "b", file = File, index = 1, value = "y" });

        await clients.CallAsync("until", new { name = "a", what = "contains", file = File, value = "xy" });
        Assert.Empty((await clients.CallAsync("describe", new { name = "a" })).GetProperty("closes").EnumerateArray());
        Assert.Equal("xy", (await alice.GetSessionAsync(session.Id)).Content);
    }
}
