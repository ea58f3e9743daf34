using System.Collections.Concurrent;
using System.Security.Claims;
using Microsoft.Extensions.Options;

namespace CodeCrafter.Server.Auth;

/// <summary>
/// Connections that outlive the request which opened them: each ends soon after its login has, be it by a logout, by a
/// change of the password, or because the account was disabled.
/// </summary>
internal sealed partial class OpenConnections(
    Logins logins, LoginChanges changes, TimeProvider clock, IOptions<AuthOptions> options, ILogger<OpenConnections> logger) : BackgroundService
{
    private readonly ConcurrentDictionary<Connection, ClaimsPrincipal> _connections = new();
    private readonly ConcurrentDictionary<Guid, int> _counts = new();

    /// <summary>
    /// Calls <paramref name="close"/> once the caller's login has ended, until the result is disposed of. Null where they
    /// have as many connections as a user may.
    /// </summary>
    public IDisposable? TryAdd(ClaimsPrincipal caller, Action close)
    {
        var connection = new Connection(this, caller.GetUserId(), close);
        if (_counts.AddOrUpdate(connection.UserId, 1, (_, count) => count + 1) > options.Value.ConnectionsPerUser)
        {
            Forget(connection.UserId);
            return null;
        }

        _connections[connection] = caller;
        return connection;
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Task.WhenAll(CheckWhoChangedAsync(stoppingToken), CheckAllNowAndThenAsync(stoppingToken));

    private async Task CheckWhoChangedAsync(CancellationToken stoppingToken)
    {
        await foreach (var userId in changes.Reader.ReadAllAsync(stoppingToken))
        {
            await CheckAsync(_connections.Where(connection => connection.Value.GetUserId() == userId), stoppingToken);
        }
    }

    // What ends without anybody saying so: a login that expires, a change that another program makes.
    private async Task CheckAllNowAndThenAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(options.Value.ConnectionCheckSeconds), clock);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            await CheckAsync(_connections, stoppingToken);
        }
    }

    private async Task CheckAsync(IEnumerable<KeyValuePair<Connection, ClaimsPrincipal>> connections, CancellationToken stoppingToken)
    {
        foreach (var login in connections.GroupBy(connection => connection.Value.GetLoginId()))
        {
            try
            {
                await CheckLoginAsync([.. login], stoppingToken);
            }
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
            {
                LogCheckFailed(exception, login.Key);
            }
        }
    }

    private async Task CheckLoginAsync(IReadOnlyList<KeyValuePair<Connection, ClaimsPrincipal>> connections, CancellationToken stoppingToken)
    {
        if (!await logins.IsActiveAsync(connections[0].Value, stoppingToken))
        {
            foreach (var (connection, _) in connections)
            {
                connection.Close();
            }
        }
    }

    [LoggerMessage(LogLevel.Error, "Whether login {LoginId} is still alive could not be checked; it is checked again")]
    private partial void LogCheckFailed(Exception exception, Guid loginId);

    private void Forget(Guid userId)
    {
        if (_counts.AddOrUpdate(userId, 0, (_, count) => count - 1) <= 0)
        {
            _counts.TryRemove(new KeyValuePair<Guid, int>(userId, 0));
        }
    }

    private sealed class Connection(OpenConnections owner, Guid userId, Action close) : IDisposable
    {
        public Guid UserId { get; } = userId;

        public void Close() => close();

        public void Dispose()
        {
            if (owner._connections.TryRemove(this, out _))
            {
                owner.Forget(UserId);
            }
        }
    }
}
