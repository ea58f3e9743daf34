using System.Security.Cryptography;

namespace CodeCrafter.Server.Platform;

/// <summary>The number that lets what a page brings itself through the content security policy; another for each answer.</summary>
internal static class CspNonce
{
    private const int Bytes = 16;

    private static readonly object _key = new();

    /// <summary>That of this answer, made when it is first asked for: then the policy names it.</summary>
    public static string Of(HttpContext context) =>
        (string)(context.Items[_key] ??= Convert.ToBase64String(RandomNumberGenerator.GetBytes(Bytes)));

    /// <summary>Null where nothing in the answer needs one.</summary>
    public static string? Find(HttpContext context) => context.Items[_key] as string;
}
