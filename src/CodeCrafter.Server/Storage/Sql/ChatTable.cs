using CodeCrafter.Server.Collaboration.Hubs;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace CodeCrafter.Server.Storage.Sql;

internal sealed class ChatTable : IEntityTypeConfiguration<ChatMessage>
{
    public void Configure(EntityTypeBuilder<ChatMessage> builder)
    {
        builder.ToTable("chat_messages");
        builder.Property(message => message.Id).ValueGeneratedNever();
        builder.HasIndex(message => new { message.SessionId, message.SentAt });
    }
}

internal sealed class SqlChatStore(IDbContextFactory<AppDbContext> contexts) : IChatStore
{
    public async Task AddAsync(ChatMessage message, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        db.Add(message);
        await db.SaveChangesAsync(cancellationToken);
    }

    public async Task<IReadOnlyList<ChatMessage>?> ListAsync(Guid sessionId, Guid? before, int count, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var messages = db.Set<ChatMessage>().AsNoTracking().Where(message => message.SessionId == sessionId);
        if (before is { } id)
        {
            if (await messages.FirstOrDefaultAsync(message => message.Id == id, cancellationToken) is not { } next)
            {
                return null;
            }

            messages = messages.Where(message =>
                message.SentAt < next.SentAt || (message.SentAt == next.SentAt && message.Id.CompareTo(next.Id) < 0));
        }

        var page = await messages
            .OrderByDescending(message => message.SentAt).ThenByDescending(message => message.Id)
            .Take(count)
            .ToListAsync(cancellationToken);
        page.Reverse();
        return page;
    }
}
