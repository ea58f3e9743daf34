using CodeCrafter.Server.Sessions;
using Microsoft.EntityFrameworkCore;

namespace CodeCrafter.Server.Storage.Sql;

internal sealed class SqlSessionStore(IDbContextFactory<AppDbContext> contexts) : ISessionStore
{
    // Each attempt that fails means that another one succeeded; this many in a row is a fault, not bad luck.
    private const int MaxAttempts = 100;

    public async Task AddAsync(Session session, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        db.Add(session);
        await db.SaveChangesAsync(cancellationToken);
    }

    public async Task<SessionResult> FindAsync(Guid id, SessionCaller caller, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await FindAsync(db.Set<Session>().AsNoTracking(), id, caller, cancellationToken);
    }

    public async Task<SessionResult> UpdateAsync(
        Guid id, SessionCaller caller, Func<Session, SessionRefusal?> change, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            await using var db = await contexts.CreateDbContextAsync(cancellationToken);
            var found = await FindAsync(db.Set<Session>(), id, caller, cancellationToken);
            if (found.Session is not { } session)
            {
                return found;
            }

            if (change(session) is { } refusal)
            {
                return new SessionResult(null, refusal);
            }

            if (!db.ChangeTracker.HasChanges())
            {
                return found;
            }

            session.Version++;
            try
            {
                await db.SaveChangesAsync(cancellationToken);
                return found;
            }
            catch (DbUpdateConcurrencyException) when (attempt < MaxAttempts)
            {
                // Somebody else changed the session: look again.
            }
        }
    }

    public async Task<SessionPage> ListAsync(SessionQuery query, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var sessions = InScope(db.Set<Session>().AsNoTracking().Where(session => session.DeletedAt == null), query.Scope, query.UserId);
        if (query.Language is { } language)
        {
            sessions = sessions.Where(session => session.Language == language);
        }

        if (query.Search is { } search)
        {
            // Contains looks for the text as it is: no pattern of the caller's is run.
            var folded = Session.FoldForSearch(search);
            sessions = sessions.Where(session => session.SearchText.Contains(folded));
        }

        var total = await sessions.CountAsync(cancellationToken);
        var page = await sessions
            .OrderByDescending(session => session.LastActivity)
            .ThenByDescending(session => session.Id)
            .Skip((query.Page - 1) * query.Limit)
            .Take(query.Limit)
            .AsSplitQuery()
            .ToListAsync(cancellationToken);
        return new SessionPage(page, total);
    }

    public async Task<SessionMembership?> FindMembershipAsync(Guid id, Guid userId, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var row = await db.Set<Session>()
            .Where(session => session.Id == id && session.DeletedAt == null)
            .Select(session => new
            {
                session.Title,
                session.Language,
                session.IsPublic,
                Role = session.Participants.Where(participant => participant.UserId == userId)
                    .Select(participant => (SessionRole?)participant.Role).FirstOrDefault(),
            })
            .FirstOrDefaultAsync(cancellationToken);
        return row switch
        {
            { Role: { } role } => new SessionMembership(id, role, true, row.Title, row.Language),
            { IsPublic: true } => new SessionMembership(id, SessionRole.Viewer, false, row.Title, row.Language),
            _ => null,
        };
    }

    public async Task TouchAsync(Guid id, DateTimeOffset now, int executions, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        await db.Set<Session>().Where(session => session.Id == id).ExecuteUpdateAsync(
            set => set
                .SetProperty(session => session.LastActivity, now)
                .SetProperty(session => session.TotalExecutions, session => session.TotalExecutions + executions),
            cancellationToken);
    }

    public async Task SetLanguageAsync(Guid id, string language, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        await db.Set<Session>().Where(session => session.Id == id)
            .ExecuteUpdateAsync(set => set.SetProperty(session => session.Language, language), cancellationToken);
    }

    private static async Task<SessionResult> FindAsync(
        IQueryable<Session> sessions, Guid id, SessionCaller caller, CancellationToken cancellationToken)
    {
        var (userId, invite) = (caller.UserId, caller.Invite);
        var session = await sessions.FirstOrDefaultAsync(
            session => session.Id == id && session.DeletedAt == null
                && (session.IsPublic
                    || session.Participants.Any(participant => participant.UserId == userId)
                    || (invite != null && session.InviteCode == invite)),
            cancellationToken);
        if (session is null)
        {
            return new SessionResult(null, SessionRefusal.NotFound);
        }

        // One who comes by an invitation may do what a viewer may: join.
        return (session.RoleOf(userId) ?? SessionRole.Viewer) >= caller.AtLeast
            ? new SessionResult(session, null)
            : new SessionResult(null, SessionRefusal.RoleTooLow);
    }

    private static IQueryable<Session> InScope(IQueryable<Session> sessions, SessionScope scope, Guid userId) => scope switch
    {
        SessionScope.All => sessions.Where(session =>
            session.IsPublic || session.Participants.Any(participant => participant.UserId == userId)),
        SessionScope.Owned => sessions.Where(session =>
            session.Participants.Any(participant => participant.UserId == userId && participant.Role == SessionRole.Owner)),
        SessionScope.Joined => sessions.Where(session =>
            session.Participants.Any(participant => participant.UserId == userId && participant.Role != SessionRole.Owner)),
        SessionScope.Public => sessions.Where(session => session.IsPublic),
        _ => throw new ArgumentOutOfRangeException(nameof(scope), scope, null),
    };
}
