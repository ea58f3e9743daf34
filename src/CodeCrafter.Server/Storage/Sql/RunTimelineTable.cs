using System.Text.Json;
using CodeCrafter.Server.Collaboration.Recordings;
using CodeCrafter.Server.Execution;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace CodeCrafter.Server.Storage.Sql;

/// <summary>When a run printed: UTF-8 JSON of a list of <see cref="OutputMark"/>. It goes with the run.</summary>
internal sealed class RunTimelineRow
{
    public required Guid ExecutionId { get; init; }
    public required byte[] Marks { get; init; }

    public IReadOnlyList<OutputMark> Read() => JsonSerializer.Deserialize<IReadOnlyList<OutputMark>>(Marks, JsonSerializerOptions.Web)!;
}

internal sealed class RunTimelineTable : IEntityTypeConfiguration<RunTimelineRow>
{
    public void Configure(EntityTypeBuilder<RunTimelineRow> builder)
    {
        builder.ToTable("execution_timelines");
        builder.HasKey(row => row.ExecutionId);
        builder.Property(row => row.ExecutionId).ValueGeneratedNever();
        builder.HasOne<StoredExecution>().WithMany().HasForeignKey(row => row.ExecutionId);
    }
}

internal sealed class SqlRunTimelineStore(IDbContextFactory<AppDbContext> contexts) : IRunTimelineStore
{
    public async Task AddAsync(Guid executionId, IReadOnlyList<OutputMark> marks, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var content = JsonSerializer.SerializeToUtf8Bytes(marks, JsonSerializerOptions.Web);
        await db.Database.ExecuteSqlAsync(
            $"""
            INSERT INTO execution_timelines ("ExecutionId", "Marks")
            SELECT "Id", {content} FROM executions WHERE "Id" = {executionId} ON CONFLICT DO NOTHING
            """,
            cancellationToken);
    }
}
