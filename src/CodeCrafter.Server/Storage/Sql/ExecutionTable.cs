using System.Text.Json;
using CodeCrafter.Server.Execution;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.ChangeTracking;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace CodeCrafter.Server.Storage.Sql;

internal sealed class ExecutionTable : IEntityTypeConfiguration<StoredExecution>
{
    public void Configure(EntityTypeBuilder<StoredExecution> builder)
    {
        builder.ToTable("executions");
        builder.Property(execution => execution.Id).ValueGeneratedNever();
        // With the size, so that what a session or a user has is added up in the index alone.
        builder.HasIndex(execution => new { execution.SessionId, execution.CreatedAt, execution.Size });
        builder.HasIndex(execution => new { execution.UserId, execution.CreatedAt, execution.Size });
        builder.HasIndex(execution => execution.FinishedAt);
        builder.Ignore(execution => execution.Details);
        AsJson(builder.Property(execution => execution.Files));
        AsJson(builder.Property(execution => execution.Terminal));
        AsJson(builder.Property(execution => execution.Compile));
        AsJson(builder.Property(execution => execution.Run));
        AsJson(builder.Property(execution => execution.TestCases));
        AsJson(builder.Property(execution => execution.OutputFiles));
    }

    private static void AsJson<T>(PropertyBuilder<T> property) => property.HasConversion(
        value => JsonSerializer.Serialize(value, JsonSerializerOptions.Web),
        text => JsonSerializer.Deserialize<T>(text, JsonSerializerOptions.Web)!,
        // The values are immutable: the reference tells whether one was replaced.
        new ValueComparer<T>((a, b) => ReferenceEquals(a, b), value => value == null ? 0 : value.GetHashCode(), value => value));
}

/// <summary>The whole of what is shortened in an execution's row: UTF-8 JSON of <see cref="ExecutionDetails"/>.</summary>
internal sealed class ExecutionDetailsRow
{
    public required Guid ExecutionId { get; init; }
    public required byte[] Content { get; init; }
}

internal sealed class ExecutionDetailsTable : IEntityTypeConfiguration<ExecutionDetailsRow>
{
    public void Configure(EntityTypeBuilder<ExecutionDetailsRow> builder)
    {
        builder.ToTable("execution_details");
        builder.HasKey(details => details.ExecutionId);
        builder.HasOne<StoredExecution>().WithMany().HasForeignKey(details => details.ExecutionId);
    }
}

/// <summary>A file that a program made.</summary>
internal sealed class ExecutionFile
{
    public required Guid ExecutionId { get; init; }
    public required string Path { get; init; }
    public required byte[] Content { get; init; }
}

internal sealed class ExecutionFileTable : IEntityTypeConfiguration<ExecutionFile>
{
    public void Configure(EntityTypeBuilder<ExecutionFile> builder)
    {
        builder.ToTable("execution_files");
        builder.HasKey(file => new { file.ExecutionId, file.Path });
        builder.HasOne<StoredExecution>().WithMany().HasForeignKey(file => file.ExecutionId);
    }
}
