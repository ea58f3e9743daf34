using System.Security.Cryptography;
using System.Text;
using CodeCrafter.Server.Auth;
using CodeCrafter.Server.Sessions.Invitations;

namespace CodeCrafter.Server.Sessions;

/// <summary>A user in a session. Usernames never change, so the name is kept here too.</summary>
internal sealed class Participant
{
    public Guid UserId { get; init; }

    public required string Username { get; init; }

    public SessionRole Role { get; set; }

    public DateTimeOffset JoinedAt { get; init; }

    /// <summary>When a guest's seat ends; null for one with an account.</summary>
    public DateTimeOffset? GuestUntil { get; init; }

    public bool IsGuest => GuestUntil is not null;
}

/// <summary>
/// A session with its participants: one aggregate, read and written as a whole. Its rules are here; that two changes at
/// once do not miss each other is the store's part. The document is not in it.
/// </summary>
internal sealed class Session
{
    public const int DefaultAutoSaveMinutes = 10;

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

    /// <summary>The least role that may run programs: editor, admin or owner.</summary>
    public SessionRole RunRole { get; set; } = SessionRole.Editor;

    /// <summary>The least role that may write chat messages.</summary>
    public SessionRole ChatRole { get; set; } = SessionRole.Viewer;

    /// <summary>Snapshots are taken by themselves while the document is edited.</summary>
    public bool AutoSave { get; set; }

    /// <summary>Minutes from the first edit after one automatic snapshot to the next.</summary>
    public int AutoSaveMinutes { get; set; } = DefaultAutoSaveMinutes;

    /// <summary>People without an account may come in by a link, under a name that they choose.</summary>
    public bool AllowGuests { get; set; }

    /// <summary>Whoever knows it may join as an editor: the secret part of the link that people share.</summary>
    public required string InviteCode { get; set; }

    /// <summary>Further links, each with a role and limits of its own.</summary>
    public List<Invitation> Invitations { get; init; } = [];

    /// <summary>
    /// What stands for the public link, by which people without an account read (<see cref="VisitorId.LinkFrom"/>); its
    /// token is not stored. Null where there is no such link.
    /// </summary>
    public Guid? PublicLink { get; set; }

    public List<Participant> Participants { get; init; } = [];

    /// <summary>The session that this one was forked from.</summary>
    public Guid? ForkedFrom { get; init; }

    public int ForksCount { get; init; }

    public DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset UpdatedAt { get; set; }

    public DateTimeOffset? DeletedAt { get; set; }

    public DateTimeOffset LastActivity { get; set; }

    public int TotalExecutions { get; set; }

    /// <summary>Counts the changes of the aggregate: of two writers at once the second starts over.</summary>
    public int Version { get; set; }

    /// <summary>Counts the changes of title, description and settings: what a client names in <c>If-Match</c>.</summary>
    public int SettingsVersion { get; set; } = 1;

    /// <summary>Title and description in upper case, for searching.</summary>
    public string SearchText
    {
        get => FoldForSearch($"{Title}\n{Description}");
        private set => _ = value;
    }

    public Participant Owner => Participants.First(participant => participant.Role == SessionRole.Owner);

    public static string FoldForSearch(string text) => text.ToUpperInvariant();

    public static string NewInviteCode() => SecretToken.Create();

    /// <summary>A new session with the settings of another one. Its title and description are the caller's to set.</summary>
    public static Session Fork(Session origin, Guid ownerId, string ownerName, DateTimeOffset now)
    {
        var fork = new Session
        {
            Id = Guid.CreateVersion7(now),
            Title = origin.Title,
            Description = origin.Description,
            Language = origin.Language,
            InviteCode = NewInviteCode(),
            ForkedFrom = origin.Id,
            CreatedAt = now,
            UpdatedAt = now,
            LastActivity = now,
            Participants = [new Participant { UserId = ownerId, Username = ownerName, Role = SessionRole.Owner, JoinedAt = now }],
        };
        SettingsRules.Copy(origin, fork);
        return fork;
    }

    public Participant? Find(Guid userId) => Participants.Find(participant => participant.UserId == userId);

    /// <summary>
    /// What a user may do: their role, or reading what is public to them; null if the session does not exist for them.
    /// </summary>
    public SessionRole? RoleOf(Guid userId) =>
        Find(userId)?.Role ?? ((PublicLink is not null && PublicLink == VisitorId.LinkOf(userId)) || (IsPublic && !VisitorId.IsVisitor(userId)) ? SessionRole.Viewer : null);

    /// <summary>Adds somebody; nothing happens to one who is in already.</summary>
    public SessionRefusal? Add(Guid userId, string username, SessionRole role, DateTimeOffset now, DateTimeOffset? guestUntil = null)
    {
        if (Find(userId) is not null)
        {
            return null;
        }

        Participants.RemoveAll(participant => participant.GuestUntil <= now);
        if (Participants.Count >= MaxParticipants)
        {
            return SessionRefusal.Full;
        }

        Participants.Add(new Participant { UserId = userId, Username = username, Role = role, JoinedAt = now, GuestUntil = guestUntil });
        return null;
    }

    /// <summary>
    /// The role that a link gives, and counts its use. Without a link a public session gives its role for everybody.
    /// </summary>
    public (SessionRole Role, SessionRefusal? Refusal) Admit(string? invite, DateTimeOffset now)
    {
        if (invite is null || invite.Length == 0)
        {
            return IsPublic ? (PublicRole, null) : (default, SessionRefusal.NotFound);
        }

        if (CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(invite), Encoding.UTF8.GetBytes(InviteCode)))
        {
            return (SessionRole.Editor, null);
        }

        var hash = SecretToken.Hash(invite);
        if (Invitations.Find(invitation => CryptographicOperations.FixedTimeEquals(invitation.TokenHash, hash)) is { } found)
        {
            return (found.Role, found.Use(now));
        }

        return IsPublic ? (PublicRole, null) : (default, SessionRefusal.NotFound);
    }

    /// <summary>Makes another participant the owner; the owner until now becomes an admin.</summary>
    public SessionRefusal? TransferTo(Guid userId)
    {
        if (Find(userId) is not { } next)
        {
            return SessionRefusal.NoSuchParticipant;
        }

        if (next.IsGuest)
        {
            return SessionRefusal.GuestCannotManage;
        }

        Owner.Role = SessionRole.Admin;
        next.Role = SessionRole.Owner;
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

        if (participant.IsGuest && role >= SessionRole.Admin)
        {
            return SessionRefusal.GuestCannotManage;
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
