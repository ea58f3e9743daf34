using CodeCrafter.Server.Sessions;

namespace CodeCrafter.Server.Collaboration.Documents;

/// <summary>The documents for the rest of the server.</summary>
internal sealed class SessionDocuments(Rooms rooms, IDocumentStore store) : ISessionDocuments
{
    // Straight into the log: nobody can have opened the document of a session that does not exist yet.
    public Task CreateAsync(Guid sessionId, DocumentContent content, CancellationToken cancellationToken) =>
        store.AppendAsync([new LoggedUpdate(sessionId, 1, SessionDocument.Encode(content))], cancellationToken);

    public async Task<DocumentContent> ReadAsync(Guid sessionId, CancellationToken cancellationToken)
    {
        await using var lease = await rooms.EnterAsync(sessionId, cancellationToken);
        var result = new TaskCompletionSource<object>(TaskCreationOptions.RunContinuationsAsynchronously);
        await lease.Room.PostAsync(new RoomCommand.Read(document => SessionDocument.Read(document.Doc), result), cancellationToken);
        return (DocumentContent)await result.Task.WaitAsync(cancellationToken);
    }

    public async Task SetLanguageAsync(Guid sessionId, string language, CancellationToken cancellationToken)
    {
        await using var lease = await rooms.EnterAsync(sessionId, cancellationToken);
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await lease.Room.PostAsync(new RoomCommand.Edit(doc => SessionDocument.SetLanguage(doc, language), done), cancellationToken);
        await done.Task.WaitAsync(cancellationToken);
    }
}
