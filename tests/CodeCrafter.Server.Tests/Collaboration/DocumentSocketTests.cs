using System.Net.WebSockets;
using CodeCrafter.Server.Collaboration.Documents;
using CodeCrafter.Server.Sessions;
using Microsoft.Extensions.Time.Testing;

namespace CodeCrafter.Server.Tests.Collaboration;

/// <summary>One document socket over connections that misbehave.</summary>
public sealed class DocumentSocketTests
{
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

    private DocumentSocket Create(WebSocket connection) => new(
        connection, Guid.NewGuid(), SessionRole.Editor, wantsAcks: true, new CollaborationOptions { MaxQueuedBytesPerSocket = 1024 }, _clock);

    /// <summary>A connection on which nothing comes and nothing goes.</summary>
    private sealed class StuckStream : Stream
    {
        private readonly TaskCompletionSource _writing = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Writing => _writing.Task;
        public override bool CanRead => true;
        public override bool CanWrite => true;
        public override bool CanSeek => false;
        public override long Length => throw new NotSupportedException();
        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            await Task.Delay(Timeout.Infinite, cancellationToken);
            return 0;
        }

        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            _writing.TrySetResult();
            await Task.Delay(Timeout.Infinite, cancellationToken);
        }

        public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;
        public override void Flush() => throw new NotSupportedException();
        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();
        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
        public override void SetLength(long value) => throw new NotSupportedException();
    }
}
