using System.Buffers.Text;
using System.Security.Cryptography;

namespace CodeCrafter.Server.Auth;

/// <summary>
/// An opaque token: 16 random bytes that find the login and stay the same in it, then 32 random bytes that change with
/// each use. Whoever knows the first half has held a token of this login.
/// </summary>
internal sealed class RefreshToken
{
    private const int SelectorLength = 16;
    private const int Length = SelectorLength + 32;

    private readonly byte[] _bytes;

    private RefreshToken(byte[] bytes)
    {
        _bytes = bytes;
        Selector = bytes[..SelectorLength];
        Hash = SHA256.HashData(bytes);
    }

    public byte[] Selector { get; }

    /// <summary>What is stored. The token is random, so a fast hash is enough.</summary>
    public byte[] Hash { get; }

    public static RefreshToken Create() => new(RandomNumberGenerator.GetBytes(Length));

    public static RefreshToken? Parse(string? text)
    {
        Span<byte> bytes = stackalloc byte[Length];
        return text is { Length: Length / 3 * 4 }
            && Base64Url.TryDecodeFromChars(text, bytes, out var written) && written == Length
                ? new RefreshToken(bytes.ToArray())
                : null;
    }

    /// <summary>The next token of the same login.</summary>
    public RefreshToken Next() => new([.. Selector, .. RandomNumberGenerator.GetBytes(Length - SelectorLength)]);

    public override string ToString() => Base64Url.EncodeToString(_bytes);
}
