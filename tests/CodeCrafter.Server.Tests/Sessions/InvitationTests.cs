using System.Net.Http.Json;
using CodeCrafter.Server.Tests.Fixture;
using Microsoft.Extensions.Time.Testing;

namespace CodeCrafter.Server.Tests.Sessions;

public sealed class InvitationTests(SharedServer shared) : IClassFixture<SharedServer>
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("viewer")]
    [InlineData("editor")]
    [InlineData("admin")]
    public async Task An_invitation_gives_its_role(string role)
    {
        var (alice, bob) = (await shared.NewUserAsync(), await shared.NewUserAsync());
        var session = await alice.CreateSessionAsync();
        var created = await alice.InviteAsync(session.Id, new { role });

        using var join = await bob.JoinAsync(session.Id, created.Token);

        Assert.Equal(role, (await join.ReadAsync<SessionEnvelopeDto>()).Session.Role);
        var listed = Assert.Single(await InvitationsAsync(alice, session.Id));
        Assert.Equal((created.Invitation.Id, role, 1, true, alice.Id), (listed.Id, listed.Role, listed.Uses, listed.IsUsable, listed.CreatedBy.Id));
    }

    [Fact]
    public async Task Of_many_who_come_at_once_an_invitation_lets_in_as_many_as_it_says()
    {
        var alice = await shared.NewUserAsync();
        var session = await alice.CreateSessionAsync();
        var created = await alice.InviteAsync(session.Id, new { role = "viewer", maxUses = 3 });
        var users = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => shared.NewUserAsync()));

        var responses = await Task.WhenAll(users.Select(user => user.JoinAsync(session.Id, created.Token)));

        Assert.Equal(3, responses.Count(response => (int)response.StatusCode == 200));
        foreach (var refused in responses.Where(response => (int)response.StatusCode != 200))
        {
            await refused.MustBeProblemAsync(410, "invitation_used_up");
        }

        Assert.Equal(4, (await alice.GetSessionAsync(session.Id)).Participants.Length);
        Assert.False(Assert.Single(await InvitationsAsync(alice, session.Id)).IsUsable);
        Array.ForEach(responses, response => response.Dispose());
    }

    [Fact]
    public async Task Who_is_in_already_uses_nothing_up_and_keeps_their_role()
    {
        var (alice, bob) = (await shared.NewUserAsync(), await shared.NewUserAsync());
        var session = await alice.CreateSessionAsync();
        await alice.PutParticipantAsync(session.Id, bob, "viewer");
        var created = await alice.InviteAsync(session.Id, new { role = "admin", maxUses = 1 });

        using var join = await bob.JoinAsync(session.Id, created.Token);

        Assert.Equal("viewer", (await join.ReadAsync<SessionEnvelopeDto>()).Session.Role);
        Assert.Equal(0, Assert.Single(await InvitationsAsync(alice, session.Id)).Uses);
    }

    [Fact]
    public async Task A_full_session_uses_no_invitation_up()
    {
        var (alice, bob) = (await shared.NewUserAsync(), await shared.NewUserAsync());
        var session = await alice.CreateSessionAsync(new { title = "x", settings = new { maxParticipants = 1 } });
        var created = await alice.InviteAsync(session.Id, new { role = "viewer", maxUses = 1 });

        using var join = await bob.JoinAsync(session.Id, created.Token);

        await join.MustBeProblemAsync(409, "session_full");
        Assert.Equal(0, Assert.Single(await InvitationsAsync(alice, session.Id)).Uses);
    }

    [Fact]
    public async Task An_invitation_expires()
    {
        var time = new FakeTimeProvider(DateTimeOffset.Parse("2026-01-31T12:00:00Z", System.Globalization.CultureInfo.InvariantCulture));
        await using var server = await TestServer.StartAsync(options => options.Time = time);
        var (alice, bob) = (await server.RegisterAsync("alice"), await server.RegisterAsync("bob"));
        var session = await alice.CreateSessionAsync();
        var created = await alice.InviteAsync(session.Id, new { role = "viewer", expiresAt = time.GetUtcNow().AddMinutes(5) });

        time.Advance(TimeSpan.FromMinutes(5));

        using var join = await bob.JoinAsync(session.Id, created.Token);
        await join.MustBeProblemAsync(410, "invitation_expired");
        Assert.False(Assert.Single(await InvitationsAsync(alice, session.Id)).IsUsable);
    }

    [Fact]
    public async Task A_revoked_invitation_is_as_none_and_who_came_by_it_stays()
    {
        var (alice, bob, carol) = (await shared.NewUserAsync(), await shared.NewUserAsync(), await shared.NewUserAsync());
        var session = await alice.CreateSessionAsync();
        var created = await alice.InviteAsync(session.Id, new { role = "editor" });
        using var first = await bob.JoinAsync(session.Id, created.Token);
        await first.MustBeAsync(200);

        using var revoke = await alice.Http.DeleteAsync($"/api/sessions/{session.Id}/invitations/{created.Invitation.Id}", Stop);
        await revoke.MustBeAsync(204);

        using var second = await carol.JoinAsync(session.Id, created.Token);
        await second.MustBeProblemAsync(404, "session_not_found");
        Assert.Equal("editor", (await bob.GetSessionAsync(session.Id)).Role);
        using var again = await alice.Http.DeleteAsync($"/api/sessions/{session.Id}/invitations/{created.Invitation.Id}", Stop);
        await again.MustBeProblemAsync(404, "invitation_not_found");
    }

    [Fact]
    public async Task The_token_is_shown_once_and_stored_nowhere()
    {
        await using var server = await TestServer.StartAsync();
        var alice = await server.RegisterAsync("alice");
        var session = await alice.CreateSessionAsync();
        var created = await alice.InviteAsync(session.Id, new { role = "editor" });

        using var list = await alice.Http.GetAsync($"/api/sessions/{session.Id}/invitations", Stop);
        Assert.DoesNotContain(created.Token, await list.Content.ReadAsStringAsync(Stop), StringComparison.Ordinal);
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        foreach (var file in Directory.GetFiles(server.DataDirectory, "codecrafter.db*"))
        {
            await using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            using var reader = new StreamReader(stream, System.Text.Encoding.Latin1);
            Assert.DoesNotContain(created.Token, await reader.ReadToEndAsync(Stop), StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("""{}""")]
    [InlineData("""{"role":"owner"}""")]
    [InlineData("""{"role":"viewer","maxUses":0}""")]
    [InlineData("""{"role":"viewer","expiresAt":"2001-01-01T00:00:00Z"}""")]
    public async Task Cannot_make_an_invitation_that_makes_no_sense(string body)
    {
        var alice = await shared.NewUserAsync();
        var session = await alice.CreateSessionAsync();
        using var content = new StringContent(body, System.Text.Encoding.UTF8, "application/json");
        using var response = await alice.Http.PostAsync($"/api/sessions/{session.Id}/invitations", content, Stop);
        await response.MustBeProblemAsync(400, "validation_failed");
    }

    [Fact]
    public async Task A_session_has_a_bounded_number_of_invitations_that_work()
    {
        var (alice, bob) = (await shared.NewUserAsync(), await shared.NewUserAsync());
        var session = await alice.CreateSessionAsync();
        var used = await alice.InviteAsync(session.Id, new { role = "viewer", maxUses = 1 });
        using var join = await bob.JoinAsync(session.Id, used.Token);
        await join.MustBeAsync(200);
        // The used one makes room for the last.
        for (var i = 0; i < 50; i++)
        {
            await alice.InviteAsync(session.Id, new { role = "viewer" });
        }

        using var more = await alice.Http.PostAsJsonAsync($"/api/sessions/{session.Id}/invitations", new { role = "viewer" }, Stop);
        await more.MustBeProblemAsync(409, "too_many_invitations");
        Assert.DoesNotContain(await InvitationsAsync(alice, session.Id), invitation => invitation.Id == used.Invitation.Id);
    }

    private static async Task<InvitationDto[]> InvitationsAsync(TestUser user, Guid sessionId)
    {
        using var response = await user.Http.GetAsync($"/api/sessions/{sessionId}/invitations", Stop);
        return (await response.ReadAsync<InvitationListDto>()).Invitations;
    }
}
