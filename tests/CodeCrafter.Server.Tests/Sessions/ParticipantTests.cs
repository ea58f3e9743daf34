using System.Net.Http.Json;
using CodeCrafter.Server.Sessions;
using CodeCrafter.Server.Tests.Fixture;
using Microsoft.Extensions.DependencyInjection;

namespace CodeCrafter.Server.Tests.Sessions;

public sealed class ParticipantTests(SharedServer shared) : IClassFixture<SharedServer>
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Can_join_a_private_session_with_the_code_of_its_link_and_leave_it()
    {
        await using var server = await TestServer.StartAsync();
        var (alice, bob) = (await server.RegisterAsync("alice"), await server.RegisterAsync("bob"));
        var session = await alice.CreateSessionAsync();
        var joined = await bob.JoinAsync(session);
        Assert.Equal(("editor", 2), (joined.Role, joined.Participants.Length));
        Assert.Null(joined.InviteCode);
        Assert.NotNull(joined.Files);

        // Following the link again changes nothing.
        await alice.PutParticipantAsync(session.Id, bob, "viewer");
        Assert.Equal("viewer", (await bob.JoinAsync(session)).Role);

        using var leave = await bob.Http.PostAsync($"/api/sessions/{session.Id}/leave", null, Stop);
        await leave.MustBeAsync(204);
        await MustNotExistForAsync(bob, session.Id);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("{}")]
    [InlineData("""{"invite":""}""")]
    [InlineData("""{"invite":"wrong"}""")]
    public async Task Cannot_join_a_private_session_without_its_code(string? body)
    {
        var (alice, bob) = (await shared.NewUserAsync(), await shared.NewUserAsync());
        var session = await alice.CreateSessionAsync();
        using var content = body is null ? null : new StringContent(body, System.Text.Encoding.UTF8, "application/json");
        using var refused = await bob.Http.PostAsync($"/api/sessions/{session.Id}/join", content, Stop);
        await refused.MustBeProblemAsync(404, "session_not_found");
    }

    [Fact]
    public async Task Can_join_a_public_session_in_the_role_that_it_gives()
    {
        await using var server = await TestServer.StartAsync();
        var (alice, bob, carol) = (await server.RegisterAsync("alice"), await server.RegisterAsync("bob"), await server.RegisterAsync("carol"));
        var session = await alice.CreateSessionAsync(new { title = "x", isPublic = true });
        var read = await bob.GetSessionAsync(session.Id);
        Assert.Null(read.Role);
        Assert.Null(read.InviteCode);
        Assert.NotNull(read.Content);
        using var first = await bob.Http.PostAsync($"/api/sessions/{session.Id}/join", null, Stop);
        Assert.Equal("viewer", (await first.ReadAsync<SessionEnvelopeDto>()).Session.Role);

        using var put = await alice.Http.PutAsJsonAsync($"/api/sessions/{session.Id}", new { settings = new { publicRole = "editor" } }, Stop);
        await put.MustBeAsync(200);
        using var second = await carol.Http.PostAsync($"/api/sessions/{session.Id}/join", null, Stop);
        Assert.Equal("editor", (await second.ReadAsync<SessionEnvelopeDto>()).Session.Role);
    }

    [Fact]
    public async Task A_new_invite_code_ends_the_old_one()
    {
        await using var server = await TestServer.StartAsync();
        var (alice, bob) = (await server.RegisterAsync("alice"), await server.RegisterAsync("bob"));
        var session = await alice.CreateSessionAsync();
        using var reset = await alice.Http.PostAsync($"/api/sessions/{session.Id}/invite", null, Stop);
        var code = (await reset.ReadAsync<InviteDto>()).InviteCode;
        using var old = await bob.Http.PostAsJsonAsync($"/api/sessions/{session.Id}/join", new { invite = session.InviteCode }, Stop);
        await old.MustBeProblemAsync(404, "session_not_found");
        Assert.Equal("editor", (await bob.JoinAsync(session with { InviteCode = code })).Role);
    }

    [Fact]
    public async Task The_owner_cannot_leave()
    {
        await using var server = await TestServer.StartAsync();
        var alice = await server.RegisterAsync("alice");
        var session = await alice.CreateSessionAsync();
        using var leave = await alice.Http.PostAsync($"/api/sessions/{session.Id}/leave", null, Stop);
        await leave.MustBeProblemAsync(409, "owner_cannot_leave");
    }

    [Fact]
    public async Task Cannot_join_a_full_session()
    {
        await using var server = await TestServer.StartAsync();
        var (alice, bob, carol) = (await server.RegisterAsync("alice"), await server.RegisterAsync("bob"), await server.RegisterAsync("carol"));
        var session = await alice.CreateSessionAsync(new { title = "x", settings = new { maxParticipants = 2 } });
        await bob.JoinAsync(session);
        using var refused = await carol.Http.PostAsJsonAsync($"/api/sessions/{session.Id}/join", new { invite = session.InviteCode }, Stop);
        await refused.MustBeProblemAsync(409, "session_full");
        using var added = await alice.Http.PutAsJsonAsync($"/api/sessions/{session.Id}/participants/@carol", new { role = "viewer" }, Stop);
        await added.MustBeProblemAsync(409, "session_full");
        // Who is in already is not counted again.
        Assert.Equal("editor", (await bob.JoinAsync(session)).Role);
    }

    [Fact]
    public async Task Of_many_who_join_at_once_only_as_many_get_in_as_may()
    {
        await using var server = await TestServer.StartAsync();
        var alice = await server.RegisterAsync("alice");
        var others = await Task.WhenAll(Enumerable.Range(0, 12).Select(i => server.RegisterAsync($"user{i}")));
        var session = await alice.CreateSessionAsync(new { title = "x", settings = new { maxParticipants = 5 } });
        var statuses = await Task.WhenAll(others.Select(async user =>
        {
            using var response = await user.Http.PostAsJsonAsync($"/api/sessions/{session.Id}/join", new { invite = session.InviteCode }, Stop);
            return (int)response.StatusCode;
        }));
        Assert.Equal(4, statuses.Count(status => status == 200));
        Assert.Equal(8, statuses.Count(status => status == 409));
        Assert.Equal(5, (await alice.GetSessionAsync(session.Id)).Participants.Length);
    }

    [Fact]
    [AccessCase(24)]
    public async Task An_admin_manages_everybody_but_the_owner()
    {
        await using var server = await TestServer.StartAsync();
        var (alice, bob, carol) = (await server.RegisterAsync("alice"), await server.RegisterAsync("bob"), await server.RegisterAsync("carol"));
        var session = await alice.CreateSessionAsync();
        Assert.Equal("admin", (await alice.PutParticipantAsync(session.Id, bob, "admin")).Role);

        using var byName = await bob.Http.PutAsJsonAsync($"/api/sessions/{session.Id}/participants/@CAROL", new { role = "viewer" }, Stop);
        var participant = (await byName.ReadAsync<ParticipantEnvelopeDto>()).Participant;
        Assert.Equal((new UserNameDto(carol.Id, "carol"), "viewer"), (participant.User, participant.Role));
        Assert.Equal("admin", (await bob.PutParticipantAsync(session.Id, carol, "admin")).Role);

        foreach (var role in new[] { "viewer", "admin" })
        {
            using var demote = await bob.Http.PutAsJsonAsync($"/api/sessions/{session.Id}/participants/{alice.Id}", new { role }, Stop);
            await demote.MustBeProblemAsync(403, "owner_is_fixed");
        }

        using var remove = await bob.Http.DeleteAsync($"/api/sessions/{session.Id}/participants/{alice.Id}", Stop);
        await remove.MustBeProblemAsync(403, "owner_is_fixed");
        using var removed = await bob.Http.DeleteAsync($"/api/sessions/{session.Id}/participants/@carol", Stop);
        await removed.MustBeAsync(204);
        await MustNotExistForAsync(carol, session.Id);
    }

    [Theory]
    [InlineData("owner")]
    [InlineData("Admin")]
    [InlineData("god")]
    [InlineData("")]
    [InlineData(null)]
    public async Task Nobody_can_give_a_role_that_is_not_to_be_given(string? role)
    {
        var (alice, bob) = (await shared.NewUserAsync(), await shared.NewUserAsync());
        var session = await alice.CreateSessionAsync();
        using var response = await alice.Http.PutAsJsonAsync($"/api/sessions/{session.Id}/participants/{bob.Id}", new { role }, Stop);
        Assert.Contains("role", (await response.MustBeProblemAsync(400, "validation_failed")).Errors!.Keys);
    }

    [Fact]
    [AccessCase(24)]
    public async Task Nobody_promotes_themselves()
    {
        await using var server = await TestServer.StartAsync();
        var (alice, bob) = (await server.RegisterAsync("alice"), await server.RegisterAsync("bob"));
        var session = await alice.CreateSessionAsync();
        foreach (var role in new[] { "viewer", "editor" })
        {
            await alice.PutParticipantAsync(session.Id, bob, role);
            using var response = await bob.Http.PutAsJsonAsync($"/api/sessions/{session.Id}/participants/{bob.Id}", new { role = "admin" }, Stop);
            await response.MustBeProblemAsync(403, "forbidden_role");
        }
    }

    [Theory]
    [InlineData("@nobody")]
    [InlineData("01a204d6-6b99-7146-85dc-ca17cc975042")]
    [InlineData("not-an-id")]
    [InlineData("@")]
    [InlineData("@user-1'--")]
    [InlineData("@u\u017Fer-1")]
    public async Task Cannot_add_a_user_who_does_not_exist(string userId)
    {
        var alice = await shared.NewUserAsync();
        var session = await alice.CreateSessionAsync();
        using var put = await alice.Http.PutAsJsonAsync($"/api/sessions/{session.Id}/participants/{Uri.EscapeDataString(userId)}", new { role = "viewer" }, Stop);
        await put.MustBeProblemAsync(404, "user_not_found");
        using var delete = await alice.Http.DeleteAsync($"/api/sessions/{session.Id}/participants/{Uri.EscapeDataString(userId)}", Stop);
        await delete.MustBeProblemAsync(404, "participant_not_found");
    }

    [Fact]
    public async Task Membership_is_null_for_strangers_and_viewer_for_readers_of_public_sessions()
    {
        await using var server = await TestServer.StartAsync();
        var (alice, bob) = (await server.RegisterAsync("alice"), await server.RegisterAsync("bob"));
        var access = server.Services.GetRequiredService<SessionAccess>();
        var closed = await alice.CreateSessionAsync(new { title = "closed", language = "python" });
        var open = await alice.CreateSessionAsync(new { title = "open", isPublic = true, language = "python" });
        Assert.Equal(new SessionMembership(closed.Id, SessionRole.Owner, true, "closed", "python", SessionRole.Editor, SessionRole.Viewer), await access.FindAsync(closed.Id, alice.Id, Stop));
        Assert.Null(await access.FindAsync(closed.Id, bob.Id, Stop));
        Assert.Null(await access.FindAsync(Guid.NewGuid(), bob.Id, Stop));
        Assert.Equal(new SessionMembership(open.Id, SessionRole.Viewer, false, "open", "python", SessionRole.Editor, SessionRole.Viewer), await access.FindAsync(open.Id, bob.Id, Stop));
        await bob.JoinAsync(open);
        Assert.Equal(SessionRole.Editor, (await access.FindAsync(open.Id, bob.Id, Stop))!.Role);
    }

    [Fact]
    public async Task Activity_and_runs_are_counted()
    {
        await using var server = await TestServer.StartAsync();
        var alice = await server.RegisterAsync("alice");
        var session = await alice.CreateSessionAsync();
        var store = server.Services.GetRequiredService<ISessionStore>();
        var later = session.CreatedAt.AddHours(1);
        await store.TouchAsync(session.Id, later, 1, Stop);
        await store.TouchAsync(session.Id, later, 2, Stop);
        Assert.Equal(new StatsDto(later, 3, 0), (await alice.GetSessionAsync(session.Id)).Stats);
    }

    private static async Task MustNotExistForAsync(TestUser user, Guid sessionId)
    {
        using var get = await user.Http.GetAsync($"/api/sessions/{sessionId}", Stop);
        await get.MustBeProblemAsync(404, "session_not_found");
    }
}
