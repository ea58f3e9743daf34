using System.Net.WebSockets;
using System.Threading.Channels;
using CodeCrafter.Crdt.Sync;
using CodeCrafter.Server.Collaboration.Documents;
using CodeCrafter.Server.Sessions;
using CodeCrafter.Server.Tests.Fixture;
using Microsoft.Extensions.DependencyInjection;

namespace CodeCrafter.Server.Tests.Collaboration;

/// <summary>What a room does on the thread that posts, and what it leaves to others.</summary>
public sealed class RoomThreadTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(10, false)]
    [InlineData(1_000_000, true)]
    public async Task A_thread_that_posts_answers_for_small_documents_alone(int characters, bool isLeftToOthers)
    {
        await using var server = await TestServer.StartAsync();
        var alice = await server.RegisterAsync("alice");
        var session = await alice.CreateFileSessionAsync("main.py", new string('x', characters));
        await using var lease = await server.Services.GetRequiredService<Rooms>().EnterAsync(session.Id, Stop);
        await using var wire = new NotingStream();
        using var connection = WebSocket.CreateFromStream(wire, new WebSocketCreationOptions { IsServer = true });
        var socket = new DocumentSocket(
            connection, new UserNameResponse(alice.Id, "alice"), SessionRole.Owner, wantsAcks: false, pace: null, new CollaborationOptions(), TimeProvider.System);
        await lease.Room.PostAsync(new RoomCommand.Join(socket), Stop);
        await wire.NextWriterAsync();

        var poster = await OnAnotherThreadAsync(
            () => _ = lease.Room.PostAsync(new RoomCommand.Frame(socket, SyncProtocol.WriteStep1([0])), Stop).AsTask());

        Assert.Equal(isLeftToOthers, await wire.NextWriterAsync() != poster);
    }

    [Fact]
    public async Task A_thread_that_posts_neither_reads_nor_edits_for_the_rest_of_the_server()
    {
        await using var server = await TestServer.StartAsync();
        var alice = await server.RegisterAsync("alice");
        var session = await alice.CreateFileSessionAsync("main.py", "x");
        await using var lease = await server.Services.GetRequiredService<Rooms>().EnterAsync(session.Id, Stop);
        var reading = new TaskCompletionSource<object>(TaskCreationOptions.RunContinuationsAsynchronously);

        var poster = await OnAnotherThreadAsync(
            () => _ = lease.Room.PostAsync(new RoomCommand.Read(_ => Environment.CurrentManagedThreadId, reading), Stop).AsTask());

        Assert.NotEqual(poster, (int)await reading.Task.WaitAsync(TimeSpan.FromSeconds(30), Stop));
    }

    /// <summary>Does something on a thread that does nothing else, and returns its id.</summary>
    private static Task<int> OnAnotherThreadAsync(Action action)
    {
        var done = new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously);
        new Thread(() =>
        {
            action();
            done.SetResult(Environment.CurrentManagedThreadId);
        }).Start();
        return done.Task;
    }

    /// <summary>Notes which threads write to it.</summary>
    private sealed class NotingStream : MemoryStream
    {
        private readonly Channel<int> _writers = Channel.CreateUnbounded<int>();

        public async Task<int> NextWriterAsync()
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(Stop);
            limit.CancelAfter(TimeSpan.FromSeconds(30));
            return await _writers.Reader.ReadAsync(limit.Token);
        }

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            _writers.Writer.TryWrite(Environment.CurrentManagedThreadId);
            return ValueTask.CompletedTask;
        }
    }
}
