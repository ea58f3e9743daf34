using System.Buffers.Text;
using System.Security.Cryptography;

namespace CodeCrafter.Server.Sessions;

/// <summary>A user in a session. Usernames never change, so the name is kept here too.</summary>
internal sealed class Participant
{
    public Guid UserId { get; init; }

    public required string Username { get; init; }

    public SessionRole Role { get; set; }

    public DateTimeOffset JoinedAt { get; init; }
}

/// <summary>
/// A session with its participants: one aggregate, read and written as a whole. Its rules are here; that two changes at
/// once do not miss each other is the store's part. The document is not in it.
/// </summary>
internal sealed class Session
{
    public Guid Id { get; init; }

    public required string Title { get; set; }

    public required string Description { get; set; }

    /// <summary>A language id of the catalog.</summary>
    public required string Language { get; set; }

    /// <summary>Every user may read it and join it by themselves.</summary>
    public bool IsPublic { get; set; }

    /// <summary>The role of those who join a public session without an invitation: viewer or editor.</summary>
    public SessionRole PublicRole { get; set; } = SessionRole.Viewer;

    public int MaxParticipants { get; set; }

    /// <summary>For the page.</summary>
    public bool AutoSave { get; set; }

    /// <summary>Whoever knows it may join as an editor: the secret part of the link that people share.</summary>
    public required string InviteCode { get; set; }

    public List<Participant> Participants { get; init; } = [];

    public DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset UpdatedAt { get; set; }

    public DateTimeOffset? DeletedAt { get; set; }

    public DateTimeOffset LastActivity { get; set; }

    public int TotalExecutions { get; set; }

    /// <summary>Counts the changes of the aggregate: of two writers at once the second starts over.</summary>
    public int Version { get; set; }

    /// <summary>Title and description in upper case, for searching.</summary>
    public string SearchText
    {
        get => FoldForSearch($"{Title}\n{Description}");
        private set => _ = value;
    }

    public Participant Owner => Participants.First(participant => participant.Role == SessionRole.Owner);

    public static string FoldForSearch(string text) => text.ToUpperInvariant();

    public static string NewInviteCode() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(16));

    public Participant? Find(Guid userId) => Participants.Find(participant => participant.UserId == userId);

    /// <summary>What a user may do: their role, or reading what is public; null if the session does not exist for them.</summary>
    public SessionRole? RoleOf(Guid userId) => Find(userId)?.Role ?? (IsPublic ? SessionRole.Viewer : null);

    /// <summary>Adds somebody; nothing happens to one who is in already.</summary>
    public SessionRefusal? Add(Guid userId, string username, SessionRole role, DateTimeOffset now)
    {
        if (Find(userId) is not null)
        {
            return null;
        }

        if (Participants.Count >= MaxParticipants)
        {
            return SessionRefusal.Full;
        }

        Participants.Add(new Participant { UserId = userId, Username = username, Role = role, JoinedAt = now });
        return null;
    }

    public SessionRefusal? Leave(Guid userId)
    {
        if (Find(userId) is not { } participant)
        {
            return SessionRefusal.NoSuchParticipant;
        }

        if (participant.Role == SessionRole.Owner)
        {
            return SessionRefusal.OwnerCannotLeave;
        }

        Participants.Remove(participant);
        return null;
    }

    /// <summary>Admins give each other and themselves any role but owner; the owner stays the owner.</summary>
    public SessionRefusal? ChangeRole(Guid userId, SessionRole role)
    {
        if (Find(userId) is not { } participant)
        {
            return SessionRefusal.NoSuchParticipant;
        }

        if (participant.Role == SessionRole.Owner)
        {
            return SessionRefusal.OwnerIsFixed;
        }

        participant.Role = role;
        return null;
    }

    public SessionRefusal? Remove(Guid userId)
    {
        if (Find(userId) is not { } participant)
        {
            return SessionRefusal.NoSuchParticipant;
        }

        if (participant.Role == SessionRole.Owner)
        {
            return SessionRefusal.OwnerIsFixed;
        }

        Participants.Remove(participant);
        return null;
    }
}
