using System.Collections.Concurrent;
using System.Text.Json;
using System.Threading.Channels;
using Microsoft.AspNetCore.SignalR.Client;

namespace CodeCrafter.Server.Tests.Fixture;

/// <summary>A client of the hub that keeps all events in the order in which they came.</summary>
internal sealed class TestHub : IAsyncDisposable
{
    private static readonly string[] _events =
    [
        "ParticipantJoined", "ParticipantLeft", "RoleChanged", "Removed", "MessageReceived", "TypingChanged",
        "ExecutionQueued", "ExecutionStarted", "ExecutionResized", "ExecutionOutput", "ExecutionFinished", "SessionSaved", "SessionUpdated", "SessionDeleted",
    ];

    private readonly Channel<(string Name, JsonElement Message)> _received = Channel.CreateUnbounded<(string, JsonElement)>();

    public TestHub(TestUser user)
    {
        Connection = new HubConnectionBuilder()
            .WithUrl(new Uri(user.Server.Url, "/hubs/session"), options => options.AccessTokenProvider = () => Task.FromResult<string?>(user.AccessToken))
            .Build();
        foreach (var name in _events)
        {
            Connection.On<JsonElement>(name, message => _received.Writer.TryWrite((name, message)));
        }

        Connection.Closed += _ =>
        {
            _received.Writer.TryComplete();
            return Task.CompletedTask;
        };
    }

    public HubConnection Connection { get; }

    /// <summary>All events that have been taken by <see cref="NextAsync"/>, and those that it passed over.</summary>
    public ConcurrentQueue<(string Name, JsonElement Message)> Seen { get; } = new();

    public Task<JsonElement> JoinAsync(Guid sessionId) => InvokeAsync<JsonElement>("JoinSession", sessionId);

    public Task<T> InvokeAsync<T>(string method, params object?[] arguments) =>
        Connection.InvokeCoreAsync<T>(method, arguments, TestContext.Current.CancellationToken);

    public Task InvokeAsync(string method, params object?[] arguments) =>
        Connection.InvokeCoreAsync(method, arguments, TestContext.Current.CancellationToken);

    /// <summary>The next event of this name; others that come before it are passed over.</summary>
    public async Task<JsonElement> NextAsync(string name)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(TimeSpan.FromSeconds(30));
        try
        {
            while (true)
            {
                var received = await _received.Reader.ReadAsync(limit.Token);
                Seen.Enqueue(received);
                if (received.Name == name)
                {
                    return received.Message;
                }
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or ChannelClosedException)
        {
            Assert.Fail($"'{name}' did not come; there came: {string.Join(", ", Seen.Select(seen => seen.Name))}");
            throw;
        }
    }

    /// <summary>All events that came, after the connection has ended.</summary>
    public async Task<IReadOnlyCollection<(string Name, JsonElement Message)>> RestAsync()
    {
        await foreach (var received in _received.Reader.ReadAllAsync(TestContext.Current.CancellationToken))
        {
            Seen.Enqueue(received);
        }

        return Seen;
    }

    public ValueTask DisposeAsync() => Connection.DisposeAsync();
}
