namespace CodeCrafter.Server.Collaboration.Documents;

/// <summary>
/// A frame of our own, sent to clients that ask for it with <c>?acks=1</c>: varUint 100, then varUint n, the number
/// of document messages (sync step 2 and update) received on this socket that are saved.
/// </summary>
internal static class SaveAcknowledgement
{
    public const int MessageType = 100;

    public static byte[] Write(long count)
    {
        using var stream = new MemoryStream(capacity: 11);
        using var writer = new BinaryWriter(stream);
        writer.Write7BitEncodedInt(MessageType);
        writer.Write7BitEncodedInt64(count);
        return stream.ToArray();
    }
}
