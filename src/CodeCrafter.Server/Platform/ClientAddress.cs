using System.Net;
using System.Net.Sockets;

namespace CodeCrafter.Server.Platform;

/// <summary>The client as limits see it.</summary>
internal static class ClientAddress
{
    /// <summary>
    /// The address, for IPv6 its /64, since one client has as many addresses in it as it likes. Behind a proxy this is
    /// the client only where the proxy is configured as trusted.
    /// </summary>
    public static string Of(HttpContext context)
    {
        var address = context.Connection.RemoteIpAddress;
        if (address is null)
        {
            return "unknown";
        }

        if (address.IsIPv4MappedToIPv6)
        {
            address = address.MapToIPv4();
        }

        if (address.AddressFamily != AddressFamily.InterNetworkV6 || IPAddress.IsLoopback(address))
        {
            return address.ToString();
        }

        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out _);
        bytes[8..].Clear();
        return $"{new IPAddress(bytes)}/64";
    }
}
