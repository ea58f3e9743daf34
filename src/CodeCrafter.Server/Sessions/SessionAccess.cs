namespace CodeCrafter.Server.Sessions;

/// <summary>
/// Answers what a user may do in a session right now. A private session is null for all but its participants; a
/// public one makes every user who is logged in a viewer.
/// </summary>
internal sealed class SessionAccess(ISessionStore store)
{
    public Task<SessionMembership?> FindAsync(Guid sessionId, Guid userId, CancellationToken cancellationToken) =>
        store.FindMembershipAsync(sessionId, userId, cancellationToken);
}
