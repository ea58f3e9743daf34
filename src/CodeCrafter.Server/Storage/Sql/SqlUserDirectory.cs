using CodeCrafter.Server.Auth;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;

namespace CodeCrafter.Server.Storage.Sql;

internal sealed class SqlUserDirectory(IDbContextFactory<AppDbContext> contexts, ILookupNormalizer normalizer) : IUserDirectory
{
    public async Task<UserName?> FindByIdAsync(Guid id, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await db.Set<User>().Where(user => user.Id == id)
            .Select(user => new UserName(user.Id, user.Username))
            .FirstOrDefaultAsync(cancellationToken);
    }

    public async Task<UserName?> FindByUsernameAsync(string username, CancellationToken cancellationToken)
    {
        var normalized = normalizer.NormalizeName(username);
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await db.Set<User>().Where(user => user.NormalizedUsername == normalized)
            .Select(user => new UserName(user.Id, user.Username))
            .FirstOrDefaultAsync(cancellationToken);
    }

    public async Task StampLoginAsync(Guid id, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        await db.Set<User>().Where(user => user.Id == id)
            .ExecuteUpdateAsync(set => set.SetProperty(user => user.LastLogin, now), cancellationToken);
    }

    public async Task<UserName?> SetRoleAsync(string username, UserRole role, CancellationToken cancellationToken)
    {
        if (await FindByUsernameAsync(username, cancellationToken) is not { } found)
        {
            return null;
        }

        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var changed = await db.Set<User>().Where(user => user.Id == found.Id && user.Role != role)
            .ExecuteUpdateAsync(set => set.SetProperty(user => user.Role, role), cancellationToken);
        return changed == 1 ? found : null;
    }
}
