using System.Buffers.Binary;
using System.Numerics;

namespace CodeCrafter.Server.Storage.Sql;

/// <summary>
/// CRC-32C (Castagnoli) of a stored piece of a document and of its place: it tells bytes that the disk, or a tool, has
/// changed, and a row that belongs elsewhere. SQLite itself checks nothing of the kind.
/// </summary>
internal static class RowChecksum
{
    /// <summary>From 0 to 2³² − 1.</summary>
    public static long Of(Guid sessionId, long sequence, ReadOnlySpan<byte> data)
    {
        Span<byte> place = stackalloc byte[24];
        sessionId.TryWriteBytes(place);
        BinaryPrimitives.WriteInt64LittleEndian(place[16..], sequence);
        return ~Add(Add(uint.MaxValue, place), data);
    }

    private static uint Add(uint checksum, ReadOnlySpan<byte> data)
    {
        for (; data.Length >= sizeof(ulong); data = data[sizeof(ulong)..])
        {
            checksum = BitOperations.Crc32C(checksum, BinaryPrimitives.ReadUInt64LittleEndian(data));
        }

        foreach (var value in data)
        {
            checksum = BitOperations.Crc32C(checksum, value);
        }

        return checksum;
    }
}
