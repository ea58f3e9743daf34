using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace CodeCrafter.Server.Sessions.Invitations;

/// <summary>The secret part of a link: 128 random bits, as text that needs no escaping in an address.</summary>
internal static class SecretToken
{
    private const int Bytes = 16;

    public static string Create() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(Bytes));

    /// <summary>What is stored. The token is random, so a fast hash is enough.</summary>
    public static byte[] Hash(string token) => SHA256.HashData(Encoding.UTF8.GetBytes(token));
}
