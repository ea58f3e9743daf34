namespace CodeCrafter.Server.Sessions;

/// <summary>A file of a session's document: <c>{path, content}</c>.</summary>
internal sealed record SessionFile(string Path, string Content);

/// <summary>The plain content of a session's document at one moment.</summary>
/// <param name="Files">The files, by path.</param>
/// <param name="Entry">The path of the file that is run.</param>
/// <param name="Language">The language id that the document names.</param>
internal sealed record DocumentContent(IReadOnlyList<SessionFile> Files, string Entry, string Language);

/// <summary>The documents as the rest of the server sees them; Collaboration implements it.</summary>
internal interface ISessionDocuments
{
    /// <summary>Makes the document of a new session. It is durable when the task completes.</summary>
    Task CreateAsync(Guid sessionId, DocumentContent content, CancellationToken cancellationToken);

    /// <summary>The current content, with edits that are not saved yet.</summary>
    Task<DocumentContent> ReadAsync(Guid sessionId, CancellationToken cancellationToken);

    /// <summary>The state now, as one Yjs V1 update: what a snapshot keeps.</summary>
    Task<byte[]> CaptureAsync(Guid sessionId, CancellationToken cancellationToken);

    /// <summary>The content of a state that was captured.</summary>
    DocumentContent Decode(byte[] state);

    /// <summary>
    /// Makes the document's content this, by edits of what differs; what others type at the same time is merged. It is
    /// durable when the task completes. False, and nothing happens, where the document would become too large.
    /// </summary>
    Task<bool> RestoreAsync(Guid sessionId, DocumentContent content, CancellationToken cancellationToken);

    /// <summary>Writes the language into the document, after it was changed in the session's settings.</summary>
    Task SetLanguageAsync(Guid sessionId, string language, CancellationToken cancellationToken);
}

/// <summary>Who is connected to which session; Collaboration implements it.</summary>
internal interface ISessionPresence
{
    /// <summary>The users with at least one connection to the session.</summary>
    IReadOnlySet<Guid> OnlineIn(Guid sessionId);
}
