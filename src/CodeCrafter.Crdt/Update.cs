using CodeCrafter.Crdt.Bytes;
using CodeCrafter.Crdt.Bytes.V2;
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

    /// <summary>
    /// Makes one V1 update of several, without a document: applying it has the effect of applying all of them. What
    /// comes twice is kept once. What is missing in between is kept as a gap, and what is deleted is not forgotten:
    /// only a document can do that. Takes time and memory in proportion to the updates.
    /// </summary>
    /// <param name="updates">In any order, overlapping or not; a single one is returned as it is.</param>
    /// <returns>
    /// The bytes that mergeUpdates of Yjs gives (where an item comes also as a collected stretch, it is chance in Yjs
    /// which of the two is written); <see cref="Empty"/> where there are no updates.
    /// </returns>
    /// <exception cref="ArgumentNullException">There are no updates.</exception>
    /// <exception cref="MalformedUpdateException">One of them is no update.</exception>
    public static byte[] MergeUpdates(params IEnumerable<byte[]> updates)
    {
        ArgumentNullException.ThrowIfNull(updates);
        return UpdateMerger.Merge([.. updates]);
    }

    /// <summary>
    /// The part of a V1 update that a replica with a state lacks, and all deletions of the update, without a document.
    /// </summary>
    /// <param name="update">The update.</param>
    /// <param name="stateVector">From <see cref="Doc.EncodeStateVector"/> of that replica; empty for nothing at all.</param>
    /// <returns>The bytes that diffUpdate of Yjs gives.</returns>
    /// <exception cref="MalformedUpdateException">The bytes are no update, or no state vector.</exception>
    public static byte[] DiffUpdate(ReadOnlySpan<byte> update, ReadOnlySpan<byte> stateVector) =>
        UpdateDiff.Diff(update, UpdateDecoder.ReadStateVector(stateVector));

    /// <summary>
    /// The encoded state vector of a document to which only this V1 update has been applied, without a document. A
    /// client counts up to the first gap, and not at all where its first struct is missing; whether the structs'
    /// other causes are in the update is not looked at.
    /// </summary>
    /// <returns>The bytes that encodeStateVectorFromUpdate of Yjs gives.</returns>
    /// <exception cref="MalformedUpdateException">The bytes are no update.</exception>
    public static byte[] EncodeStateVectorFromUpdate(ReadOnlySpan<byte> update) => UpdateDiff.StateVector(update);

    /// <summary>
    /// Writes a V1 update as a V2 update, the format of Yjs that is smaller for large states and seldom for single edits.
    /// </summary>
    /// <exception cref="MalformedUpdateException">The bytes are no V1 update.</exception>
    public static byte[] ConvertV1ToV2(ReadOnlySpan<byte> update) => V2Writer.FromV1(update);

    /// <summary>Writes a V2 update as a V1 update.</summary>
    /// <param name="update">The V2 update.</param>
    /// <param name="maxBytes">
    /// The most bytes that the V1 update may have. V2 counts what repeats, so that a stranger's thirty bytes could say
    /// terabytes, and an honest document of which most is deleted says megabytes in as few. By default 8 MiB and 64
    /// times the size of the V2 update. What says more is refused before more memory than that is taken.
    /// </param>
    /// <exception cref="MalformedUpdateException">The bytes are no V2 update, or say more than that.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The cap is negative.</exception>
    /// <remarks>
    /// What JSON cannot hold (a BigInt in an attribute or an embedded object) has no place in a V1 update, and is
    /// refused.
    /// </remarks>
    public static byte[] ConvertV2ToV1(ReadOnlySpan<byte> update, long? maxBytes = null)
    {
        var cap = V2Reader.CapOf(maxBytes, update.Length);
        try
        {
            var converted = V2Reader.ToV1(update, cap);
            UpdateDecoder.CheckV1(converted);
            return converted;
        }
        catch (MalformedUpdateException exception) when (OtherFormat.IsV1(update))
        {
            throw new MalformedUpdateException($"{exception.Message} The bytes are a V1 update, but were read as V2.", exception);
        }
    }

    /// <summary>Makes one V2 update of several: what <see cref="MergeUpdates"/> is for V1 updates.</summary>
    /// <param name="updates">In any order, overlapping or not; a single one is returned as it is.</param>
    /// <returns>
    /// The bytes that mergeUpdatesV2 of Yjs gives, with the same exception; an update that holds nothing where there
    /// are no updates.
    /// </returns>
    /// <exception cref="ArgumentNullException">There are no updates.</exception>
    /// <exception cref="MalformedUpdateException">
    /// One of them is no V2 update, or together they say more than the default of <see cref="ConvertV2ToV1"/> allows for
    /// their size together.
    /// </exception>
    public static byte[] MergeUpdatesV2(params IEnumerable<byte[]> updates) => MergeUpdatesV2(updates, maxBytes: null);

    /// <summary>Makes one V2 update of several: what <see cref="MergeUpdates"/> is for V1 updates.</summary>
    /// <param name="updates">In any order, overlapping or not; a single one is returned as it is.</param>
    /// <param name="maxBytes">The most bytes that all of them together may have as V1 updates: <see cref="ConvertV2ToV1"/>.</param>
    /// <returns>The bytes that <see cref="MergeUpdatesV2(IEnumerable{byte[]})"/> gives.</returns>
    /// <exception cref="ArgumentNullException">There are no updates.</exception>
    /// <exception cref="MalformedUpdateException">One of them is no V2 update, or together they say more than that.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The cap is negative.</exception>
    public static byte[] MergeUpdatesV2(IEnumerable<byte[]> updates, long? maxBytes)
    {
        ArgumentNullException.ThrowIfNull(updates);
        byte[][] all = [.. updates];
        var left = V2Reader.CapOf(maxBytes, all.Sum(update => (long)(update?.Length ?? 0)));
        var converted = new List<byte[]>(all.Length);
        foreach (var update in all)
        {
            ArgumentNullException.ThrowIfNull(update, nameof(updates));
            converted.Add(ConvertV2ToV1(update, left));
            left -= converted[^1].Length;
        }

        return all.Length == 1 ? all[0] : V2Writer.FromV1(UpdateMerger.Merge(converted));
    }

    /// <summary>The part of a V2 update that a replica with a state lacks: what <see cref="DiffUpdate"/> is for V1 updates.</summary>
    /// <param name="update">The update.</param>
    /// <param name="stateVector">From <see cref="Doc.EncodeStateVector"/> of that replica; empty for nothing at all.</param>
    /// <param name="maxBytes">The most bytes that the update may have as V1: <see cref="ConvertV2ToV1"/>.</param>
    /// <returns>The bytes that diffUpdateV2 of Yjs gives.</returns>
    /// <exception cref="MalformedUpdateException">
    /// The update is refused by <see cref="ConvertV2ToV1"/>, or the other bytes are no state vector.
    /// </exception>
    /// <exception cref="ArgumentOutOfRangeException">The cap is negative.</exception>
    public static byte[] DiffUpdateV2(ReadOnlySpan<byte> update, ReadOnlySpan<byte> stateVector, long? maxBytes = null) =>
        V2Writer.FromV1(DiffUpdate(ConvertV2ToV1(update, maxBytes), stateVector));

    /// <summary>
    /// The encoded state vector of a document to which only this V2 update has been applied: what
    /// <see cref="EncodeStateVectorFromUpdate"/> is for V1 updates.
    /// </summary>
    /// <param name="update">The update.</param>
    /// <param name="maxBytes">The most bytes that the update may have as V1: <see cref="ConvertV2ToV1"/>.</param>
    /// <returns>The bytes that encodeStateVectorFromUpdateV2 of Yjs gives.</returns>
    /// <exception cref="MalformedUpdateException">The update is refused by <see cref="ConvertV2ToV1"/>.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The cap is negative.</exception>
    public static byte[] EncodeStateVectorFromUpdateV2(ReadOnlySpan<byte> update, long? maxBytes = null) =>
        UpdateDiff.StateVector(ConvertV2ToV1(update, maxBytes));

    /// <summary>The next expected clock of each client, from an encoded state vector.</summary>
    /// <exception cref="MalformedUpdateException">The bytes are no state vector.</exception>
    public static IReadOnlyDictionary<ulong, long> DecodeStateVector(ReadOnlySpan<byte> stateVector) =>
        UpdateDecoder.ReadStateVector(stateVector);

    /// <summary>Encodes a state vector: the next expected clock of each client.</summary>
    /// <exception cref="ArgumentNullException">There is no state vector.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A clock is negative, or it or a client id is 2^53 or more.</exception>
    public static byte[] EncodeStateVector(IReadOnlyDictionary<ulong, long> stateVector)
    {
        ArgumentNullException.ThrowIfNull(stateVector);
        var writer = new Wire.WireWriter();
        writer.WriteVarUint((ulong)stateVector.Count);
        foreach (var (client, clock) in stateVector.OrderByDescending(entry => entry.Key))
        {
            ArgumentOutOfRangeException.ThrowIfNegative(clock, nameof(stateVector));
            ArgumentOutOfRangeException.ThrowIfGreaterThan((ulong)clock, Wire.WireReader.MaxInteger, nameof(stateVector));
            ArgumentOutOfRangeException.ThrowIfGreaterThan(client, Wire.WireReader.MaxInteger, nameof(stateVector));
            writer.WriteVarUint(client);
            writer.WriteClock(clock);
        }

        return writer.ToArray();
    }
}
