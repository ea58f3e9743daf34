using CodeCrafter.Server.Auth;
using Microsoft.EntityFrameworkCore;

namespace CodeCrafter.Server.Storage.Sql;

internal sealed class SqlLoginStore(IDbContextFactory<AppDbContext> contexts) : ILoginStore
{
    // Compiled, since it is asked for each request.
    private static readonly Func<AppDbContext, Guid, Guid, DateTimeOffset, CancellationToken, Task<bool>> _isActive = EF.CompileAsyncQuery(
        (AppDbContext db, Guid id, Guid userId, DateTimeOffset now, CancellationToken cancellationToken) => db.Set<Login>().Any(
            login => login.Id == id && login.UserId == userId && login.RevokedAt == null && login.ExpiresAt > now
                && db.Set<User>().Any(user => user.Id == userId && user.DisabledAt == null && user.SecurityStamp == login.SecurityStamp)));

    public async Task AddAsync(Login login, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        await db.Set<Login>().Where(old => old.UserId == login.UserId && old.ExpiresAt <= now).ExecuteDeleteAsync(cancellationToken);
        db.Add(login);
        await db.SaveChangesAsync(cancellationToken);
    }

    public async Task<Login?> FindAsync(byte[] selector, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await db.Set<Login>().AsNoTracking().FirstOrDefaultAsync(login => login.Selector == selector, cancellationToken);
    }

    public async Task<bool> RotateAsync(Guid id, byte[] oldHash, byte[] newHash, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var rotated = await db.Set<Login>()
            .Where(login => login.Id == id && login.TokenHash == oldHash && login.RevokedAt == null)
            .ExecuteUpdateAsync(
                set => set
                    .SetProperty(login => login.PreviousTokenHash, oldHash)
                    .SetProperty(login => login.TokenHash, newHash)
                    .SetProperty(login => login.RotatedAt, now),
                cancellationToken);
        return rotated == 1;
    }

    public async Task RevokeAsync(Guid id, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        await db.Set<Login>().Where(login => login.Id == id && login.RevokedAt == null)
            .ExecuteUpdateAsync(set => set.SetProperty(login => login.RevokedAt, now), cancellationToken);
    }

    public async Task SetSecurityStampAsync(Guid id, string securityStamp, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        await db.Set<Login>().Where(login => login.Id == id)
            .ExecuteUpdateAsync(set => set.SetProperty(login => login.SecurityStamp, securityStamp), cancellationToken);
    }

    public async Task<bool> IsActiveAsync(Guid id, Guid userId, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await _isActive(db, id, userId, now, cancellationToken);
    }
}
