using CodeCrafter.Crdt.Wire;

namespace CodeCrafter.Crdt.Sync;

/// <summary>
/// Reads and writes the messages of y-protocols (sync, awareness, auth) in the framing of y-websocket: one message is
/// one binary WebSocket message. A connection begins with <see cref="SyncStep.Step1"/> from both sides; each answers
/// with <see cref="SyncStep.Step2"/>, and sends <see cref="SyncStep.Update"/> from then on.
/// </summary>
public static class SyncProtocol
{
    private const byte PermissionDenied = 0;

    /// <summary>Reads one message, without looking into its payload.</summary>
    /// <exception cref="MalformedUpdateException">
    /// The bytes are no message, or one of an unknown kind, or there are more bytes behind it.
    /// </exception>
    public static SyncMessage Read(ReadOnlySpan<byte> frame)
    {
        var reader = new WireReader(frame);
        var type = reader.ReadVarUint();
        var step = default(SyncStep);
        ReadOnlySpan<byte> payload = [];
        switch (type)
        {
            case (ulong)SyncMessageType.Sync:
                step = ReadStep(ref reader);
                payload = reader.ReadVarBytes();
                break;
            case (ulong)SyncMessageType.Awareness:
                payload = reader.ReadVarBytes();
                break;
            case (ulong)SyncMessageType.Auth:
                if (reader.ReadVarUint() != PermissionDenied)
                {
                    throw new MalformedUpdateException("An auth message is of an unknown kind.");
                }

                payload = reader.ReadUtf8();
                break;
            case (ulong)SyncMessageType.QueryAwareness:
                break;
            default:
                throw new MalformedUpdateException("A message is of an unknown kind.");
        }

        reader.ExpectEnd();
        return new SyncMessage((SyncMessageType)type, step, payload);
    }

    /// <summary>
    /// Does with a sync message what y-protocols does: answers <see cref="SyncStep.Step1"/>, and applies the update of
    /// the others. Who has to look at updates first, or to bound the work, does the steps alone.
    /// </summary>
    /// <returns>The message to send back; null if there is none.</returns>
    /// <exception cref="ArgumentNullException">There is no document.</exception>
    /// <exception cref="MalformedUpdateException">The payload is not what it should be; the document is as it was.</exception>
    /// <exception cref="ArgumentException">It is no sync message.</exception>
    public static byte[]? Handle(Doc doc, SyncMessage message, object? origin = null)
    {
        ArgumentNullException.ThrowIfNull(doc);
        if (message.Type != SyncMessageType.Sync)
        {
            throw new ArgumentException("Only messages of the type Sync are for a document.", nameof(message));
        }

        if (message.Step == SyncStep.Step1)
        {
            return WriteStep2(doc.EncodeStateAsUpdate(message.Payload));
        }

        doc.ApplyUpdate(message.Payload, origin);
        return null;
    }

    /// <summary>Asks for all that a replica with this state lacks.</summary>
    public static byte[] WriteStep1(ReadOnlySpan<byte> stateVector) => WriteSync(SyncStep.Step1, stateVector);

    /// <summary>Answers <see cref="SyncStep.Step1"/>.</summary>
    public static byte[] WriteStep2(ReadOnlySpan<byte> update) => WriteSync(SyncStep.Step2, update);

    /// <summary>Hands on a change.</summary>
    public static byte[] WriteUpdate(ReadOnlySpan<byte> update) => WriteSync(SyncStep.Update, update);

    /// <summary>Hands on an awareness update.</summary>
    public static byte[] WriteAwareness(ReadOnlySpan<byte> update)
    {
        var frame = new byte[1 + VarUintLength(update.Length) + update.Length];
        frame[0] = (byte)SyncMessageType.Awareness;
        WritePayload(frame, 1, update);
        return frame;
    }

    /// <summary>Asks for all awareness states.</summary>
    public static byte[] WriteQueryAwareness() => [(byte)SyncMessageType.QueryAwareness];

    /// <summary>Says that access is refused, and why.</summary>
    /// <exception cref="ArgumentNullException">There is no reason.</exception>
    public static byte[] WritePermissionDenied(string reason)
    {
        ArgumentNullException.ThrowIfNull(reason);
        var writer = new WireWriter();
        writer.WriteByte((byte)SyncMessageType.Auth);
        writer.WriteByte(PermissionDenied);
        writer.WriteString(reason);
        return writer.ToArray();
    }

    private static SyncStep ReadStep(ref WireReader reader)
    {
        var step = reader.ReadVarUint();
        return step <= (ulong)SyncStep.Update
            ? (SyncStep)step
            : throw new MalformedUpdateException("A sync message is of an unknown kind.");
    }

    private static byte[] WriteSync(SyncStep step, ReadOnlySpan<byte> payload)
    {
        var frame = new byte[2 + VarUintLength(payload.Length) + payload.Length];
        frame[0] = (byte)SyncMessageType.Sync;
        frame[1] = (byte)step;
        WritePayload(frame, 2, payload);
        return frame;
    }

    private static void WritePayload(byte[] frame, int at, ReadOnlySpan<byte> payload)
    {
        var length = payload.Length;
        for (; length >= 0x80; length >>= 7)
        {
            frame[at++] = (byte)(length | 0x80);
        }

        frame[at++] = (byte)length;
        payload.CopyTo(frame.AsSpan(at));
    }

    private static int VarUintLength(int value)
    {
        var length = 1;
        while ((value >>= 7) > 0)
        {
            length++;
        }

        return length;
    }
}
