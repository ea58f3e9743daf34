using System.Collections.Concurrent;
using System.Net.WebSockets;
using System.Threading.Channels;
using CodeCrafter.Crdt;
using CodeCrafter.Crdt.Sync;

namespace CodeCrafter.Server.Tests.Fixture;

/// <summary>A client of a document that does what a page does, cheap enough to have hundreds of. It keeps its document over connections.</summary>
internal sealed class DocClient : IAsyncDisposable
{
    private const byte Acknowledgement = 100;

    private readonly Lock _lock = new();
    private readonly Uri _url;
    private readonly string _token;
    private readonly List<byte[]> _made = [];
    private Connection? _connection;
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <param name="user">Whose.</param>
    /// <param name="sessionId">The session of the document.</param>
    /// <param name="clientId">The Yjs client id.</param>
    public DocClient(TestUser user, Guid sessionId, ulong? clientId = null)
    {
        _url = new Uri($"ws://{user.Server.Url.Authority}/collab/{sessionId}?acks=1");
        _token = user.AccessToken;
        Doc = new Doc(clientId);
        Doc.UpdateEmitted += (update, origin) =>
        {
            if (origin is not Connection)
            {
                _made.Add(update);
            }
        };
    }

    /// <summary>To be read while nothing arrives, or in <see cref="UntilAsync"/>.</summary>
    public Doc Doc { get; }

    /// <summary>Document messages sent on this connection, and those of them that the server calls saved.</summary>
    public long Sent { get; private set; }

    public long Saved { get; private set; }

    public bool IsSynced { get; private set; }

    /// <summary>Reasons for which messages were refused.</summary>
    public ConcurrentQueue<string> Refusals { get; } = new();

    /// <summary>Code and reason of the server, once it has closed the connection; no code where it just broke.</summary>
    public (int? Code, string? Reason)? Closed { get; private set; }

    /// <summary>Changes each update that arrives into those that are applied: what a bad network does.</summary>
    public Func<byte[], IEnumerable<byte[]>> Arriving { get; set; } = update => [update];

    /// <summary>The same for those that leave.</summary>
    public Func<byte[], IEnumerable<byte[]>> Leaving { get; set; } = update => [update];

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    /// <summary>Connects, and waits until client and server have told each other what they have.</summary>
    public async Task ConnectAsync()
    {
        await OpenAsync();
        await UntilAsync(client => client.IsSynced || client.Closed is not null);
    }

    /// <summary>Connects, and no more.</summary>
    public async Task OpenAsync()
    {
        var socket = new ClientWebSocket();
        socket.Options.SetRequestHeader("Authorization", $"Bearer {_token}");
        await socket.ConnectAsync(_url, Stop);
        lock (_lock)
        {
            (Sent, Saved, IsSynced, Closed) = (0, 0, false, null);
            _connection = new Connection(socket);
            _connection.Outgoing.Writer.TryWrite(SyncProtocol.WriteStep1(Doc.EncodeStateVector()));
        }

        _connection.Running = Task.WhenAll(SendAsync(_connection), ReceiveAsync(_connection));
    }

    /// <summary>Breaks the connection off.</summary>
    public async Task DisconnectAsync()
    {
        if (_connection is { } connection)
        {
            connection.Socket.Abort();
            connection.Outgoing.Writer.TryComplete();
            await connection.Running;
            connection.Socket.Dispose();
            _connection = null;
        }
    }

    /// <summary>Edits the document, and sends what became of it if there is a connection.</summary>
    public void Edit(Action<Doc> edit)
    {
        lock (_lock)
        {
            _made.Clear();
            Doc.Transact(() => edit(Doc));
            foreach (var update in _made.SelectMany(Leaving))
            {
                SendDocument(SyncProtocol.WriteUpdate(update));
            }
        }
    }

    /// <summary>Types at the end of a file.</summary>
    public void Type(string file, string text) => Edit(doc =>
    {
        var target = doc.GetMap("files").GetText(file)!;
        target.Insert(target.Length, text);
    });

    public string? Text(string file)
    {
        lock (_lock)
        {
            return Doc.GetMap("files").GetText(file)?.ToString();
        }
    }

