using System.Net.Sockets;
using System.Net.WebSockets;
using System.Text;
using CodeCrafter.Sandbox;
using CodeCrafter.Server.Execution;
using CodeCrafter.Server.Sessions;
using CodeCrafter.Server.Tests.Fixture;
using Microsoft.Extensions.DependencyInjection;

namespace CodeCrafter.Server.Tests.Collaboration;

/// <summary>A client of the hub that stops reading.</summary>
public sealed class SlowReaderTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Other_sessions_do_not_wait_for_a_client_that_does_not_read()
    {
        await using var server = await TestServer.StartAsync();
        var alice = await server.RegisterAsync("alice");
        var mallory = await server.RegisterAsync("mallory");
        var hers = await alice.CreateSessionAsync();
        var slow = await mallory.CreateSessionAsync();
        await using var hub = await alice.ConnectHubAsync();
        await hub.JoinAsync(hers.Id);
        using var socket = await ConnectAsync(mallory);
        await SendAsync(socket, """{"protocol":"json","version":1}""");
        await SendAsync(socket, $$"""{"type":1,"invocationId":"1","target":"JoinSession","arguments":["{{slow.Id}}"]}""");
        var presence = server.Services.GetRequiredService<ISessionPresence>();
        while (!presence.OnlineIn(slow.Id).Contains(mallory.Id))
        {
            await Task.Yield();
        }

        var events = server.Services.GetRequiredService<ExecutionEvents>();
        var data = new string('x', 64 << 10);
        for (var i = 0; i < 500; i++)
        {
            events.Publish(new ExecutionOutput(slow.Id, Guid.Empty, RunPhase.Run, OutputStream.Stdout, null, i * data.Length, data));
        }

        events.Publish(new ExecutionOutput(hers.Id, Guid.Empty, RunPhase.Run, OutputStream.Stdout, null, 0, "hello"));
        Assert.Equal("hello", (await hub.NextAsync("ExecutionOutput")).GetProperty("data").GetString());
        // It was not only served once the other was given up.
        Assert.Contains(mallory.Id, presence.OnlineIn(slow.Id));
    }

    private static async Task<WebSocket> ConnectAsync(TestUser user)
    {
        var socket = new ClientWebSocket();
        using var handler = new SocketsHttpHandler
        {
            ConnectCallback = async (context, cancellationToken) =>
            {
                var connection = new Socket(SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = 4096 };
                await connection.ConnectAsync(context.DnsEndPoint, cancellationToken);
                return new NetworkStream(connection, ownsSocket: true);
            },
        };
        using var invoker = new HttpMessageInvoker(handler, disposeHandler: false);
        await socket.ConnectAsync(new Uri($"ws://{user.Server.Url.Authority}/hubs/session?access_token={user.AccessToken}"), invoker, Stop);
        return socket;
    }

    private static Task SendAsync(WebSocket socket, string message) =>
        socket.SendAsync(Encoding.UTF8.GetBytes(message + "\u001e"), WebSocketMessageType.Text, endOfMessage: true, Stop);
}
