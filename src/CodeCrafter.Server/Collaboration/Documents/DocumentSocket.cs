using System.Buffers;
using System.Net.WebSockets;
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
/// waits: what cannot go out at once queues here up to a cap, beyond which the client is cut off.
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
    private const int FirstBufferBytes = 4096;
    private static readonly TimeSpan CloseTimeout = TimeSpan.FromSeconds(5);

    private readonly Lock _lock = new();
    private readonly SemaphoreSlim _unhandled = new(MaxUnhandledFrames);
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    // Never disposed of: the room may still send to a socket whose connection has just ended.
    private readonly CancellationTokenSource _aborted = new();
    private Queue<byte[]>? _queue;
    private long _queuedBytes;
    private byte[]? _largeFrame;
    private bool _isSending;
    private CloseReason? _closeReason;
    private ITimer? _closeTimer;

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

    /// <summary>
    /// Sends a frame, or queues it where another is still being sent; the array must not change after. A client that reads
    /// too slowly is closed instead.
    /// </summary>
    public void Send(byte[] frame)
    {
        bool isTooSlow;
        lock (_lock)
        {
            if (_closeReason is not null)
            {
                return;
            }

            isTooSlow = !TryCount(frame);
            if (!isTooSlow)
            {
                if (_isSending)
                {
                    (_queue ??= new Queue<byte[]>()).Enqueue(frame);
                    return;
                }

                _isSending = true;
            }
        }

        if (isTooSlow)
        {
            Close(CloseReason.TooSlow);
            // It does not read, so it would not read the close frame either.
            Abort();
            return;
        }

        _ = SendFromAsync(frame);
    }

    /// <summary>Sends what is queued, then closes. The first reason counts.</summary>
    public void Close(CloseReason reason)
    {
        lock (_lock)
        {
            if (_closeReason is not null)
            {
                return;
            }

            _closeReason = reason;
            // Also for what is still to be sent: a client that does not read must not keep its connection for it.
            _closeTimer = clock.CreateTimer(_ => Abort(), null, CloseTimeout, Timeout.InfiniteTimeSpan);
            if (_isSending)
            {
                return;
            }

            _isSending = true;
        }

        _ = SendFromAsync(null);
    }

    /// <summary>Counts the bytes of an answer that the client asked for, as so many messages.</summary>
    public void ChargeAnswer(int bytes) => pace?.Charge(bytes / BytesPerMessage);

    /// <summary>The room is done with a frame of this socket, which may hand over the next.</summary>
    public void FrameHandled() => _unhandled.Release();

    /// <summary>
    /// Reads frames and hands each to <paramref name="onFrame"/>, until either side closes. It reads on once enough of them
    /// are handled, so that one client cannot fill the room's inbox.
    /// </summary>
    public async Task RunAsync(Func<ReadOnlyMemory<byte>, ValueTask> onFrame)
    {
        try
        {
            await ReceiveAllAsync(onFrame);
        }
        catch (Exception exception) when (IsEndOfConnection(exception))
        {
            // The connection broke or was cut off: there is nobody to tell.
        }
        finally
        {
            Close(CloseReason.Failed);
            await _ended.Task;
            _closeTimer?.Dispose();
        }
    }

    private static bool IsEndOfConnection(Exception exception) =>
        exception is WebSocketException or OperationCanceledException or ObjectDisposedException;

    // One frame may be larger than all that may wait, and what comes behind it waits as ever: a large document must get to
    // who asks for it.
    private bool TryCount(byte[] frame)
    {
        if (frame.Length > options.MaxQueuedBytesPerSocket)
        {
            _largeFrame ??= frame;
            return _largeFrame == frame;
        }

        _queuedBytes += frame.Length;
        return _queuedBytes <= options.MaxQueuedBytesPerSocket;
    }

    private void Abort()
    {
        _aborted.Cancel();
        socket.Abort();
    }

    // One at a time: whoever set _isSending. Most frames go out at once, on the thread that sends them.
    private async Task SendFromAsync(byte[]? frame)
    {
        try
        {
            for (var isClosing = frame is null; !isClosing;)
            {
                await socket.SendAsync(frame.AsMemory(), WebSocketMessageType.Binary, endOfMessage: true, CancellationToken.None);
                if (!TryTakeNext(ref frame, out isClosing))
                {
                    return;
                }
            }

            await CloseOutputAsync(_closeReason!);
        }
        catch (Exception exception) when (IsEndOfConnection(exception))
        {
            // As above; the receiving side ends with it.
            lock (_lock)
            {
                _closeReason ??= CloseReason.Failed;
                _queue = null;
            }

            Abort();
        }

        _ended.TrySetResult();
    }

    /// <summary>Puts the next frame in the place of the one that was sent, or says to close; false where there is nothing to do.</summary>
    private bool TryTakeNext(ref byte[]? frame, out bool isClosing)
    {
        lock (_lock)
        {
            if (frame == _largeFrame)
            {
                _largeFrame = null;
            }
            else
            {
                _queuedBytes -= frame!.Length;
            }

            isClosing = false;
            if (_queue is not null && _queue.TryDequeue(out frame))
            {
                return true;
            }

            // A queue that was needed once is not kept for the next time.
            _queue = null;
            isClosing = _closeReason is not null;
            _isSending = isClosing;
            return isClosing;
        }
    }

    private async Task CloseOutputAsync(CloseReason reason)
    {
        if (socket.State is WebSocketState.Open or WebSocketState.CloseReceived)
        {
            reason = socket.State == WebSocketState.CloseReceived ? new CloseReason((int)WebSocketCloseStatus.NormalClosure, "") : reason;
            _closeTimer!.Change(CloseTimeout, Timeout.InfiniteTimeSpan);
            await socket.CloseOutputAsync((WebSocketCloseStatus)reason.Code, reason.Words, CancellationToken.None);
        }
    }

    private async Task ReceiveAllAsync(Func<ReadOnlyMemory<byte>, ValueTask> onFrame)
    {
        var buffer = Array.Empty<byte>();
        // A frame that has begun holds memory until it ends.
        ITimer? frameTimer = null;
        var (length, hasBegun, isTimed) = (0, false, false);
        try
        {
            while (true)
            {
                // Without a buffer it waits for a frame to begin: nothing is held for a client that is silent.
                var receiving = socket.ReceiveAsync(buffer.AsMemory(length), CancellationToken.None);
                if (hasBegun && !isTimed && !receiving.IsCompleted)
                {
                    frameTimer ??= clock.CreateTimer(_ => Close(CloseReason.FrameTooSlow), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
                    isTimed = frameTimer.Change(options.FrameTime, Timeout.InfiniteTimeSpan);
                }

                var received = await receiving;
                if (received.MessageType == WebSocketMessageType.Close)
                {
                    return;
                }

                hasBegun = !received.EndOfMessage;
                length += received.Count;
                if (Refusal(received.MessageType, length) is { } reason)
                {
                    Close(reason);
                    length = 0;
                }
                else if (received.EndOfMessage && _closeReason is null)
                {
                    await HandOverAsync(buffer.AsSpan(0, length).ToArray(), onFrame);
                }

                if (received.EndOfMessage)
                {
                    isTimed = isTimed && !frameTimer!.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
                    ArrayPool<byte>.Shared.Return(buffer);
                    (buffer, length) = ([], 0);
                }
                else if (length == buffer.Length)
                {
                    buffer = Grow(buffer, length);
                }
            }
        }
        finally
        {
            frameTimer?.Dispose();
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private CloseReason? Refusal(WebSocketMessageType type, int length) =>
        type != WebSocketMessageType.Binary ? CloseReason.NotBinary
        : length > options.MaxFrameBytes ? CloseReason.TooLarge
        : null;

    private async ValueTask HandOverAsync(byte[] frame, Func<ReadOnlyMemory<byte>, ValueTask> onFrame)
    {
        await (pace?.TakeAsync(_aborted.Token) ?? Task.CompletedTask);
        await _unhandled.WaitAsync(_aborted.Token);
        await onFrame(frame);
    }

    // Grows with what has arrived, not with what a header announces.
    private static byte[] Grow(byte[] buffer, int length)
    {
        var larger = ArrayPool<byte>.Shared.Rent(Math.Max(FirstBufferBytes, buffer.Length * 2));
        buffer.AsSpan(0, length).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(buffer);
        return larger;
    }
}
