namespace CodeCrafter.Server.Collaboration.Hubs;

/// <summary>A chat message as it is stored.</summary>
internal sealed class ChatMessage
{
    public required Guid Id { get; init; }
    public required Guid SessionId { get; init; }
    public required Guid UserId { get; init; }
    public required string Username { get; init; }
    public required string Text { get; init; }
    public required DateTimeOffset SentAt { get; init; }
}

/// <summary>What the chat needs of the storage.</summary>
internal interface IChatStore
{
    Task AddAsync(ChatMessage message, CancellationToken cancellationToken);

    /// <summary>
    /// The latest messages of a session, or the latest before one of its messages; oldest first. Null where the session
    /// has no such message.
    /// </summary>
    Task<IReadOnlyList<ChatMessage>?> ListAsync(Guid sessionId, Guid? before, int count, CancellationToken cancellationToken);
}
