using System.Collections.Concurrent;
using System.ComponentModel.DataAnnotations;
using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Options;

namespace CodeCrafter.Server.Platform;

/// <summary>What connections may cost before anybody has said who they are, <c>CodeCrafter:Limits</c>.</summary>
internal sealed class ConnectionOptions
{
    /// <summary>Connections at once, from everybody.</summary>
    [Range(1, 1_000_000)]
    public int MaxConnections { get; init; } = 10_000;

    /// <summary>Of them, WebSockets.</summary>
    [Range(1, 1_000_000)]
    public int MaxSockets { get; init; } = 5_000;

    /// <summary>Connections at once from one address. A trusted proxy has as many as there are; so has everybody with RATE_LIMITS=off.</summary>
    [Range(1, 1_000_000)]
    public int MaxConnectionsPerAddress { get; init; } = 1_000;

    /// <summary>Seconds in which the headers of a request must have come.</summary>
    [Range(1, 600)]
    public int HeadersSeconds { get; init; } = 15;

    /// <summary>Seconds for which a connection without a request is kept.</summary>
    [Range(1, 3600)]
    public int KeepAliveSeconds { get; init; } = 130;

    /// <summary>Bytes a second with which a body must come, and an answer be taken, after <see cref="GraceSeconds"/>.</summary>
    [Range(1, 1_000_000)]
    public int MinBytesPerSecond { get; init; } = 240;

    [Range(2, 600)]
    public int GraceSeconds { get; init; } = 5;

    /// <summary>Bytes of a request's body, where its route does not say otherwise.</summary>
    [Range(1024, 64 << 20)]
    public int MaxBodyBytes { get; init; } = 1 << 20;
}

/// <summary>Holds <see cref="ConnectionOptions"/>: in the web server, and by address before it reads a byte.</summary>
internal sealed class ConnectionLimits(ServerOptions server, IOptions<ConnectionOptions> options) : IConfigureOptions<KestrelServerOptions>
{
    private readonly ConcurrentDictionary<IPAddress, int> _connections = new();

    public void Configure(KestrelServerOptions kestrel)
    {
        var wanted = options.Value;
        var limits = kestrel.Limits;
        kestrel.AddServerHeader = false;
        limits.MaxRequestBodySize = wanted.MaxBodyBytes;
        limits.RequestHeadersTimeout = TimeSpan.FromSeconds(wanted.HeadersSeconds);
        limits.KeepAliveTimeout = TimeSpan.FromSeconds(wanted.KeepAliveSeconds);
        limits.MinRequestBodyDataRate = limits.MinResponseDataRate =
            new MinDataRate(wanted.MinBytesPerSecond, TimeSpan.FromSeconds(wanted.GraceSeconds));
        limits.MaxConcurrentConnections = wanted.MaxConnections;
        limits.MaxConcurrentUpgradedConnections = wanted.MaxSockets;
        if (server.RateLimits)
        {
            kestrel.ConfigureEndpointDefaults(endpoint => endpoint.Use(next => connection => CountAsync(connection, next)));
        }
    }

    private async Task CountAsync(ConnectionContext connection, ConnectionDelegate next)
    {
        if (connection.RemoteEndPoint is not IPEndPoint { Address: var address } || server.TrustedProxies.Contains(address))
        {
            await next(connection);
            return;
        }

        try
        {
            if (_connections.AddOrUpdate(address, 1, (_, count) => count + 1) <= options.Value.MaxConnectionsPerAddress)
            {
                await next(connection);
            }
        }
        finally
        {
            // Forgotten at zero, in one step with seeing that it is zero.
            if (_connections.AddOrUpdate(address, 0, (_, count) => count - 1) <= 0)
            {
                _connections.TryRemove(new KeyValuePair<IPAddress, int>(address, 0));
            }
        }
    }
}
