namespace CodeCrafter.Crdt.Sync;

/// <summary>The kinds of messages in y-websocket's framing: the first integer of each.</summary>
public enum SyncMessageType
{
    /// <summary>The document; a <see cref="SyncStep"/> follows.</summary>
    Sync = 0,

    /// <summary>An awareness update.</summary>
    Awareness = 1,

    /// <summary>The server refuses: a reason follows.</summary>
    Auth = 2,

    /// <summary>A request for all awareness states.</summary>
    QueryAwareness = 3,
}

/// <summary>The kinds of <see cref="SyncMessageType.Sync"/> messages (y-protocols/sync.js).</summary>
public enum SyncStep
{
    /// <summary>A state vector: a request for all that it lacks.</summary>
    Step1 = 0,

    /// <summary>The answer: an update.</summary>
    Step2 = 1,

    /// <summary>A change: an update.</summary>
    Update = 2,
}

/// <summary>One message; its payload is a part of the bytes that were read.</summary>
public readonly ref struct SyncMessage
{
    internal SyncMessage(SyncMessageType type, SyncStep step, ReadOnlySpan<byte> payload)
    {
        Type = type;
        Step = step;
        Payload = payload;
    }

    /// <summary>The kind of the message.</summary>
    public SyncMessageType Type { get; }

    /// <summary>The kind of a <see cref="SyncMessageType.Sync"/> message; of others without meaning.</summary>
    public SyncStep Step { get; }

    /// <summary>
    /// The state vector, the update, the awareness update, or (<see cref="SyncMessageType.Auth"/>) the reason as UTF-8;
    /// empty for <see cref="SyncMessageType.QueryAwareness"/>. It has not been looked into.
    /// </summary>
    public ReadOnlySpan<byte> Payload { get; }
}
