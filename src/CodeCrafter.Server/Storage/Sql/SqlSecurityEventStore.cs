using CodeCrafter.Server.Auth.SecurityEvents;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace CodeCrafter.Server.Storage.Sql;

internal sealed class SecurityEventTable : IEntityTypeConfiguration<SecurityEvent>
{
    public void Configure(EntityTypeBuilder<SecurityEvent> builder)
    {
        builder.ToTable("security_events");
        builder.Property(entry => entry.Id).ValueGeneratedNever();
        builder.Property(entry => entry.Type).HasConversion<string>();
        builder.HasIndex(entry => entry.At);
        builder.HasIndex(entry => new { entry.Type, entry.At });
        builder.HasIndex(entry => new { entry.UserId, entry.At });
        builder.HasIndex(entry => new { entry.SessionId, entry.At });
    }
}

internal sealed class SqlSecurityEventStore(IDbContextFactory<AppDbContext> contexts) : ISecurityEventStore
{
    public async Task AddAsync(SecurityEvent securityEvent, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        db.Add(securityEvent);
        await db.SaveChangesAsync(cancellationToken);
    }

    public async Task<(IReadOnlyList<SecurityEvent> Page, int Total)> ListAsync(
        SecurityEventFilter filter, int skip, int take, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var events = Matching(db.Set<SecurityEvent>().AsNoTracking(), filter);
        var page = await events.OrderByDescending(entry => entry.At).ThenByDescending(entry => entry.Id)
            .Skip(skip).Take(take).ToListAsync(cancellationToken);
        return (page, await events.CountAsync(cancellationToken));
    }

    public async Task<bool> HasLoggedInAsync(Guid userId, string address, DateTimeOffset since, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await db.Set<SecurityEvent>().AnyAsync(
            entry => entry.UserId == userId && entry.At >= since && entry.Address == address
                && (entry.Type == SecurityEventType.LoginSucceeded || entry.Type == SecurityEventType.AccountCreated),
            cancellationToken);
    }

    public async Task<int> ForgetAsync(DateTimeOffset before, int maxFailures, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var old = await db.Set<SecurityEvent>().Where(entry => entry.At < before).ExecuteDeleteAsync(cancellationToken);
        var failures = db.Set<SecurityEvent>().Where(entry => entry.Type == SecurityEventType.LoginFailed);
        var newestTooMany = await failures.OrderByDescending(entry => entry.At).Skip(maxFailures)
            .Select(entry => (DateTimeOffset?)entry.At).FirstOrDefaultAsync(cancellationToken);
        return newestTooMany is { } last
            ? old + await failures.Where(entry => entry.At <= last).ExecuteDeleteAsync(cancellationToken)
            : old;
    }

    private static IQueryable<SecurityEvent> Matching(IQueryable<SecurityEvent> events, SecurityEventFilter filter)
    {
        if (filter.Type is { } type)
        {
            events = events.Where(entry => entry.Type == type);
        }

        if (filter.UserId is { } userId)
        {
            events = events.Where(entry => entry.UserId == userId || entry.ActorId == userId);
        }

        if (filter.SessionId is { } sessionId)
        {
            events = events.Where(entry => entry.SessionId == sessionId);
        }

        if (filter.Address is { } address)
        {
            events = events.Where(entry => entry.Address == address);
        }

        if (filter.From is { } from)
        {
            events = events.Where(entry => entry.At >= from);
        }

        return filter.To is { } to ? events.Where(entry => entry.At < to) : events;
    }
}
