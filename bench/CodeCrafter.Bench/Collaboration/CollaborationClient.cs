using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.WebSockets;
using CodeCrafter.Crdt;

namespace CodeCrafter.Bench.Collaboration;

/// <summary>When each keystroke of a client was sent, by its client id; read by all who receive it.</summary>
internal sealed class SentTimes
{
    private readonly ConcurrentDictionary<ulong, ConcurrentDictionary<long, long>> _clients = new();

    public ConcurrentDictionary<long, long> Of(ulong client) => _clients.GetOrAdd(client, _ => new ConcurrentDictionary<long, long>());

    /// <summary>Milliseconds since a keystroke was sent; null if it was not sent by one of these clients.</summary>
    public double? Age(ulong client, long clock) =>
        _clients.TryGetValue(client, out var times) && times.TryGetValue(clock, out var sent) ? Stopwatch.GetElapsedTime(sent).TotalMilliseconds : null;
}

/// <summary>
/// A client that types into a text of its own, so that it needs to know nothing of what the others type, and that notes
/// when their keystrokes reach it.
/// </summary>
internal sealed class CollaborationClient : IAsyncDisposable
{
    private readonly ClientWebSocket _socket = new();
    private readonly Room _room;
    private readonly Uri _url;
    private readonly SentTimes _sent;
    private readonly Doc _doc;
    private readonly YText _text;
    private readonly TaskCompletionSource _synced = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<long> _denied = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<long> _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<double> _latencies = [];
    private readonly ConcurrentQueue<(long Sent, bool Counts)> _unsaved = new();
    private readonly List<double> _saves = [];
    private long _saved;
    private byte[] _update = [];
    private Task _receiving = Task.CompletedTask;

    /// <param name="room">Where it types.</param>
    /// <param name="number">Of the client in its room.</param>
    /// <param name="sent">When keystrokes were sent.</param>
    /// <param name="client">The Yjs client id.</param>
    public CollaborationClient(Room room, int number, SentTimes sent, ulong client)
    {
        _url = room.Urls[number % room.Urls.Count];
        (_room, _sent) = (room, sent);
        _doc = new Doc(client);
        _text = _doc.GetText($"load-{client}");
        _doc.UpdateEmitted += (update, _) => _update = update;
        _socket.Options.Proxy = null;
    }

    /// <summary>Set while what arrives counts.</summary>
    public bool IsCounting { get; set; }

    /// <summary>Bytes of the message that was sent last.</summary>
    public int MessageBytes { get; private set; }

    /// <summary>Milliseconds from the sending of each keystroke of another client until it was here; after the end.</summary>
    public IReadOnlyList<double> Latencies => _latencies;

    /// <summary>Milliseconds from the sending of each keystroke until it was said to be saved; after the end.</summary>
    public IReadOnlyList<double> Saves => _saves;

    /// <summary>Something that it sent was not said to be saved yet.</summary>
    public bool HasUnsaved => !_unsaved.IsEmpty;

    /// <summary>When it was first told that it may not edit.</summary>
    public Task<long> Denied => _denied.Task;

    /// <summary>When the server closed the connection.</summary>
    public Task<long> Closed => _closed.Task;

    /// <summary>Connects, and waits for the room's content.</summary>
    public async Task ConnectAsync(CancellationToken cancellationToken)
    {
        await _socket.ConnectAsync(_url, cancellationToken);
        foreach (var message in (IEnumerable<byte[]>)[.. _room.Greeting, Frames.Step1(_room)])
        {
            await _socket.SendAsync(message, WebSocketMessageType.Binary, endOfMessage: true, cancellationToken);
        }

        _receiving = ReceiveAsync();
        await _synced.Task.WaitAsync(cancellationToken);
    }

    /// <summary>Types one character.</summary>
    public ValueTask TypeAsync()
    {
        var clock = (long)_text.Length;
        _text.Insert(_text.Length, "x");
        var message = Frames.Update(_room, _update);
        MessageBytes = message.Length;
        var now = Stopwatch.GetTimestamp();
        _sent.Of(_doc.ClientId)[clock] = now;
        _unsaved.Enqueue((now, IsCounting));
        return _socket.SendAsync(message.AsMemory(), WebSocketMessageType.Binary, endOfMessage: true, CancellationToken.None);
    }

