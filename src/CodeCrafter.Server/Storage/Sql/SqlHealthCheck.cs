using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace CodeCrafter.Server.Storage.Sql;

/// <summary>The database answers a query on a table of ours.</summary>
internal sealed class SqlHealthCheck(IDbContextFactory<AppDbContext> contexts) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        await db.Set<Auth.User>().AnyAsync(cancellationToken);
        return HealthCheckResult.Healthy("SQLite");
    }
}
