using CodeCrafter.Sandbox;
using CodeCrafter.Server.Execution;
using CodeCrafter.Server.Tests.Fixture;
using Microsoft.Extensions.DependencyInjection;

namespace CodeCrafter.Server.Tests.Access;

/// <summary>A server with one user for each column of the matrix, and a session that is made anew when it was changed.</summary>
internal sealed class World : IAsyncDisposable
{
    public static readonly object VictimsLogin = new { username = "victim", password = TestUser.DefaultPassword };

    public static readonly object WrongPasswords = new { currentPassword = "not this one", newPassword = "another horse battery" };

    private static int _accounts;

    private readonly Dictionary<string, TestUser> _users = [];
    private TestHub? _ownersHub;

    private World(TestServer server) => Server = server;

    public TestServer Server { get; }

    /// <summary>With a viewer, an editor, an admin, an owner and a victim, who is a viewer too.</summary>
    public SessionDto Session { get; private set; } = null!;

    public Guid Invitation { get; private set; }

    public Guid Snapshot { get; private set; }

    /// <summary>A job of the session that has ended and made the file <c>made.txt</c>.</summary>
    public Guid EndedJob { get; private set; }

    /// <summary>A job of the session that runs in a terminal.</summary>
    public Guid RunningJob { get; private set; }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public static object?[] Arguments(params object?[] arguments) => arguments;

    public static async Task<World> StartAsync()
    {
        var server = await TestServer.StartAsync();
        string[] names = [.. AccessMatrix.Callers.Skip(1), "victim"];
        foreach (var name in names)
        {
            await server.RegisterAsync(name);
        }

        server = await server.RestartAsync(options => options.Settings["CodeCrafter:Auth:Admins"] = "administrator");
        var world = new World(server);
        foreach (var name in names)
        {
            world._users[name] = await server.LoginAsync(name);
        }

        return world;
    }

    /// <summary>The caller of a column; null for the one who is not logged in.</summary>
    public TestUser? Caller(string name) => _users.GetValueOrDefault(name);

    /// <summary>Makes a session and what is in it. Those of before stay.</summary>
    public async Task RenewAsync(bool isPublic)
    {
        var owner = _users["owner"];
        Session = await owner.CreateSessionAsync(new { title = "x", language = "python", isPublic });
        foreach (var role in new[] { "viewer", "editor", "admin" })
        {
            await owner.PutParticipantAsync(Session.Id, _users[role], role);
        }

        await owner.PutParticipantAsync(Session.Id, _users["victim"], "viewer");
        Invitation = (await owner.InviteAsync(Session.Id, new { role = "viewer" })).Invitation.Id;
        Snapshot = (await owner.TakeSnapshotAsync(Session.Id)).Id;
        EndedJob = await AddEndedJobAsync(owner);
        RunningJob = Guid.Empty;
    }

    public async Task StartJobAsync()
    {
        if (RunningJob == Guid.Empty)
        {
            _ownersHub ??= await _users["owner"].ConnectHubAsync();
            await _ownersHub.JoinAsync(Session.Id);
            RunningJob = await _ownersHub.InvokeAsync<Guid>("Run", Session.Id, new
            {
                language = "python", code = "import sys\nfor line in sys.stdin: pass", terminal = new { columns = 80, rows = 24 },
            });
            await _ownersHub.NextAsync("ExecutionStarted");
        }
    }

    public async Task StopJobAsync()
    {
        if (RunningJob != Guid.Empty)
        {
            using var response = await _users["owner"].Http.DeleteAsync($"/api/execute/{RunningJob}", Stop);
            await response.MustBeAsync(200);
            RunningJob = Guid.Empty;
        }
    }

    /// <summary>
    /// The value of a parameter of a route. A parameter that is not here is a new kind of thing in a session: give it
    /// one that belongs to <see cref="Session"/>.
    /// </summary>
    public string Parameter(string name, AccessMatrix.Row row) => name switch
    {
        "id" or "sessionId" => Session.Id.ToString(),
        "userId" => _users["victim"].Id.ToString(),
        "jobId" => (row.NeedsRunningJob ? RunningJob : EndedJob).ToString(),
        "snapshotId" => Snapshot.ToString(),
        "invitationId" => Invitation.ToString(),
        "documentName" => "v1",
        _ => throw new InvalidOperationException($"{row}: nobody has said what {{{name}}} is."),
    };

    /// <summary>Nobody else's name.</summary>
    public object NewAccount()
    {
        var name = $"account-{Interlocked.Increment(ref _accounts)}";
        return new { username = name, email = $"{name}@example.org", password = TestUser.DefaultPassword };
    }

    public async ValueTask DisposeAsync()
    {
        if (_ownersHub is not null)
        {
            await _ownersHub.DisposeAsync();
        }

        await Server.DisposeAsync();
    }

    // Put into the store as it is, since a run would take longer than all of the requests.
    private async Task<Guid> AddEndedJobAsync(TestUser owner)
    {
        var store = Server.Services.GetRequiredService<IExecutionStore>();
        var execution = new StoredExecution
        {
            Id = Guid.CreateVersion7(),
            SessionId = Session.Id,
            UserId = owner.Id,
            Username = owner.Username,
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
}
