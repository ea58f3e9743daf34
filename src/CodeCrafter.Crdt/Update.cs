using CodeCrafter.Crdt.Structs;

namespace CodeCrafter.Crdt;

/// <summary>Reads and writes the bytes that documents exchange, without a document.</summary>
public static class Update
{
    /// <summary>An update that holds nothing.</summary>
    public static ReadOnlySpan<byte> Empty => [0, 0];

    /// <summary>Checks that bytes are a V1 update.</summary>
    /// <exception cref="MalformedUpdateException">They are not.</exception>
    public static void Validate(ReadOnlySpan<byte> update) => UpdateDecoder.Check(update);

    /// <summary>The next expected clock of each client, from an encoded state vector.</summary>
    /// <exception cref="MalformedUpdateException">The bytes are no state vector.</exception>
    public static IReadOnlyDictionary<ulong, long> DecodeStateVector(ReadOnlySpan<byte> stateVector) =>
        UpdateDecoder.ReadStateVector(stateVector);

    /// <summary>Encodes a state vector: the next expected clock of each client.</summary>
    public static byte[] EncodeStateVector(IReadOnlyDictionary<ulong, long> stateVector)
    {
        ArgumentNullException.ThrowIfNull(stateVector);
        var writer = new Wire.WireWriter();
        writer.WriteVarUint((ulong)stateVector.Count);
        foreach (var (client, clock) in stateVector.OrderByDescending(entry => entry.Key))
        {
            ArgumentOutOfRangeException.ThrowIfNegative(clock, nameof(stateVector));
            writer.WriteVarUint(client);
            writer.WriteClock(clock);
        }

        return writer.ToArray();
    }
}
