using System.Security.Claims;
using CodeCrafter.Server.Auth;

namespace CodeCrafter.Server.Sessions;

/// <summary>
/// Answers what a user may do in a session right now. A private session is null for all but its participants; a
/// public one makes every account that is logged in a viewer, a public link whoever has it.
/// </summary>
internal sealed class SessionAccess(ISessionStore store) : IVisitors
{
    public Task<SessionMembership?> FindAsync(Guid sessionId, Guid userId, CancellationToken cancellationToken) =>
        store.FindMembershipAsync(sessionId, userId, cancellationToken);

    public async Task<bool> IsActiveAsync(Guid sessionId, Guid visitorId, CancellationToken cancellationToken) =>
        await FindAsync(sessionId, visitorId, cancellationToken) is not null;

    /// <summary>Why the caller may not do what takes at least this role; null where they may.</summary>
    public async Task<SessionRefusal?> RefuseAsync(
        Guid sessionId, ClaimsPrincipal caller, SessionRole atLeast, CancellationToken cancellationToken) =>
        await FindAsync(sessionId, caller.GetUserId(), cancellationToken) switch
        {
            null => SessionRefusal.NotFound,
            var membership when membership.Role < atLeast => SessionRefusal.RoleTooLow,
            _ => null,
        };
}
