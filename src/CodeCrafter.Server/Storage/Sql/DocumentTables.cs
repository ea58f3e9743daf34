using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace CodeCrafter.Server.Storage.Sql;

/// <summary>A row of the log that all documents share.</summary>
internal sealed class DocumentUpdateRow
{
    public required Guid SessionId { get; init; }
    public required long Sequence { get; init; }
    public required byte[] Data { get; init; }

    /// <summary>When the document took it; of several that were merged, the last one's time.</summary>
    public required DateTimeOffset SavedAt { get; init; }

    /// <summary><see cref="RowChecksum"/>; null in rows from before there was one.</summary>
    public long? Checksum { get; init; }

    /// <summary>A user of <see cref="DocumentAuthorRow"/>; null for the server, and for updates of before authors were kept.</summary>
    public Guid? AuthorId { get; init; }

    /// <summary>
    /// The sequence of the row before it, where rows between have been merged; null where it is one less. So a row that is
    /// missing is noticed.
    /// </summary>
    public long? Previous { get; init; }

    /// <summary>What the row says is what was written.</summary>
    public bool IsIntact => Checksum is null || Checksum == RowChecksum.Of(SessionId, Sequence, Data);

    /// <summary>The row stands right behind what is known up to a place, and no row is missing between.</summary>
    public bool Follows(long sequence) => (Previous ?? Sequence - 1) <= sequence;
}

/// <summary>A snapshot of a document. The latest is loaded, and playback seeks by all of them.</summary>
internal sealed class DocumentSnapshotRow
{
    public required Guid SessionId { get; init; }
    public required long Sequence { get; init; }

    /// <summary>When it was stored: not before the last update in it.</summary>
    public required DateTimeOffset SavedAt { get; init; }
    public required byte[] State { get; init; }

    /// <summary><see cref="RowChecksum"/>; null in rows from before there was one.</summary>
    public long? Checksum { get; init; }

    /// <summary>The state is what was written.</summary>
    public bool IsIntact => Checksum is null || Checksum == RowChecksum.Of(SessionId, Sequence, State);
}

/// <summary>Who edited a document, under the name that they had. They may have left, and guests are in no other table.</summary>
internal sealed class DocumentAuthorRow
{
    public required Guid SessionId { get; init; }
    public required Guid UserId { get; init; }
    public required string Username { get; init; }
}

/// <summary>How far the log of a document is compacted.</summary>
internal sealed class DocumentCompactionRow
{
    public required Guid SessionId { get; init; }

    /// <summary>The last update that has been looked at.</summary>
    public required long Sequence { get; set; }

    /// <summary>Everything that is older has been looked at.</summary>
    public required DateTimeOffset Until { get; set; }
}

internal sealed class DocumentUpdateTable : IEntityTypeConfiguration<DocumentUpdateRow>
{
    public void Configure(EntityTypeBuilder<DocumentUpdateRow> builder)
    {
        builder.ToTable("document_updates");
        // Also what keeps two writers of one document apart: the second to take a sequence fails.
        builder.HasKey(row => new { row.SessionId, row.Sequence });
        // 16 bytes and not 36: there is a row for each keystroke.
        builder.Property(row => row.AuthorId).HasConversion(id => id!.Value.ToByteArray(), bytes => new Guid(bytes));
        builder.Ignore(row => row.IsIntact);
    }
}

internal sealed class DocumentSnapshotTable : IEntityTypeConfiguration<DocumentSnapshotRow>
{
    public void Configure(EntityTypeBuilder<DocumentSnapshotRow> builder)
    {
        builder.ToTable("document_snapshots");
        builder.HasKey(row => new { row.SessionId, row.Sequence });
        builder.Property(row => row.Sequence).ValueGeneratedNever();
        // SQLite walks over what comes before a column: looking for a time must not walk over the states.
        builder.Property(row => row.SessionId).HasColumnOrder(0);
        builder.Property(row => row.Sequence).HasColumnOrder(1);
        builder.Property(row => row.SavedAt).HasColumnOrder(2);
        builder.Property(row => row.Checksum).HasColumnOrder(3);
        builder.Property(row => row.State).HasColumnOrder(4);
        builder.Ignore(row => row.IsIntact);
    }
}

internal sealed class DocumentAuthorTable : IEntityTypeConfiguration<DocumentAuthorRow>
{
    public void Configure(EntityTypeBuilder<DocumentAuthorRow> builder)
    {
        builder.ToTable("document_authors");
        builder.HasKey(row => new { row.SessionId, row.UserId });
    }
}

internal sealed class DocumentCompactionTable : IEntityTypeConfiguration<DocumentCompactionRow>
{
    public void Configure(EntityTypeBuilder<DocumentCompactionRow> builder)
    {
        builder.ToTable("document_compactions");
        builder.HasKey(row => row.SessionId);
        builder.Property(row => row.SessionId).ValueGeneratedNever();
    }
}
