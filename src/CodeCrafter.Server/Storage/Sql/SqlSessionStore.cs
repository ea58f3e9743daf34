using CodeCrafter.Server.Auth;
using CodeCrafter.Server.Collaboration.Hubs;
using CodeCrafter.Server.Collaboration.Recordings;
using CodeCrafter.Server.Execution;
using CodeCrafter.Server.Sessions;
using CodeCrafter.Server.Sessions.Invitations;
using CodeCrafter.Server.Sessions.Snapshots;
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
        var sessions = InScope(db.Set<Session>().AsNoTracking(), query);
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
        var (mayReadPublic, link) = (!VisitorId.IsVisitor(userId), VisitorId.LinkOf(userId));
        var row = await db.Set<Session>()
            .Where(session => session.Id == id && session.DeletedAt == null)
            .Select(session => new
            {
                session.Title,
                session.Language,
                session.RunRole,
                session.ChatRole,
                IsReadable = (session.IsPublic && mayReadPublic) || session.PublicLink == link,
                Role = session.Participants.Where(participant => participant.UserId == userId)
                    .Select(participant => (SessionRole?)participant.Role).FirstOrDefault(),
            })
            .FirstOrDefaultAsync(cancellationToken);
        return row switch
        {
            { Role: { } role } => new SessionMembership(id, role, true, row.Title, row.Language, row.RunRole, row.ChatRole),
            { IsReadable: true } => new SessionMembership(id, SessionRole.Viewer, false, row.Title, row.Language, row.RunRole, row.ChatRole),
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

    public async Task CountForkAsync(Guid id, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        await db.Set<Session>().Where(session => session.Id == id)
            .ExecuteUpdateAsync(set => set.SetProperty(session => session.ForksCount, session => session.ForksCount + 1), cancellationToken);
    }

    public async Task SetLanguageAsync(Guid id, string language, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        await db.Set<Session>().Where(session => session.Id == id)
            .ExecuteUpdateAsync(set => set.SetProperty(session => session.Language, language), cancellationToken);
    }

    public async Task<AutoSavePlan?> FindAutoSaveAsync(Guid id, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await db.Set<Session>().Where(session => session.Id == id && session.DeletedAt == null && session.AutoSave)
            .SelectMany(
                session => session.Participants.Where(participant => participant.Role == SessionRole.Owner),
                (session, owner) => new AutoSavePlan(session.AutoSaveMinutes, owner.UserId, owner.Username))
            .FirstOrDefaultAsync(cancellationToken);
    }

    public async Task<IReadOnlyList<Guid>> ListDeletedAsync(DateTimeOffset until, int count, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await db.Set<Session>().Where(session => session.DeletedAt <= until)
            .OrderBy(session => session.DeletedAt).Take(count).Select(session => session.Id)
            .ToListAsync(cancellationToken);
    }

    public async Task PurgeAsync(Guid id, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        if (!await db.Set<Session>().AnyAsync(session => session.Id == id && session.DeletedAt != null, cancellationToken))
        {
            return;
        }

        await db.Set<ExecutionFile>()
            .Where(file => db.Set<StoredExecution>().Any(execution => execution.Id == file.ExecutionId && execution.SessionId == id))
            .ExecuteDeleteAsync(cancellationToken);
        await db.Set<StoredExecution>().Where(execution => execution.SessionId == id).ExecuteDeleteAsync(cancellationToken);
        await db.Set<ChatMessage>().Where(message => message.SessionId == id).ExecuteDeleteAsync(cancellationToken);
        await db.Set<Snapshot>().Where(snapshot => snapshot.SessionId == id).ExecuteDeleteAsync(cancellationToken);
        await db.Set<DocumentSnapshotRow>().Where(row => row.SessionId == id).ExecuteDeleteAsync(cancellationToken);
        await db.Set<DocumentUpdateRow>().Where(row => row.SessionId == id).ExecuteDeleteAsync(cancellationToken);
        await db.Set<DocumentAuthorRow>().Where(row => row.SessionId == id).ExecuteDeleteAsync(cancellationToken);
        await db.Set<DocumentCompactionRow>().Where(row => row.SessionId == id).ExecuteDeleteAsync(cancellationToken);
        await db.Set<JournalEntry>().Where(entry => entry.SessionId == id).ExecuteDeleteAsync(cancellationToken);
        await db.Set<Session>().Where(session => session.Id == id).ExecuteDeleteAsync(cancellationToken);
    }

    private static async Task<SessionResult> FindAsync(
        IQueryable<Session> sessions, Guid id, SessionCaller caller, CancellationToken cancellationToken)
    {
        var userId = caller.UserId;
        var session = await (caller.Deleted ? DeletedOf(sessions, userId) : VisibleTo(sessions, caller))
            .AsSplitQuery().FirstOrDefaultAsync(session => session.Id == id, cancellationToken);
        if (session is null)
        {
            return new SessionResult(null, SessionRefusal.NotFound);
        }

        // One who comes by an invitation may do what a viewer may: join.
        return (session.RoleOf(userId) ?? SessionRole.Viewer) >= caller.AtLeast
            ? new SessionResult(session, null)
            : new SessionResult(null, SessionRefusal.RoleTooLow);
    }

    private static IQueryable<Session> VisibleTo(IQueryable<Session> sessions, SessionCaller caller)
    {
        var (userId, invite) = (caller.UserId, caller.Invite);
        var hash = invite is null ? null : SecretToken.Hash(invite);
        var (mayReadPublic, link) = (caller.OrPublic || !VisitorId.IsVisitor(userId), VisitorId.LinkOf(userId));
        return sessions.Where(session => session.DeletedAt == null
            && ((session.IsPublic && mayReadPublic)
                || session.PublicLink == link
                || session.Participants.Any(participant => participant.UserId == userId)
                || (invite != null && (session.InviteCode == invite || session.Invitations.Any(invitation => invitation.TokenHash == hash)))));
    }

    private static IQueryable<Session> DeletedOf(IQueryable<Session> sessions, Guid userId) => sessions.Where(session =>
        session.DeletedAt != null
        && session.Participants.Any(participant => participant.UserId == userId && participant.Role == SessionRole.Owner));

    private static IQueryable<Session> InScope(IQueryable<Session> sessions, SessionQuery query)
    {
        var userId = query.UserId;
        if (query.Scope == SessionScope.Deleted)
        {
            return DeletedOf(sessions, userId).Where(session => session.DeletedAt > query.DeletedAfter);
        }

        var existing = sessions.Where(session => session.DeletedAt == null);
        return query.Scope switch
        {
            SessionScope.All => existing.Where(session =>
                session.IsPublic || session.Participants.Any(participant => participant.UserId == userId)),
            SessionScope.Owned => existing.Where(session =>
                session.Participants.Any(participant => participant.UserId == userId && participant.Role == SessionRole.Owner)),
            SessionScope.Joined => existing.Where(session =>
                session.Participants.Any(participant => participant.UserId == userId && participant.Role != SessionRole.Owner)),
            SessionScope.Public => existing.Where(session => session.IsPublic),
            _ => throw new ArgumentOutOfRangeException(nameof(query), query.Scope, null),
        };
    }
}
