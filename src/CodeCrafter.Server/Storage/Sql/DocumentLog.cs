using CodeCrafter.Server.Collaboration.Documents;
using CodeCrafter.Server.Collaboration.Recordings;

namespace CodeCrafter.Server.Storage.Sql;

/// <summary>Reads rows of the log, and notices what is damaged or missing.</summary>
internal static class DocumentLog
{
    /// <summary>The place of a row, after it is seen to stand behind the one before it, and to be as it was written.</summary>
    /// <param name="row">The row.</param>
    /// <param name="last">The place of the row before it, or of the snapshot that is loaded.</param>
    /// <exception cref="CorruptDocumentException">It does not, or is not.</exception>
    public static long Verify(DocumentUpdateRow row, long last) => row.Follows(last)
        ? Intact(row).Sequence
        : throw new CorruptDocumentException(row.SessionId, $"Behind update {last} of its log something is missing.");

    /// <summary>What a row says to those who replay it.</summary>
    /// <exception cref="CorruptDocumentException">It is not as it was written.</exception>
    public static RecordedUpdate Read(DocumentUpdateRow row) => new(row.Sequence, row.SavedAt, row.AuthorId, Intact(row).Data);

    private static DocumentUpdateRow Intact(DocumentUpdateRow row) => row.IsIntact
        ? row
        : throw new CorruptDocumentException(row.SessionId, $"Update {row.Sequence} of its log has changed.");
}
