using System.Net;
using System.Net.WebSockets;
using System.Threading.Channels;
using CodeCrafter.Crdt.Sync;

namespace CodeCrafter.Server.Tests.Fixture;

/// <summary>A document socket that sends whatever it is told to, as no honest client would.</summary>
internal sealed class RawSocket : IAsyncDisposable
{
    private readonly ClientWebSocket _socket = new();
    private readonly Channel<byte[]> _received = Channel.CreateUnbounded<byte[]>();
    private Task _reading = Task.CompletedTask;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    /// <summary>The status of the handshake.</summary>
    public int Status => (int)_socket.HttpStatusCode;

    /// <summary>Code and reason of the server, after it has closed the socket.</summary>
    public (int? Code, string? Reason) Closed => ((int?)_socket.CloseStatus, _socket.CloseStatusDescription);

    /// <summary>Opens a document socket; <see cref="Status"/> says why not, where it cannot be.</summary>
    public static async Task<RawSocket> OpenAsync(TestUser user, Guid sessionId, string? origin = null)
    {
        var raw = new RawSocket();
        raw._socket.Options.CollectHttpResponseDetails = true;
        raw._socket.Options.SetRequestHeader("Authorization", $"Bearer {user.AccessToken}");
        if (origin is not null)
        {
            raw._socket.Options.SetRequestHeader("Origin", origin);
        }

        try
        {
            await raw._socket.ConnectAsync(new Uri($"ws://{user.Server.Url.Authority}/collab/{sessionId}"), Stop);
            raw._reading = raw.ReadAsync();
        }
        catch (WebSocketException) when (raw._socket.HttpStatusCode != HttpStatusCode.SwitchingProtocols)
        {
            // See the status.
        }

        return raw;
    }

    public Task SendAsync(byte[] frame, bool isEnd = true) => _socket.SendAsync(frame, WebSocketMessageType.Binary, isEnd, Stop);

    /// <summary>The payload of the next message of this kind; others before it are passed over.</summary>
    public async Task<byte[]> NextAsync(SyncMessageType type, SyncStep? step = null)
    {
        await foreach (var frame in _received.Reader.ReadAllAsync(Stop))
        {
            var message = SyncProtocol.Read(frame);
            if (message.Type == type && (step is null || message.Step == step))
            {
                return message.Payload.ToArray();
            }
        }

        Assert.Fail($"The socket closed ({Closed}) before {type} came.");
        return [];
    }

    /// <summary>Everything that has come and was not taken.</summary>
    public IReadOnlyList<byte[]> TakeAll()
    {
        var frames = new List<byte[]>();
        while (_received.Reader.TryRead(out var frame))
        {
            frames.Add(frame);
        }

        return frames;
    }

    /// <summary>Waits until the server has closed the socket.</summary>
    public async Task<(int? Code, string? Reason)> UntilClosedAsync()
    {
        await _reading.WaitAsync(TimeSpan.FromSeconds(60), Stop);
        return Closed;
    }

    public async ValueTask DisposeAsync()
    {
        _socket.Abort();
        await _reading;
        _socket.Dispose();
    }

    private async Task ReadAsync()
    {
        var buffer = new byte[1 << 20];
        try
        {
            var length = 0;
            while (true)
            {
                var received = await _socket.ReceiveAsync(buffer.AsMemory(length), CancellationToken.None);
                if (received.MessageType == WebSocketMessageType.Close)
                {
                    return;
                }

                length += received.Count;
                if (received.EndOfMessage)
                {
                    _received.Writer.TryWrite(buffer[..length]);
                    length = 0;
                }
            }
        }
        catch (Exception exception) when (exception is WebSocketException or OperationCanceledException)
        {
            // The connection is gone; Closed has no code then.
        }
        finally
        {
            _received.Writer.TryComplete();
        }
    }
}
