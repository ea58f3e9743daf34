using System.Net;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Threading.Channels;
using CodeCrafter.Server.Collaboration.Documents;
using CodeCrafter.Server.Sessions;
using Microsoft.Extensions.Time.Testing;

namespace CodeCrafter.Server.Tests.Collaboration;

/// <summary>One document socket over connections that misbehave.</summary>
public sealed class DocumentSocketTests
{
    private const int MaxQueued = 1024;

    private readonly FakeTimeProvider _clock = new();

    [Fact]
    public async Task Sending_more_than_fits_after_the_connection_ended_does_no_harm()
    {
        using var connection = WebSocket.CreateFromStream(Stream.Null, new WebSocketCreationOptions { IsServer = true });
        var socket = Create(connection);
        await socket.RunAsync(_ => ValueTask.CompletedTask);

        // The room has not heard yet that the client is gone.
        socket.Send(new byte[5000]);
        socket.Close(CloseReason.Removed);
    }

    [Fact]
    public async Task A_client_that_neither_reads_nor_answers_cannot_keep_a_closed_socket_open()
    {
        await using var stuck = new StuckStream();
        using var connection = WebSocket.CreateFromStream(stuck, new WebSocketCreationOptions { IsServer = true });
        var socket = Create(connection);
        socket.Send(new byte[100]);
        var running = socket.RunAsync(_ => ValueTask.CompletedTask);
        await stuck.Writing;

        socket.Close(CloseReason.Removed);
        _clock.Advance(TimeSpan.FromMinutes(1));

        await running.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task A_socket_hands_over_only_so_many_frames_before_they_are_handled()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var near = new TcpClient();
        await near.ConnectAsync((IPEndPoint)listener.LocalEndpoint, Stop);
        using var far = await listener.AcceptTcpClientAsync(Stop);
        using var client = WebSocket.CreateFromStream(near.GetStream(), new WebSocketCreationOptions());
        using var connection = WebSocket.CreateFromStream(far.GetStream(), new WebSocketCreationOptions { IsServer = true });
        var socket = Create(connection);
        var (frames, unhandled, most) = (0, 0, 0);
        var full = Channel.CreateUnbounded<int>();
        var running = socket.RunAsync(_ =>
        {
            frames++;
            most = Math.Max(most, Interlocked.Increment(ref unhandled));
            full.Writer.TryWrite(frames);
            return ValueTask.CompletedTask;
        });

        for (var i = 0; i < 100; i++)
        {
            await client.SendAsync(new byte[1], WebSocketMessageType.Binary, endOfMessage: true, Stop);
        }

        for (var handled = 0; handled < 100; handled++)
        {
            // As late as possible: only where the socket can hand over nothing more.
            while (frames < Math.Min(100, handled + 8))
            {
                await full.Reader.ReadAsync(Stop);
            }

            Interlocked.Decrement(ref unhandled);
            socket.FrameHandled();
        }

        await client.CloseAsync(WebSocketCloseStatus.NormalClosure, "", Stop);
        await running;
        Assert.Equal((100, 8), (frames, most));
    }

    [Fact]
    public async Task One_frame_may_be_larger_than_all_that_may_wait_and_what_is_behind_it_waits_as_ever()
    {
        await using var stuck = new StuckStream();
        using var connection = WebSocket.CreateFromStream(stuck, new WebSocketCreationOptions { IsServer = true });
        var socket = Create(connection);
        var running = socket.RunAsync(_ => ValueTask.CompletedTask);

        socket.Send(new byte[MaxQueued * 10]);
        await stuck.Writing;
        socket.Send(new byte[MaxQueued]);

        // Neither was too much: both wait for the client to read.
        Assert.Equal(WebSocketState.Open, connection.State);
        Assert.False(running.IsCompleted);

        socket.Send(new byte[1]);

        await running.WaitAsync(TimeSpan.FromSeconds(30), Stop);
        Assert.Equal(WebSocketState.Aborted, connection.State);
    }

    [Fact]
    public async Task Of_frames_larger_than_all_that_may_wait_only_one_waits()
    {
        await using var stuck = new StuckStream();
        using var connection = WebSocket.CreateFromStream(stuck, new WebSocketCreationOptions { IsServer = true });
        var socket = Create(connection);
        var running = socket.RunAsync(_ => ValueTask.CompletedTask);

        socket.Send(new byte[MaxQueued + 1]);
        Assert.Equal(WebSocketState.Open, connection.State);
        socket.Send(new byte[MaxQueued + 1]);

        await running.WaitAsync(TimeSpan.FromSeconds(30), Stop);
        Assert.Equal(WebSocketState.Aborted, connection.State);
    }

    [Fact]
    public async Task A_large_frame_that_was_read_makes_room_for_another()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var near = new TcpClient();
        await near.ConnectAsync((IPEndPoint)listener.LocalEndpoint, Stop);
        using var far = await listener.AcceptTcpClientAsync(Stop);
        using var client = WebSocket.CreateFromStream(near.GetStream(), new WebSocketCreationOptions());
        using var connection = WebSocket.CreateFromStream(far.GetStream(), new WebSocketCreationOptions { IsServer = true });
        var socket = Create(connection);
        var running = socket.RunAsync(_ => ValueTask.CompletedTask);

        for (var i = 0; i < 3; i++)
        {
            socket.Send(new byte[MaxQueued * 10]);
            Assert.Equal(MaxQueued * 10, await ReceiveAsync(client));
            // Counted as sent before anything behind it leaves.
            socket.Send(new byte[1]);
            Assert.Equal(1, await ReceiveAsync(client));
        }

        await client.CloseAsync(WebSocketCloseStatus.NormalClosure, "", Stop);
        await running;
    }

    private static async Task<int> ReceiveAsync(WebSocket client)
    {
        var buffer = new byte[MaxQueued * 20];
        var length = 0;
        while (true)
        {
            var received = await client.ReceiveAsync(buffer.AsMemory(length), Stop);
            length += received.Count;
            if (received.EndOfMessage)
            {
                return length;
            }
        }
    }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private DocumentSocket Create(WebSocket connection) => new(
        connection,
        new UserNameResponse(Guid.NewGuid(), "somebody"),
        SessionRole.Editor,
        wantsAcks: true,
        pace: null,
        new CollaborationOptions { MaxQueuedBytesPerSocket = MaxQueued },
        _clock);

    /// <summary>A connection on which nothing comes and nothing goes, until it is closed here.</summary>
    private sealed class StuckStream : Stream
    {
        private readonly CancellationTokenSource _closed = new();
        private readonly TaskCompletionSource _writing = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Writing => _writing.Task;
        public override bool CanRead => true;
        public override bool CanWrite => true;
        public override bool CanSeek => false;
        public override long Length => throw new NotSupportedException();
        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            await StayAsync(cancellationToken);
            return 0;
        }

        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            _writing.TrySetResult();
            await StayAsync(cancellationToken);
        }

        protected override void Dispose(bool disposing)
        {
            _closed.Cancel();
            base.Dispose(disposing);
        }

        private async Task StayAsync(CancellationToken cancellationToken)
        {
            using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _closed.Token);
            await Task.Delay(Timeout.Infinite, either.Token);
        }

        public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;
        public override void Flush() => throw new NotSupportedException();
        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();
        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
        public override void SetLength(long value) => throw new NotSupportedException();
    }
}
