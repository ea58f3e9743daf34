using System.Net.Http.Headers;
using System.Net.Http.Json;

namespace CodeCrafter.Server.Tests.Fixture;

/// <summary>A user with one login.</summary>
internal sealed class TestUser
{
    public const string DefaultPassword = "correct horse battery";

    public TestUser(IServer server, TokensDto tokens)
    {
        Server = server;
        Tokens = tokens;
        Http = server.CreateHttp();
        Http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", tokens.AccessToken);
    }

    public IServer Server { get; }

    public TokensDto Tokens { get; }

    public Guid Id => Tokens.User.Id;

    public string Username => Tokens.User.Username;

    public string AccessToken => Tokens.AccessToken;

    /// <summary>A client that sends the access token.</summary>
    public HttpClient Http { get; }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    /// <summary>Creates a session; <paramref name="body"/> is the request, a private Python session by default.</summary>
    public async Task<SessionDto> CreateSessionAsync(object? body = null)
    {
        using var response = await Http.PostAsJsonAsync("/api/sessions/create", body ?? new { title = "A session", language = "python" }, Stop);
        return (await response.ReadAsync<SessionEnvelopeDto>(201)).Session;
    }

    /// <summary>Creates a Python session with one file.</summary>
    public Task<SessionDto> CreateFileSessionAsync(string path, string content) =>
        CreateSessionAsync(new { title = "A session", language = "python", files = new[] { new { path, content } } });

    public async Task<SessionDto> GetSessionAsync(Guid id)
    {
        using var response = await Http.GetAsync($"/api/sessions/{id}", Stop);
        return (await response.ReadAsync<SessionEnvelopeDto>()).Session;
    }

    /// <summary>Joins by the invite code, as one does who follows a link.</summary>
    public async Task<SessionDto> JoinAsync(SessionDto session)
    {
        using var response = await Http.PostAsJsonAsync($"/api/sessions/{session.Id}/join", new { invite = session.InviteCode }, Stop);
        return (await response.ReadAsync<SessionEnvelopeDto>()).Session;
    }

    /// <summary>Makes an invitation to a session; <paramref name="body"/> is the request.</summary>
    public async Task<CreatedInvitationDto> InviteAsync(Guid sessionId, object body)
    {
        using var response = await Http.PostAsJsonAsync($"/api/sessions/{sessionId}/invitations", body, Stop);
        return await response.ReadAsync<CreatedInvitationDto>(201);
    }

    /// <summary>Takes a snapshot of a session.</summary>
    public async Task<SnapshotDto> TakeSnapshotAsync(Guid sessionId, string? title = null, string? message = null)
    {
        using var response = await Http.PostAsJsonAsync($"/api/sessions/{sessionId}/snapshots", new { title, message }, Stop);
        return (await response.ReadAsync<SnapshotEnvelopeDto>(201)).Snapshot;
    }

    /// <summary>Tries to join by an invite code or the token of an invitation.</summary>
    public Task<HttpResponseMessage> JoinAsync(Guid sessionId, string? invite) =>
        Http.PostAsJsonAsync($"/api/sessions/{sessionId}/join", new { invite }, Stop);

    /// <summary>Runs a program and returns the answer as it came.</summary>
    public Task<HttpResponseMessage> ExecuteAsync(object body) => Http.PostAsJsonAsync("/api/execute", body, Stop);

    /// <summary>A connection to the hub, started.</summary>
    public async Task<TestHub> ConnectHubAsync()
    {
        var hub = new TestHub(this);
        await hub.Connection.StartAsync(Stop);
        return hub;
    }

    /// <summary>Adds a user to a session of this user's, or changes their role.</summary>
    public async Task<ParticipantDto> PutParticipantAsync(Guid sessionId, TestUser user, string role)
    {
        using var response = await Http.PutAsJsonAsync($"/api/sessions/{sessionId}/participants/{user.Id}", new { role }, Stop);
        return (await response.ReadAsync<ParticipantEnvelopeDto>()).Participant;
    }
}
