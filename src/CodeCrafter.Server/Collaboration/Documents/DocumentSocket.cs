using System.Buffers;
using System.Net.WebSockets;
using System.Threading.Channels;
using CodeCrafter.Server.Platform;
using CodeCrafter.Server.Sessions;

namespace CodeCrafter.Server.Collaboration.Documents;

/// <summary>Why the server closed a document socket: a code of the range for applications, and words.</summary>
internal sealed record CloseReason(int Code, string Words)
{
    public static readonly CloseReason Malformed = new(4400, "malformed_update");
    public static readonly CloseReason TokenExpired = new(4401, "token_expired");
    public static readonly CloseReason LoginEnded = new(4401, "login_ended");
    public static readonly CloseReason Removed = new(4403, "not_a_member");
    public static readonly CloseReason Deleted = new(4404, "session_not_found");
    public static readonly CloseReason TooSlow = new(1013, "reads_too_slowly");
    public static readonly CloseReason FrameTooSlow = new(1008, "frame_too_slow");
    public static readonly CloseReason Full = new(1013, "document_full");
    public static readonly CloseReason TooLarge = new(1009, "message_too_large");
    public static readonly CloseReason NotBinary = new(1003, "binary_frames_only");
    public static readonly CloseReason Stopping = new(1012, "server_restarts");
    public static readonly CloseReason Reloading = new(1012, "document_reloads");
    public static readonly CloseReason Corrupt = new(4500, "document_corrupt");
    public static readonly CloseReason Failed = new(1011, "internal_error");
}

