using CodeCrafter.Sandbox;
using CodeCrafter.Server.Collaboration.Documents;
using CodeCrafter.Server.Collaboration.Recordings;
using CodeCrafter.Server.Execution;
using CodeCrafter.Server.Sessions;
using CodeCrafter.Server.Sessions.Snapshots;
using CodeCrafter.Server.Tests.Fixture;
using Microsoft.Extensions.DependencyInjection;

namespace CodeCrafter.Server.Tests.Sessions;

/// <summary>What a session leaves behind in the stores, put there directly since its making would take long.</summary>
internal static class SessionRemains
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    /// <summary>An execution with a file that its program made.</summary>
    public static async Task<Guid> AddExecutionAsync(TestServer server, TestUser user, Guid sessionId)
    {
        var store = server.Services.GetRequiredService<IExecutionStore>();
        var execution = new StoredExecution
        {
            Id = Guid.CreateVersion7(),
            SessionId = sessionId,
            UserId = user.Id,
            Username = user.Username,
            Language = "python",
            Entry = "main.py",
            CreatedAt = DateTimeOffset.UnixEpoch,
            StartedAt = DateTimeOffset.UnixEpoch,
            FinishedAt = DateTimeOffset.UnixEpoch,
            StatusId = (int)RunStatus.Accepted,
            Files = [new ExecutedFile("main.py", "1")],
            OutputFiles = [new StoredOutputFile("made.txt", 1)],
        };
        await store.AddAsync(execution, Stop);
        await store.UpdateAsync(execution, [new OutputFile("made.txt", new byte[1])], Stop);
        return execution.Id;
    }

    /// <summary>A snapshot of the log, as a long one has.</summary>
    public static async Task AddDocumentSnapshotAsync(TestServer server, Guid sessionId)
    {
        var store = server.Services.GetRequiredService<IDocumentStore>();
        var stored = await store.LoadAsync(sessionId, Stop);
        await store.SaveSnapshotAsync(sessionId, stored.Sequence, stored.Updates[0], Stop);
    }

    /// <summary>An edit with an author, somebody who came in, and a log that was looked at for what can be merged.</summary>
    public static async Task AddRecordingAsync(TestServer server, TestUser user, Guid sessionId)
    {
        var documents = server.Services.GetRequiredService<IDocumentStore>();
        var sequence = (await documents.LoadAsync(sessionId, Stop)).Sequence + 1;
        var author = new UserNameResponse(user.Id, user.Username);
        await documents.AppendAsync([new LoggedUpdate(sessionId, sequence, [0, 0]) { Author = author }], Stop);
        var entry = new JournalEntry
        {
            Id = Guid.CreateVersion7(),
            SessionId = sessionId,
            At = DateTimeOffset.UnixEpoch,
            Kind = RecordedEventKind.Joined,
            UserId = user.Id,
            Username = user.Username,
        };
        await server.Services.GetRequiredService<IJournalStore>().AddAsync([entry], keptPerSession: 100, Stop);
        await server.Services.GetRequiredService<ILogCompactionStore>().ReplaceAsync(sessionId, after: 0, upTo: 1, merged: null, Stop);
    }

    public static Task AddSnapshotAsync(TestServer server, TestUser user, Guid sessionId) =>
        server.Services.GetRequiredService<ISnapshotStore>().AddAsync(
            new Snapshot
            {
                Id = Guid.CreateVersion7(),
                SessionId = sessionId,
                Title = "x",
                Message = "",
                CreatedById = user.Id,
                CreatedByName = user.Username,
                CreatedAt = DateTimeOffset.UnixEpoch,
                IsAutomatic = false,
                Size = 1,
                State = new byte[1],
            },
            Stop);
}
