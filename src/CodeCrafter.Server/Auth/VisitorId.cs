using System.Security.Cryptography;

namespace CodeCrafter.Server.Auth;

/// <summary>
/// Ids of people without an account: guests, who have a seat in a session, and readers, who came by its public link. They
/// are version 8 GUIDs, those of accounts version 7: nothing that is open to every account can take a visitor for one, in
/// whatever query the id ends up.
/// </summary>
internal static class VisitorId
{
    private const int Version = 8;
    private const byte Guest = 0x80;
    private const byte Reader = 0xA0;

    // Of the link in a reader's id; the rest tells its readers apart.
    private const int LinkBytes = 8;

    public static bool IsVisitor(Guid id) => id.Version == Version;

    /// <summary>They read and nothing else: they have no name, and nobody sees them.</summary>
    public static bool IsReader(Guid id)
    {
        Span<byte> bytes = stackalloc byte[16];
        id.TryWriteBytes(bytes, bigEndian: true, out _);
        return IsVisitor(id) && (bytes[8] & 0xE0) == Reader;
    }

    public static Guid NewGuest() => Make(RandomNumberGenerator.GetBytes(16), Guest);

    /// <summary>An id for one more reader by a link.</summary>
    public static Guid NewReader(Guid link)
    {
        Span<byte> bytes = stackalloc byte[16];
        link.TryWriteBytes(bytes, bigEndian: true, out _);
        RandomNumberGenerator.Fill(bytes[LinkBytes..]);
        return Make(bytes, Reader);
    }

    /// <summary>What stands for a link: part of the hash of its token.</summary>
    public static Guid LinkFrom(ReadOnlySpan<byte> hash)
    {
        Span<byte> bytes = stackalloc byte[16];
        bytes.Clear();
        hash[..LinkBytes].CopyTo(bytes);
        return Make(bytes, Reader);
    }

    /// <summary>The link that a reader came by; for anybody else something that is no link.</summary>
    public static Guid LinkOf(Guid id)
    {
        Span<byte> bytes = stackalloc byte[16];
        id.TryWriteBytes(bytes, bigEndian: true, out _);
        return IsReader(id) ? LinkFrom(bytes) : Guid.Empty;
    }

    private static Guid Make(ReadOnlySpan<byte> bytes, byte kind)
    {
        Span<byte> id = stackalloc byte[16];
        bytes.CopyTo(id);
        id[6] = (byte)((id[6] & 0x0F) | (Version << 4));
        id[8] = (byte)((id[8] & 0x1F) | kind);
        return new Guid(id, bigEndian: true);
    }
}
