namespace CodeCrafter.Server.Auth;

/// <summary>
/// Ids of people without an account. They are version 8 GUIDs, those of accounts version 7: nothing that is open to
/// every account can take a visitor for one, in whatever query the id ends up.
/// </summary>
internal static class VisitorId
{
    private const int Version = 8;

    public static bool IsVisitor(Guid userId) => userId.Version == Version;

    /// <summary>A new id for a guest.</summary>
    public static Guid Create() => From(Guid.NewGuid().ToByteArray(bigEndian: true));

    /// <summary>The id that these bytes, at least 16 of them, stand for.</summary>
    public static Guid From(ReadOnlySpan<byte> bytes)
    {
        Span<byte> id = stackalloc byte[16];
        bytes[..16].CopyTo(id);
        id[6] = (byte)((id[6] & 0x0F) | (Version << 4));
        id[8] = (byte)((id[8] & 0x3F) | 0x80);
        return new Guid(id, bigEndian: true);
    }
}
