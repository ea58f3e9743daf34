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
        builder.HasIndex(execution => new { execution.SessionId, execution.CreatedAt });
        builder.HasIndex(execution => execution.FinishedAt);
        AsJson(builder.Property(execution => execution.Files));
        AsJson(builder.Property(execution => execution.Compile));
        AsJson(builder.Property(execution => execution.Run));
    }

    private static void AsJson<T>(PropertyBuilder<T> property) => property.HasConversion(
        value => JsonSerializer.Serialize(value, JsonSerializerOptions.Web),
        text => JsonSerializer.Deserialize<T>(text, JsonSerializerOptions.Web)!,
        // The values are immutable: the reference tells whether one was replaced.
        new ValueComparer<T>((a, b) => ReferenceEquals(a, b), value => value == null ? 0 : value.GetHashCode(), value => value));
}
