namespace CodeCrafter.Server.Collaboration.Documents;

/// <summary>What is stored of a document cannot be read. It stays as it is, and the document stays closed.</summary>
internal sealed class CorruptDocumentException(Guid sessionId, Exception cause)
    : Exception($"The stored document of session {sessionId} is corrupt.", cause);