    public async ValueTask DisposeAsync()
    {
        if (_socket.State == WebSocketState.Open)
        {
            using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(10));
            await _socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, "", limit.Token);
            await _receiving.WaitAsync(limit.Token);
        }

        _socket.Dispose();
    }

    private async Task ReceiveAsync()
    {
        var buffer = new byte[1 << 12];
        var length = 0;
        try
        {
            while (true)
            {
                var received = await _socket.ReceiveAsync(buffer.AsMemory(length), CancellationToken.None);
                if (received.MessageType == WebSocketMessageType.Close)
                {
                    _closed.TrySetResult(Stopwatch.GetTimestamp());
                    return;
                }

                length += received.Count;
                if (received.EndOfMessage)
                {
                    OnMessage(buffer.AsSpan(0, length));
                    length = 0;
                }
                else if (length == buffer.Length)
                {
                    Array.Resize(ref buffer, 2 * length);
                }
            }
        }
        catch (Exception exception)
        {
            _synced.TrySetException(exception);
            if (IsCounting)
            {
                throw;
            }
        }
    }

    private void OnMessage(ReadOnlySpan<byte> message)
    {
        const int sync = 0, step2 = 1, update = 2, denied = 2, hocuspocusSyncReply = 4, saved = 100;
        message = message[_room.Prefix.Length..];
        if (message is [denied, ..] && _room.Prefix.Length == 0)
        {
            _denied.TrySetResult(Stopwatch.GetTimestamp());
        }
        else if (message is [saved, ..])
        {
            OnSaved(new VarReader(message[1..]).Next());
        }

        if (message.Length < 3 || message[0] is not (sync or hocuspocusSyncReply))
        {
            return;
        }

        if (message[1] == step2)
        {
            _synced.TrySetResult();
        }
        else if (message[1] == update && IsCounting)
        {
            OnUpdate(message[2..]);
        }
    }

    private void OnSaved(long count)
    {
        for (; _saved < count && _unsaved.TryDequeue(out var keystroke); _saved++)
        {
            if (keystroke.Counts)
            {
                _saves.Add(Stopwatch.GetElapsedTime(keystroke.Sent).TotalMilliseconds);
            }
        }
    }

    // An update may hold several keystrokes: a server may join them.
    private void OnUpdate(ReadOnlySpan<byte> message)
    {
        var bytes = new VarReader(message);
        bytes.Next();
        for (var clients = bytes.Next(); clients > 0; clients--)
        {
            var structs = bytes.Next();
            var client = (ulong)bytes.Next();
            var clock = bytes.Next();
            for (; structs > 0; structs--)
            {
                for (var length = bytes.SkipText(); length > 0; length--, clock++)
                {
                    if (client != _doc.ClientId && _sent.Age(client, clock) is { } age)
                    {
                        _latencies.Add(age);
                    }
                }
            }
        }
    }

    /// <summary>Reads the updates that these clients make: text in ASCII, at a root or behind a character.</summary>
    private ref struct VarReader(ReadOnlySpan<byte> bytes)
    {
        private ReadOnlySpan<byte> _rest = bytes;

        public long Next()
        {
            long value = 0;
            for (var shift = 0; ; shift += 7)
            {
                var part = _rest[0];
                _rest = _rest[1..];
                value |= (long)(part & 0x7F) << shift;
                if (part < 0x80)
                {
                    return value;
                }
            }
        }

        public long SkipText()
        {
            const byte hasOrigin = 0x80, hasRightOrigin = 0x40, content = 0x1F, text = 4;
            var info = _rest[0];
            _rest = _rest[1..];
            if ((info & content) != text)
            {
                throw new InvalidOperationException("An update came that none of the clients has made.");
            }

            for (var ids = ((info & hasOrigin) != 0 ? 2 : 0) + ((info & hasRightOrigin) != 0 ? 2 : 0); ids > 0; ids--)
            {
                Next();
            }

            if ((info & (hasOrigin | hasRightOrigin)) == 0)
            {
                Next();
                _rest = _rest[(int)Next()..];
            }

            var length = Next();
            _rest = _rest[(int)length..];
            return length;
        }
    }
}
