using System.Net.Http.Json;
using CodeCrafter.Server.Auth.SecurityEvents;
using CodeCrafter.Server.Sessions;
using CodeCrafter.Server.Storage.Sql;
using CodeCrafter.Server.Tests.Fixture;
using CodeCrafter.Server.Tests.Recordings;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace CodeCrafter.Server.Tests.Sessions;

public sealed class SessionLifecycleTests(SharedServer shared) : IClassFixture<SharedServer>
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_deleted_session_can_be_restored_with_everybody_in_it()
    {
        var (alice, bob) = (await shared.NewUserAsync(), await shared.NewUserAsync());
        var session = await alice.CreateFileSessionAsync("main.py", "print(1)\n");
        await alice.PutParticipantAsync(session.Id, bob, "admin");
        await DeleteAsync(alice, session.Id);
        var deleted = Assert.Single(await DeletedAsync(alice));
        Assert.Equal(session.Id, deleted.Id);
        Assert.Equal(deleted.DeletedAt!.Value.AddDays(30), deleted.RestorableUntil);
        Assert.Empty(await DeletedAsync(bob));

        using var refused = await bob.Http.PostAsync($"/api/sessions/{session.Id}/restore", null, Stop);
        await refused.MustBeProblemAsync(404, "session_not_found");
        using var restore = await alice.Http.PostAsync($"/api/sessions/{session.Id}/restore", null, Stop);
        var restored = (await restore.ReadAsync<SessionEnvelopeDto>()).Session;

        Assert.Equal(("print(1)\n", 2, (DateTimeOffset?)null), (restored.Content, restored.Participants.Length, restored.DeletedAt));
        Assert.Equal("admin", (await bob.GetSessionAsync(session.Id)).Role);
        Assert.Empty(await DeletedAsync(alice));
    }

    [Fact]
    public async Task After_30_days_nothing_of_a_deleted_session_is_left_and_others_keep_theirs()
    {
        // SignalR looks at the machine's clock for whether a token has expired.
        var time = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        await using var server = await TestServer.StartAsync(options => options.Time = time);
        var alice = await server.RegisterAsync("alice");
        var gone = await FilledSessionAsync(server, alice);
        var kept = await FilledSessionAsync(server, alice);
        await DeleteAsync(alice, gone.Id);
        var purge = server.Services.GetRequiredService<SessionPurge>();

        time.Advance(TimeSpan.FromDays(30) - TimeSpan.FromMinutes(1));
        Assert.Equal(0, await purge.PurgeAsync(Stop));
        time.Advance(TimeSpan.FromMinutes(1));
        alice = await server.LoginAsync("alice");
        Assert.Empty(await DeletedAsync(alice));
        using var late = await alice.Http.PostAsync($"/api/sessions/{gone.Id}/restore", null, Stop);
        await late.MustBeProblemAsync(404, "session_not_found");
        await purge.PurgeAsync(Stop);

        await using var db = await server.Services.GetRequiredService<IDbContextFactory<AppDbContext>>().CreateDbContextAsync(Stop);
        // The log of security events keeps its own time.
        foreach (var type in db.Model.GetEntityTypes().Where(type => type.FindProperty("SessionId") is not null && type.ClrType != typeof(SecurityEvent)))
        {
            var table = type.GetTableName()!;
            Assert.True(await CountAsync(db, table, gone.Id) == 0, $"{table} still has something of the session");
            Assert.True(await CountAsync(db, table, kept.Id) > 0, $"{table} has nothing of the other session: this test must fill it, or too much was removed");
        }
    }

    [Fact]
    public async Task A_session_can_be_handed_over_to_a_participant()
    {
        var (alice, bob, carol) = (await shared.NewUserAsync(), await shared.NewUserAsync(), await shared.NewUserAsync());
        var session = await alice.CreateSessionAsync();
        await alice.PutParticipantAsync(session.Id, bob, "viewer");
        using var stranger = await TransferAsync(alice, session.Id, carol.Id.ToString());
        await stranger.MustBeProblemAsync(404, "participant_not_found");
        using var nobody = await TransferAsync(alice, session.Id, "@nobody-of-this-name");
        await nobody.MustBeProblemAsync(404, "participant_not_found");

        using var transfer = await TransferAsync(alice, session.Id, $"@{bob.Username}");
        var transferred = (await transfer.ReadAsync<SessionEnvelopeDto>()).Session;

        Assert.Equal((bob.Id, "admin"), (transferred.Owner.Id, transferred.Role));
        Assert.Equal("owner", (await bob.GetSessionAsync(session.Id)).Role);
        using var delete = await alice.Http.DeleteAsync($"/api/sessions/{session.Id}", Stop);
        await delete.MustBeProblemAsync(403, "forbidden_role");
        using var leave = await alice.Http.PostAsync($"/api/sessions/{session.Id}/leave", null, Stop);
        await leave.MustBeAsync(204);
    }

    [Fact]
    public async Task Of_two_transfers_at_once_one_counts_and_there_is_one_owner()
    {
        var (alice, bob, carol) = (await shared.NewUserAsync(), await shared.NewUserAsync(), await shared.NewUserAsync());
        var session = await alice.CreateSessionAsync();
        await alice.PutParticipantAsync(session.Id, bob, "editor");
        await alice.PutParticipantAsync(session.Id, carol, "editor");

        var responses = await Task.WhenAll(new[] { bob, carol }.Select(user => TransferAsync(alice, session.Id, user.Id.ToString())));

        Assert.Equal([200, 403], responses.Select(response => (int)response.StatusCode).Order());
        Assert.Single((await alice.GetSessionAsync(session.Id)).Participants, participant => participant.Role == "owner");
        Array.ForEach(responses, response => response.Dispose());
    }

    [Fact]
    public async Task A_fork_has_the_files_and_settings_and_is_counted()
    {
        var (alice, bob) = (await shared.NewUserAsync(), await shared.NewUserAsync());
        var origin = await alice.CreateSessionAsync(new
        {
            title = "Origin", description = "Text", language = "python", isPublic = true,
            files = new[] { new { path = "main.py", content = "import lib\n" }, new { path = "lib.py", content = "x = 1\n" } },
            settings = new { maxParticipants = 7, runRole = "admin", chatRole = "editor", autoSave = false, autoSaveMinutes = 3, allowGuests = true, publicRole = "editor" },
        });

        using var response = await bob.Http.PostAsync($"/api/sessions/{origin.Id}/fork", null, Stop);
        var fork = (await response.ReadAsync<SessionEnvelopeDto>(201)).Session;

        Assert.Equal($"/api/sessions/{fork.Id}", response.Headers.Location?.ToString());
        Assert.Equal(("Copy of Origin", "Text", "python", false, "owner", origin.Id), (fork.Title, fork.Description, fork.Language, fork.IsPublic, fork.Role, fork.ForkedFrom!.Value));
        Assert.Equal(origin.Settings, fork.Settings);
        Assert.Equal(origin.Files, fork.Files);
        Assert.Equal("import lib\n", fork.Content);
        Assert.Equal(bob.Id, Assert.Single(fork.Participants).User.Id);
        Assert.Equal((1, origin.Version), ((await alice.GetSessionAsync(origin.Id)).ForksCount, origin.Version));

        using var named = await bob.Http.PostAsJsonAsync($"/api/sessions/{fork.Id}/fork", new { title = "Mine", description = "" }, Stop);
        var second = (await named.ReadAsync<SessionEnvelopeDto>(201)).Session;
        Assert.Equal(("Mine", "", fork.Id), (second.Title, second.Description, second.ForkedFrom!.Value));
    }

    [Fact]
    public async Task Forks_at_once_are_all_counted()
    {
        var alice = await shared.NewUserAsync();
        var origin = await alice.CreateSessionAsync(new { title = new string('x', 200) });

        var responses = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => alice.Http.PostAsync($"/api/sessions/{origin.Id}/fork", null, Stop)));

        foreach (var response in responses)
        {
            Assert.Equal(200, (await response.ReadAsync<SessionEnvelopeDto>(201)).Session.Title.Length);
            response.Dispose();
        }

        Assert.Equal(6, (await alice.GetSessionAsync(origin.Id)).ForksCount);
    }

    // Something in each table that has to do with a session.
    private static async Task<SessionDto> FilledSessionAsync(TestServer server, TestUser owner)
    {
        var session = await owner.CreateFileSessionAsync("main.py", "x");
        await owner.InviteAsync(session.Id, new { role = "viewer" });
        await using (var hub = await owner.ConnectHubAsync())
        {
            await hub.JoinAsync(session.Id);
            await hub.InvokeAsync("SendMessage", session.Id, "hello");
        }

        // The last thing that is stored of the connection.
        while ((await owner.GetEventsAsync(session.Id)).Events.All(item => item.Kind != "left"))
        {
            await Task.Delay(20, Stop);
        }

        await SessionRemains.AddExecutionAsync(server, owner, session.Id);
        await SessionRemains.AddDocumentSnapshotAsync(server, session.Id);
        await SessionRemains.AddRecordingAsync(server, owner, session.Id);
        await SessionRemains.AddSnapshotAsync(server, owner, session.Id);
        return session;
    }

    private static async Task<long> CountAsync(AppDbContext db, string table, Guid sessionId)
    {
        await db.Database.OpenConnectionAsync(Stop);
        using var command = (SqliteCommand)db.Database.GetDbConnection().CreateCommand();
        command.CommandText = $"SELECT COUNT(*) FROM {table} WHERE SessionId = $id";
        command.Parameters.AddWithValue("$id", sessionId);
        return (long)(await command.ExecuteScalarAsync(Stop))!;
    }

    private static async Task DeleteAsync(TestUser user, Guid id)
    {
        using var response = await user.Http.DeleteAsync($"/api/sessions/{id}", Stop);
        await response.MustBeAsync(204);
    }

    private static async Task<SessionDto[]> DeletedAsync(TestUser user)
    {
        using var response = await user.Http.GetAsync("/api/sessions/list?scope=deleted", Stop);
        return (await response.ReadAsync<SessionListDto>()).Sessions;
    }

    private static Task<HttpResponseMessage> TransferAsync(TestUser user, Guid id, string to) =>
        user.Http.PostAsJsonAsync($"/api/sessions/{id}/transfer", new { userId = to }, Stop);
}
