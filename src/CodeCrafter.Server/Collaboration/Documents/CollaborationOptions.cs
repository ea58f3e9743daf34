using System.ComponentModel.DataAnnotations;

namespace CodeCrafter.Server.Collaboration.Documents;

/// <summary>Settings under <c>CodeCrafter:Collaboration</c>.</summary>
internal sealed class CollaborationOptions
{
    public const string Section = "CodeCrafter:Collaboration";

    /// <summary>Bytes in one frame of a document socket.</summary>
    [Range(1024, 64 << 20)]
    public int MaxFrameBytes { get; set; } = 8 << 20;

    /// <summary>Bytes of a document's state, tombstones included. An edit beyond it is refused; the socket stays.</summary>
    [Range(1024, 256 << 20)]
    public int MaxDocumentBytes { get; set; } = 8 << 20;

    /// <summary>Sockets to one document at once.</summary>
    [Range(1, 100_000)]
    public int MaxSocketsPerDocument { get; set; } = 1000;

    /// <summary>Bytes that may wait for a client that reads slowly; beyond it the client is cut off and resyncs.</summary>
    [Range(1024, 256 << 20)]
    public int MaxQueuedBytesPerSocket { get; set; } = 16 << 20;

    /// <summary>Bytes of one awareness state: cursor, selection, name.</summary>
    [Range(64, 1 << 20)]
    public int MaxAwarenessStateBytes { get; set; } = 8 << 10;

    /// <summary>Awareness states that one socket may have.</summary>
    [Range(1, 1000)]
    public int MaxAwarenessStatesPerSocket { get; set; } = 8;

    /// <summary>How long a document that nobody uses stays in memory.</summary>
    public TimeSpan IdleTime { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a document socket says nothing before it is asked whether it lives.</summary>
    public TimeSpan PingInterval { get; set; } = TimeSpan.FromSeconds(20);

    /// <summary>How long it has to answer; a connection that does not is dead.</summary>
    public TimeSpan PingTimeout { get; set; } = TimeSpan.FromSeconds(20);

    /// <summary>How long a frame may take to come, from its first byte to its last.</summary>
    public TimeSpan FrameTime { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Frames a second of one document socket, on average; who sends more is read more slowly.</summary>
    [Range(1, 1_000_000)]
    public int FramesPerSecond { get; set; } = 200;

    /// <summary>Frames that a document socket may send at once beyond its average, after a pause.</summary>
    [Range(1, 1_000_000)]
    public int FrameBurst { get; set; } = 2000;

    /// <summary>Calls of the hub a second of one user, on average.</summary>
    [Range(1, 100_000)]
    public int CallsPerSecond { get; set; } = 50;

    /// <summary>Calls of the hub that a user may make at once beyond their average, after a pause.</summary>
    [Range(1, 100_000)]
    public int CallBurst { get; set; } = 500;

    /// <summary>Chat messages a minute of one user.</summary>
    [Range(1, 100_000)]
    public int MessagesPerMinute { get; set; } = 60;

    /// <summary>Characters in one chat message.</summary>
    [Range(1, 100_000)]
    public int MaxMessageLength { get; set; } = 4000;
}
