using CodeCrafter.Server.Sessions;

namespace CodeCrafter.Server.Collaboration.Documents;

/// <summary>What a <see cref="Room"/> can be asked to do.</summary>
internal abstract record RoomCommand
{
    private RoomCommand()
    {
    }

    /// <summary>The log got further; the room looks how far.</summary>
    public static RoomCommand Saved { get; } = new LogAdvanced();

    /// <summary>A client connected.</summary>
    public sealed record Join(DocumentSocket Socket) : RoomCommand;

    /// <summary>A client is gone.</summary>
    public sealed record Leave(DocumentSocket Socket) : RoomCommand;

    /// <summary>A client sent a frame.</summary>
    public sealed record Frame(DocumentSocket Socket, ReadOnlyMemory<byte> Data) : RoomCommand;

    /// <summary>A user's role changed: it holds from the next frame on.</summary>
    public sealed record ChangeRole(Guid UserId, SessionRole Role) : RoomCommand;

    /// <summary>The sockets of a user, or all, are closed.</summary>
    public sealed record Disconnect(Guid? UserId, CloseReason Reason) : RoomCommand;

    /// <summary>Somebody wants to know who is connected.</summary>
    public sealed record ListUsers(TaskCompletionSource<IReadOnlySet<Guid>> Users) : RoomCommand;

    /// <summary>Somebody wants to know something of the document.</summary>
    public sealed record Read(Func<RoomDocument, object> Of, TaskCompletionSource<object> Result) : RoomCommand;

    /// <summary>The server itself changes the document.</summary>
    public sealed record Edit(Action<RoomDocument> Change, TaskCompletionSource Done) : RoomCommand;

    /// <summary>Completes once all that came before it is saved.</summary>
    public sealed record Drain(TaskCompletionSource Drained) : RoomCommand;

    /// <summary>Another writer has the room's place in the log: the document is to be opened anew.</summary>
    public sealed record Abandon : RoomCommand;

    /// <summary>Updates are stored again; the room asks for those that it refused.</summary>
    public sealed record AskAgain : RoomCommand;

    /// <summary>Nothing more will come: the room ends.</summary>
    public sealed record End : RoomCommand;

    private sealed record LogAdvanced : RoomCommand;
}
