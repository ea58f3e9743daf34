using CodeCrafter.Crdt;
using CodeCrafter.Server.Platform;
using CodeCrafter.Server.Sessions;

namespace CodeCrafter.Server.Collaboration.Documents;

/// <summary>The documents for the rest of the server.</summary>
internal sealed class SessionDocuments(Rooms rooms, IDocumentStore store, TimeProvider clock) : ISessionDocuments
{
    // The edit is made, and is saved later if it can be; but the caller has waited long enough to be told.
    private static readonly TimeSpan _longestSave = TimeSpan.FromSeconds(30);

    // Straight into the log: nobody can have opened the document of a session that does not exist yet.
    public async Task CreateAsync(Guid sessionId, DocumentContent content, CancellationToken cancellationToken)
    {
        var conflicts = await store.AppendAsync([new LoggedUpdate(sessionId, 1, SessionDocument.Encode(content))], cancellationToken);
        if (conflicts.Count > 0)
        {
            throw new InvalidOperationException($"Session {sessionId} has a document already.");
        }
    }

    public async Task<DocumentContent> ReadAsync(Guid sessionId, CancellationToken cancellationToken)
    {
        await using var lease = await rooms.EnterAsync(sessionId, cancellationToken);
        return (DocumentContent)await ReadAsync(lease.Room, document => SessionDocument.Read(document.Doc), cancellationToken);
    }

    public async Task<byte[]> CaptureAsync(Guid sessionId, CancellationToken cancellationToken)
    {
        await using var lease = await rooms.EnterAsync(sessionId, cancellationToken);
        return (byte[])await ReadAsync(lease.Room, document => document.Doc.EncodeStateAsUpdate(), cancellationToken);
    }

    public DocumentContent Decode(byte[] state)
    {
        var doc = new Doc();
        doc.ApplyUpdate(state);
        return SessionDocument.Read(doc);
    }

    public async Task<bool> RestoreAsync(Guid sessionId, DocumentContent content, CancellationToken cancellationToken)
    {
        await using var lease = await rooms.EnterAsync(sessionId, cancellationToken);
        var fits = true;
        await EditAsync(
            lease.Room,
            document =>
            {
                var edits = DocumentEdits.Between(document.Doc, content);
                fits = document.HasRoomFor(edits.AddedBytes);
                if (fits)
                {
                    edits.Apply(document.Doc);
                }
            },
            cancellationToken);
        var saved = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await lease.Room.PostAsync(new RoomCommand.Drain(saved), cancellationToken);
        try
        {
            await saved.Task.WaitAsync(_longestSave, clock, cancellationToken);
        }
        catch (TimeoutException)
        {
            throw new StorageUnavailableException(StorageFault.Busy);
        }

        return fits;
    }

    public async Task SetLanguageAsync(Guid sessionId, string language, CancellationToken cancellationToken)
    {
        await using var lease = await rooms.EnterAsync(sessionId, cancellationToken);
        await EditAsync(lease.Room, document => SessionDocument.SetLanguage(document.Doc, language), cancellationToken);
    }

    private static async Task<object> ReadAsync(Room room, Func<RoomDocument, object> of, CancellationToken cancellationToken)
    {
        var result = new TaskCompletionSource<object>(TaskCreationOptions.RunContinuationsAsynchronously);
        await room.PostAsync(new RoomCommand.Read(of, result), cancellationToken);
        return await result.Task.WaitAsync(cancellationToken);
    }

    private static async Task EditAsync(Room room, Action<RoomDocument> change, CancellationToken cancellationToken)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await room.PostAsync(new RoomCommand.Edit(change, done), cancellationToken);
        await done.Task.WaitAsync(cancellationToken);
    }
}
