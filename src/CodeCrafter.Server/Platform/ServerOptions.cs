using System.Globalization;
using System.Net;

namespace CodeCrafter.Server.Platform;

/// <summary>
/// Where the server listens and keeps its data. These few come from plain names in the environment or on the command
/// line (<c>PORT</c>, <c>HOST</c>, <c>DATA_DIR</c>, <c>RATE_LIMITS</c>, <c>TRUSTED_PROXIES</c>); all other settings
/// lie under <c>CodeCrafter:*</c>.
/// </summary>
internal sealed class ServerOptions
{
    /// <summary>The address to listen on, or <c>localhost</c>. Only this machine by default: <c>0.0.0.0</c> opens it to the network.</summary>
    public required string Host { get; init; }

    /// <summary>The port; 0 takes a free one.</summary>
    public required int Port { get; init; }

    /// <summary>The absolute path of the folder for the database and the secrets.</summary>
    public required string DataDirectory { get; init; }

    /// <summary>False only for load tests on this machine.</summary>
    public required bool RateLimits { get; init; }

    /// <summary>How long the server may take to end what it does, once it is told to stop.</summary>
    public TimeSpan StopTime { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Proxies whose <c>X-Forwarded-For</c> and <c>X-Forwarded-Proto</c> are believed.</summary>
    public required IReadOnlyList<IPAddress> TrustedProxies { get; init; }

    public string Url => $"http://{(Host.Contains(':') ? $"[{Host}]" : Host)}:{Port.ToString(CultureInfo.InvariantCulture)}";

    public static ServerOptions From(IConfiguration configuration)
    {
        var port = configuration["PORT"] ?? "5000";
        var proxies = configuration["TRUSTED_PROXIES"] ?? "";
        return new ServerOptions
        {
            Host = HostOf(configuration["HOST"]),
            Port = ushort.TryParse(port, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
                ? number
                : throw new InvalidOperationException($"PORT is '{port}', which is not a port number."),
            DataDirectory = Path.GetFullPath(configuration["DATA_DIR"] is { Length: > 0 } folder ? folder : "data"),
            RateLimits = IsOn(configuration["RATE_LIMITS"]),
            StopTime = TimeSpan.FromSeconds(configuration.GetValue("CodeCrafter:StopSeconds", 10)),
            TrustedProxies = [.. proxies
                .Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
                .Select(proxy => IPAddress.TryParse(proxy, out var address)
                    ? address
                    : throw new InvalidOperationException($"TRUSTED_PROXIES has '{proxy}', which is not an IP address."))],
        };
    }

    // Kestrel takes every name that it does not know for all networks.
    private static string HostOf(string? host) => host switch
    {
        null or "" => "localhost",
        "localhost" or "*" => host,
        _ when IPAddress.TryParse(host, out var address) => address.ToString(),
        _ => throw new InvalidOperationException($"HOST is '{host}'; it is 'localhost', an IP address of this machine, or '0.0.0.0' for all networks."),
    };

    private static bool IsOn(string? value) => value?.ToLowerInvariant() switch
    {
        null or "" or "on" => true,
        "off" => false,
        _ => throw new InvalidOperationException($"RATE_LIMITS is '{value}'; it is 'on' or 'off'."),
    };
}
