using System.Security.Cryptography;

namespace CodeCrafter.Crdt.Structs;

/// <summary>
/// Hashes client ids with secrets of the process: strangers choose client ids, and could choose thousands that fall
/// into one bucket of a dictionary with the default hash.
/// </summary>
internal sealed class ClientIdComparer : IEqualityComparer<ulong>
{
    public static readonly ClientIdComparer Instance = new();

    private readonly ulong _offset = Secret(), _factor = Secret() | 1, _mixer = Secret() | 1;

    /// <summary>A hash of 32 bits, of which any will do.</summary>
    public uint Hash(ulong client)
    {
        var hash = (client + _offset) * _factor;
        return (uint)(((hash ^ (hash >> 32)) * _mixer) >> 32);
    }

    public bool Equals(ulong x, ulong y) => x == y;

    public int GetHashCode(ulong client) => (int)Hash(client);

    private static ulong Secret() => BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(sizeof(ulong)));
}
