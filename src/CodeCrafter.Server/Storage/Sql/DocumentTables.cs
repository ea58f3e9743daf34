using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace CodeCrafter.Server.Storage.Sql;

/// <summary>A row of the log that all documents share.</summary>
internal sealed class DocumentUpdateRow
{
    public required Guid SessionId { get; init; }
    public required long Sequence { get; init; }
    public required byte[] Data { get; init; }
    public required DateTimeOffset SavedAt { get; init; }

    /// <summary><see cref="RowChecksum"/>; null in rows from before there was one.</summary>
    public long? Checksum { get; init; }
}

/// <summary>The latest snapshot of a document.</summary>
internal sealed class DocumentSnapshotRow
{
    public required Guid SessionId { get; init; }
    public required long Sequence { get; init; }
    public required byte[] State { get; init; }

    /// <summary><see cref="RowChecksum"/>; null in rows from before there was one.</summary>
    public long? Checksum { get; init; }
}

internal sealed class DocumentUpdateTable : IEntityTypeConfiguration<DocumentUpdateRow>
{
    public void Configure(EntityTypeBuilder<DocumentUpdateRow> builder)
    {
        builder.ToTable("document_updates");
        // Also what keeps two writers of one document apart: the second to take a sequence fails.
        builder.HasKey(row => new { row.SessionId, row.Sequence });
    }
}

internal sealed class DocumentSnapshotTable : IEntityTypeConfiguration<DocumentSnapshotRow>
{
    public void Configure(EntityTypeBuilder<DocumentSnapshotRow> builder)
    {
        builder.ToTable("document_snapshots");
        builder.HasKey(row => row.SessionId);
        builder.Property(row => row.SessionId).ValueGeneratedNever();
    }
}
