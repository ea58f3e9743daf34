using CodeCrafter.Server.Sessions.Snapshots;

namespace CodeCrafter.Server.Sessions;

/// <summary>Who asks, and what they must at least be. An invitation opens the session to one who is not in it.</summary>
internal sealed record SessionCaller(Guid UserId, SessionRole AtLeast = SessionRole.Viewer, string? Invite = null)
{
    /// <summary>Looks among the deleted sessions of this owner instead.</summary>
    public bool Deleted { get; init; }

    /// <summary>A visitor who is about to come in sees what is public too; one who is in sees their session alone.</summary>
    public bool OrPublic { get; init; }
}

/// <summary>Why a request on a session is refused.</summary>
internal enum SessionRefusal
{
    /// <summary>There is none, or none for this caller.</summary>
    NotFound,
    /// <summary>The caller sees the session, but their role is too low.</summary>
    RoleTooLow,
    Full,
    OwnerCannotLeave,
    OwnerIsFixed,
    NoSuchParticipant,
    /// <summary>Somebody else changed it since the caller read it.</summary>
    Changed,
    InvitationExpired,
    InvitationUsedUp,
    TooManyInvitations,
    NoSuchInvitation,
    GuestsNotAllowed,
    GuestCannotManage,
}

/// <summary>The session as it is stored now, or why not.</summary>
internal readonly record struct SessionResult(Session? Session, SessionRefusal? Refusal);

internal enum SessionScope
{
    /// <summary>Owned, joined and public.</summary>
    All,
    Owned,
    Joined,
    Public,
    /// <summary>Owned and deleted, for as long as they can be restored.</summary>
    Deleted,
}

/// <param name="UserId">The caller.</param>
/// <param name="Scope">Which sessions of those that the caller may see.</param>
/// <param name="Search">Text in title or description, in any case; null for all.</param>
/// <param name="Language">A language id; null for all.</param>
/// <param name="Page">From 1.</param>
/// <param name="Limit">Sessions on a page.</param>
/// <param name="DeletedAfter">What was deleted before cannot be restored any more.</param>
internal sealed record SessionQuery(
    Guid UserId, SessionScope Scope, string? Search, string? Language, int Page, int Limit, DateTimeOffset DeletedAfter);

internal sealed record SessionPage(IReadOnlyList<Session> Sessions, int Total);

/// <summary>What a user is in a session, for the parts of the server that check each message rather than each request.</summary>
/// <param name="SessionId">The session.</param>
/// <param name="Role">What the user may do.</param>
/// <param name="IsParticipant">False for one who only reads a public session.</param>
/// <param name="Title">The session's title.</param>
/// <param name="Language">The session's language id.</param>
/// <param name="RunRole">The least role that may run programs.</param>
/// <param name="ChatRole">The least role that may write messages.</param>
internal sealed record SessionMembership(
    Guid SessionId, SessionRole Role, bool IsParticipant, string Title, string Language, SessionRole RunRole, SessionRole ChatRole);

/// <summary>
/// Sessions in storage. Who may do what is part of each operation: a session that the caller may not see is never
/// handed out, and a change is refused by the same write that would make it.
/// </summary>
internal interface ISessionStore
{
    Task AddAsync(Session session, CancellationToken cancellationToken);

    /// <summary>The session if the caller may see it.</summary>
    Task<SessionResult> FindAsync(Guid id, SessionCaller caller, CancellationToken cancellationToken);

    /// <summary>
    /// Applies a change to the newest state, and again if another change came in between; so it may be called more than
    /// once and must do nothing but change the session. A refusal changes nothing.
    /// </summary>
    Task<SessionResult> UpdateAsync(Guid id, SessionCaller caller, Func<Session, SessionRefusal?> change, CancellationToken cancellationToken);

    /// <summary>The latest activity first.</summary>
    Task<SessionPage> ListAsync(SessionQuery query, CancellationToken cancellationToken);

    /// <summary>Null if the session does not exist for this user.</summary>
    Task<SessionMembership?> FindMembershipAsync(Guid id, Guid userId, CancellationToken cancellationToken);

    /// <summary>Notes that something happened in the session just now. Cheap, but still a write: not for each keystroke.</summary>
    Task TouchAsync(Guid id, DateTimeOffset now, int executions, CancellationToken cancellationToken);

    /// <summary>Counts a fork, beside the version.</summary>
    Task CountForkAsync(Guid id, CancellationToken cancellationToken);

    /// <summary>Follows a change of the language that was made in the document.</summary>
    Task SetLanguageAsync(Guid id, string language, CancellationToken cancellationToken);

    /// <summary>Null where the session wants no automatic snapshots, or is no more.</summary>
    Task<AutoSavePlan?> FindAutoSaveAsync(Guid id, CancellationToken cancellationToken);

    /// <summary>Sessions that were deleted at or before a time, oldest first; at most <paramref name="count"/>.</summary>
    Task<IReadOnlyList<Guid>> ListDeletedAsync(DateTimeOffset until, int count, CancellationToken cancellationToken);

    /// <summary>
    /// Removes a deleted session with its document, snapshots, messages and executions for good: the session last, so
    /// that what was cut short is found again. Nothing happens to one that was restored meanwhile.
    /// </summary>
    Task PurgeAsync(Guid id, CancellationToken cancellationToken);
}
