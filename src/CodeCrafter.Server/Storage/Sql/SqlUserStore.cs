using CodeCrafter.Server.Auth;
using Microsoft.AspNetCore.Identity;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;

namespace CodeCrafter.Server.Storage.Sql;

internal sealed class SqlUserStore(IDbContextFactory<AppDbContext> contexts) : UserStore
{
    private const int SqliteUniqueViolation = 2067;

    public override async Task<IdentityResult> CreateAsync(User user, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        user.ConcurrencyStamp = Guid.NewGuid().ToString();
        db.Add(user);
        try
        {
            await db.SaveChangesAsync(cancellationToken);
            return IdentityResult.Success;
        }
        catch (DbUpdateException exception) when (exception.InnerException is SqliteException { SqliteExtendedErrorCode: SqliteUniqueViolation })
        {
            // Another registration was faster than this one's check.
            return IdentityResult.Failed(Errors.DuplicateUserName(user.Username));
        }
    }

    public override async Task<IdentityResult> UpdateAsync(User user, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var stored = user.ConcurrencyStamp;
        db.Update(user);
        db.Entry(user).Property(row => row.ConcurrencyStamp).OriginalValue = stored;
        user.ConcurrencyStamp = Guid.NewGuid().ToString();
        // Stamped on its own, by logins that this update knows nothing of.
        db.Entry(user).Property(row => row.LastLogin).IsModified = false;
        try
        {
            await db.SaveChangesAsync(cancellationToken);
            return IdentityResult.Success;
        }
        catch (DbUpdateConcurrencyException)
        {
            user.ConcurrencyStamp = stored;
            return IdentityResult.Failed(Errors.ConcurrencyFailure());
        }
    }

    public override async Task<IdentityResult> DeleteAsync(User user, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var deleted = await db.Set<User>().Where(row => row.Id == user.Id).ExecuteDeleteAsync(cancellationToken);
        return deleted == 1 ? IdentityResult.Success : IdentityResult.Failed(Errors.ConcurrencyFailure());
    }

    public override async Task<User?> FindByIdAsync(string userId, CancellationToken cancellationToken)
    {
        if (!Guid.TryParse(userId, out var id))
        {
            return null;
        }

        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await db.Set<User>().AsNoTracking().FirstOrDefaultAsync(user => user.Id == id, cancellationToken);
    }

    public override async Task<User?> FindByNameAsync(string normalizedUserName, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await db.Set<User>().AsNoTracking().FirstOrDefaultAsync(user => user.NormalizedUsername == normalizedUserName, cancellationToken);
    }

    public override async Task<User?> FindByEmailAsync(string normalizedEmail, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await db.Set<User>().AsNoTracking().FirstOrDefaultAsync(user => user.NormalizedEmail == normalizedEmail, cancellationToken);
    }
}
