using CodeCrafter.Server.Sessions;

namespace CodeCrafter.Server.Collaboration.Recordings;

/// <summary>What may happen in a session beside edits.</summary>
internal enum RecordedEventKind
{
    /// <summary>Somebody came online.</summary>
    Joined,
    /// <summary>Somebody went offline.</summary>
    Left,
    /// <summary>Somebody became a participant.</summary>
    Added,
    /// <summary>Somebody is no participant any more.</summary>
    Removed,
    /// <summary>A participant has another role.</summary>
    RoleChanged,
    /// <summary>Somebody wrote a chat message.</summary>
    Message,
    /// <summary>A program ran.</summary>
    Run,
}

/// <summary>Somebody came, went or has another role: what is stored of it.</summary>
internal sealed class JournalEntry
{
    public required Guid Id { get; init; }

    public required Guid SessionId { get; init; }

    public required DateTimeOffset At { get; init; }

    /// <summary>One of the first five: messages and runs have tables of their own.</summary>
    public required RecordedEventKind Kind { get; init; }

    public required Guid UserId { get; init; }

    public required string Username { get; init; }

    /// <summary>The role from then on; null where it does not matter.</summary>
    public SessionRole? Role { get; init; }
}

/// <summary>What the journal needs of the storage.</summary>
internal interface IJournalStore
{
    /// <summary>
    /// Stores all of these entries or none. Of a session that has more than <paramref name="keptPerSession"/> the oldest go.
    /// </summary>
    Task AddAsync(IReadOnlyList<JournalEntry> entries, int keptPerSession, CancellationToken cancellationToken);
}