/// <summary>
/// One client's connection to a document. The room owns its state and is the only one that sends; sending never
/// waits: frames queue here up to a cap, beyond which the client is cut off.
/// </summary>
internal sealed class DocumentSocket(
    WebSocket socket,
    UserNameResponse user,
    SessionRole role,
    bool wantsAcks,
    MessagePace? pace,
    CollaborationOptions options,
    TimeProvider clock)
{
    private const int MaxUnhandledFrames = 8;
    private const double BytesPerMessage = 4096;
    private static readonly TimeSpan CloseTimeout = TimeSpan.FromSeconds(5);

    private readonly Channel<byte[]> _outgoing =
        Channel.CreateUnbounded<byte[]>(new UnboundedChannelOptions { SingleReader = true });

    // Never disposed of: the room may still send to a socket whose connection has just ended.
    private readonly CancellationTokenSource _aborted = new(Timeout.InfiniteTimeSpan, clock);
    private readonly SemaphoreSlim _unhandled = new(MaxUnhandledFrames);
    private long _queuedBytes;
    private CloseReason? _closeReason;

    public UserNameResponse User { get; } = user;

    public Guid UserId => User.Id;

    /// <summary>The client asked for acknowledgements of what is saved.</summary>
    public bool WantsAcks { get; } = wantsAcks;

    /// <summary>Owned by the room.</summary>
    public SessionRole Role { get; set; } = role;

    /// <summary>The awareness client ids that this socket speaks for. Owned by the room.</summary>
    public HashSet<ulong> AwarenessIds { get; } = [];

    /// <summary>Which of its updates are saved. Owned by the room.</summary>
    public SaveTracker Saves { get; } = new();

    /// <summary>Queues a frame; the array must not change after. A client that reads too slowly is closed instead.</summary>
    public void Send(byte[] frame)
    {
        // Whatever its size, one frame is taken where there is room: a large document must get to who asks for it.
        if (Interlocked.Add(ref _queuedBytes, frame.Length) - frame.Length > options.MaxQueuedBytesPerSocket)
        {
            Close(CloseReason.TooSlow);
            // It does not read, so it would not read the close frame either.
            _aborted.Cancel();
            return;
        }

        _outgoing.Writer.TryWrite(frame);
    }

    /// <summary>Sends what is queued, then closes. The first reason counts.</summary>
    public void Close(CloseReason reason)
    {
        if (Interlocked.CompareExchange(ref _closeReason, reason, null) is null)
        {
            // Also for what is still to be sent: a client that does not read must not keep its connection for it.
            _aborted.CancelAfter(CloseTimeout);
            _outgoing.Writer.TryComplete();
        }
    }

    /// <summary>Counts the bytes of an answer that the client asked for, as so many messages.</summary>
    public void ChargeAnswer(int bytes) => pace?.Charge(bytes / BytesPerMessage);

    /// <summary>The room is done with a frame of this socket, which may hand over the next.</summary>
    public void FrameHandled() => _unhandled.Release();

    /// <summary>
    /// Reads frames and hands each to <paramref name="onFrame"/>, and sends what is queued, until either side closes. It
    /// reads on once enough of them are handled, so that one client cannot fill the room's inbox.
    /// </summary>
    public async Task RunAsync(Func<ReadOnlyMemory<byte>, ValueTask> onFrame)
    {
        var sending = SendAllAsync();
        try
        {
            await ReceiveAllAsync(onFrame);
        }
        catch (Exception exception) when (exception is WebSocketException or OperationCanceledException)
        {
            // The connection broke or was cut off: there is nobody to tell.
        }
        finally
        {
            Close(CloseReason.Failed);
            await sending;
        }
    }

    private async Task SendAllAsync()
    {
        try
        {
            await foreach (var frame in _outgoing.Reader.ReadAllAsync(_aborted.Token))
            {
                await socket.SendAsync(frame.AsMemory(), WebSocketMessageType.Binary, endOfMessage: true, _aborted.Token);
                Interlocked.Add(ref _queuedBytes, -frame.Length);
            }

            if (socket.State is WebSocketState.Open or WebSocketState.CloseReceived)
            {
                var reason = socket.State == WebSocketState.CloseReceived || _closeReason is null
                    ? new CloseReason((int)WebSocketCloseStatus.NormalClosure, "")
                    : _closeReason;
                _aborted.CancelAfter(CloseTimeout);
                await socket.CloseOutputAsync((WebSocketCloseStatus)reason.Code, reason.Words, _aborted.Token);
            }
        }
        catch (Exception exception) when (exception is WebSocketException or OperationCanceledException)
        {
            // As above; the receiving side ends with it.
            socket.Abort();
        }
    }

    private async Task ReceiveAllAsync(Func<ReadOnlyMemory<byte>, ValueTask> onFrame)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(4096);
        // A frame that has begun holds memory until it ends.
        await using var frameTimer = clock.CreateTimer(
            _ => Close(CloseReason.FrameTooSlow), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        try
        {
            var length = 0;
            while (true)
            {
                var received = await socket.ReceiveAsync(buffer.AsMemory(length), _aborted.Token);
                if (received.MessageType == WebSocketMessageType.Close)
                {
                    return;
                }

                if (length == 0 || received.EndOfMessage)
                {
                    frameTimer.Change(received.EndOfMessage ? Timeout.InfiniteTimeSpan : options.FrameTime, Timeout.InfiniteTimeSpan);
                }

                length += received.Count;
                if (received.MessageType != WebSocketMessageType.Binary)
                {
                    Close(CloseReason.NotBinary);
                    length = 0;
                }
                else if (length > options.MaxFrameBytes)
                {
                    Close(CloseReason.TooLarge);
                    length = 0;
                }
                else if (received.EndOfMessage)
                {
                    if (_closeReason is null)
                    {
                        await (pace?.TakeAsync(_aborted.Token) ?? Task.CompletedTask);
                        await _unhandled.WaitAsync(_aborted.Token);
                        await onFrame(buffer.AsSpan(0, length).ToArray());
                    }

                    length = 0;
                }
                else if (length == buffer.Length)
                {
                    buffer = Grow(buffer, length);
                }
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    // Grows with what has arrived, not with what a header announces.
    private static byte[] Grow(byte[] buffer, int length)
    {
        var larger = ArrayPool<byte>.Shared.Rent(buffer.Length * 2);
        buffer.AsSpan(0, length).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(buffer);
        return larger;
    }
}
