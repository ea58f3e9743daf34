using System.Security.Cryptography;

namespace CodeCrafter.Crdt.Structs;

/// <summary>
/// Hashes client ids with a secret of the process: strangers choose client ids, and could choose thousands that fall
/// into one bucket of a dictionary with the default hash.
/// </summary>
internal sealed class ClientIdComparer : IEqualityComparer<ulong>
{
    public static readonly ClientIdComparer Instance = new();

    private readonly ulong _factor = BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(8)) | 1;
    private readonly ulong _offset = BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(8));

    public bool Equals(ulong x, ulong y) => x == y;

    public int GetHashCode(ulong client) => (int)(((client + _offset) * _factor) >> 32);
}