    /// <summary>Asks for what the server has beyond this document, and tells it the same: a sync without a new connection.</summary>
    public void Resync()
    {
        lock (_lock)
        {
            IsSynced = false;
            _connection?.Outgoing.Writer.TryWrite(SyncProtocol.WriteStep1(Doc.EncodeStateVector()));
            SendDocument(SyncProtocol.WriteStep2(Doc.EncodeStateAsUpdate()));
        }
    }

    /// <summary>Waits for something that messages bring about.</summary>
    public async Task UntilAsync(Func<DocClient, bool> condition)
    {
        while (true)
        {
            Task changed;
            lock (_lock)
            {
                if (condition(this))
                {
                    return;
                }

                changed = _changed.Task;
            }

            await changed.WaitAsync(TimeSpan.FromSeconds(60), Stop);
        }
    }

    /// <summary>Waits until everything that was sent is called saved.</summary>
    public Task UntilSavedAsync() => UntilAsync(client => client.IsSynced && client.Saved == client.Sent);

    public async ValueTask DisposeAsync() => await DisconnectAsync();

    private static async Task SendAsync(Connection connection)
    {
        try
        {
            await foreach (var frame in connection.Outgoing.Reader.ReadAllAsync())
            {
                await connection.Socket.SendAsync(frame, WebSocketMessageType.Binary, endOfMessage: true, CancellationToken.None);
            }
        }
        catch (Exception exception) when (exception is WebSocketException or OperationCanceledException or ObjectDisposedException)
        {
            // Gone; the receiver sees it too.
        }
    }

    private void SendDocument(byte[] frame)
    {
        if (_connection?.Outgoing.Writer.TryWrite(frame) == true)
        {
            Sent++;
        }
    }

    private async Task ReceiveAsync(Connection connection)
    {
        var buffer = new byte[4096];
        var length = 0;
        try
        {
            while (true)
            {
                var received = await connection.Socket.ReceiveAsync(buffer.AsMemory(length), CancellationToken.None);
                if (received.MessageType == WebSocketMessageType.Close)
                {
                    break;
                }

                length += received.Count;
                if (received.EndOfMessage)
                {
                    Change(() => OnMessage(connection, buffer.AsSpan(0, length)));
                    length = 0;
                }
                else if (length == buffer.Length)
                {
                    Array.Resize(ref buffer, 2 * length);
                }
            }
        }
        catch (Exception exception) when (exception is WebSocketException or OperationCanceledException or ObjectDisposedException)
        {
            // Broken off.
        }

        Change(() => Closed = ((int?)connection.Socket.CloseStatus, connection.Socket.CloseStatusDescription));
        connection.Outgoing.Writer.TryComplete();
    }

    private void Change(Action change)
    {
        TaskCompletionSource changed;
        lock (_lock)
        {
            change();
            (changed, _changed) = (_changed, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        }

        changed.SetResult();
    }

    private void OnMessage(Connection connection, ReadOnlySpan<byte> frame)
    {
        if (frame[0] == Acknowledgement)
        {
            Saved = Read7Bit(frame[1..]);
            return;
        }

        var message = SyncProtocol.Read(frame);
        switch (message.Type)
        {
            case SyncMessageType.Auth:
                Refusals.Enqueue(System.Text.Encoding.UTF8.GetString(message.Payload));
                break;
            case SyncMessageType.Sync when message.Step == SyncStep.Step1:
                SendDocument(SyncProtocol.WriteStep2(Doc.EncodeStateAsUpdate(message.Payload)));
                break;
            case SyncMessageType.Sync when message.Step == SyncStep.Step2:
                Doc.ApplyUpdate(message.Payload, connection);
                IsSynced = true;
                break;
            case SyncMessageType.Sync:
                foreach (var update in Arriving(message.Payload.ToArray()))
                {
                    Doc.ApplyUpdate(update, connection);
                }

                break;
        }
    }

    private static long Read7Bit(ReadOnlySpan<byte> bytes)
    {
        long value = 0;
        for (var i = 0; i < bytes.Length; i++)
        {
            value |= (long)(bytes[i] & 0x7F) << (7 * i);
        }

        return value;
    }

    private sealed record Connection(ClientWebSocket Socket)
    {
        public Channel<byte[]> Outgoing { get; } = Channel.CreateUnbounded<byte[]>();

        public Task Running { get; set; } = Task.CompletedTask;
    }
}
