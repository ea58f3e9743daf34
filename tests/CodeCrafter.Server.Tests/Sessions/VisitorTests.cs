using System.Net.Http.Json;
using System.Text.Json;
using CodeCrafter.Server.Auth;
using CodeCrafter.Server.Tests.Fixture;
using Microsoft.AspNetCore.SignalR;

namespace CodeCrafter.Server.Tests.Sessions;

/// <summary>People without an account: guests with a name, and readers by the public link.</summary>
public sealed class VisitorTests(SharedServer shared) : IClassFixture<SharedServer>
{
    private const string File = "main.py";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public void Ids_of_visitors_are_none_of_accounts_and_readers_know_their_link()
    {
        var link = VisitorId.LinkFrom(Guid.NewGuid().ToByteArray());
        var (first, second, guest, account) = (VisitorId.NewReader(link), VisitorId.NewReader(link), VisitorId.NewGuest(), Guid.CreateVersion7());
        Assert.NotEqual(first, second);
        Assert.All([first, second], reader => Assert.Equal((link, true, true), (VisitorId.LinkOf(reader), VisitorId.IsReader(reader), VisitorId.IsVisitor(reader))));
        Assert.Equal((Guid.Empty, false, true), (VisitorId.LinkOf(guest), VisitorId.IsReader(guest), VisitorId.IsVisitor(guest)));
        Assert.Equal((Guid.Empty, false, false), (VisitorId.LinkOf(account), VisitorId.IsReader(account), VisitorId.IsVisitor(account)));
    }

    [Fact]
    public async Task A_guest_edits_chats_and_leaves_under_the_name_that_they_chose()
    {
        var alice = await shared.NewUserAsync();
        var session = await GuestSessionAsync(alice);
        var invitation = await alice.InviteAsync(session.Id, new { role = "editor", maxUses = 1 });
        using var come = await ComeAsync(session.Id, "Zoë", invitation.Token);
        var guest = Visitor(await come.ReadAsync<VisitDto>(201));

        Assert.Equal("Zoë (guest)", guest.Username);
        var participant = Assert.Single((await alice.GetSessionAsync(session.Id)).Participants, one => one.IsGuest);
        Assert.Equal((guest.Id, "editor", "Zoë (guest)"), (participant.User.Id, participant.Role, participant.User.Username));
        await using var clients = YjsClients.Start();
        await clients.ConnectAsync("guest", shared.Server, session.Id, guest.AccessToken, acks: true);
        await clients.CallAsync("insert", new { name = "guest", file = File, index = 0, value = "edited " });
        await clients.ConnectAsync("alice", shared.Server, session.Id, alice.AccessToken);
        await clients.UntilTextAsync("alice", File, "edited x");
        await using var hub = await guest.ConnectHubAsync();
        await hub.JoinAsync(session.Id);
        var message = await hub.InvokeAsync<JsonElement>("SendMessage", session.Id, "hello");
        Assert.Equal("Zoë (guest)", message.GetProperty("user").GetProperty("username").GetString());

        using var again = await ComeAsync(session.Id, "Second", invitation.Token);
        await again.MustBeProblemAsync(410, "invitation_used_up");
        using var leave = await guest.Http.PostAsync($"/api/sessions/{session.Id}/leave", null, Stop);
        await leave.MustBeAsync(204);
        using var after = await guest.Http.GetAsync($"/api/sessions/{session.Id}", Stop);
        await after.MustBeProblemAsync(401, "login_ended");
    }

    [Fact]
    public async Task A_link_tells_what_it_opens_before_one_comes_in()
    {
        var alice = await shared.NewUserAsync();
        var session = await alice.CreateSessionAsync(new { title = "Closed" });
        var invitation = await alice.InviteAsync(session.Id, new { role = "viewer", maxUses = 1 });

        var preview = await PreviewAsync(session.Id, invitation.Token);
        Assert.Equal(new PreviewDto("Closed", new UserNameDto(alice.Id, alice.Username), "viewer", AllowsGuests: false), preview);
        // Nothing was used up, and the code of the session gives another role.
        Assert.Equal("viewer", (await PreviewAsync(session.Id, invitation.Token)).Role);
        Assert.Equal("editor", (await PreviewAsync(session.Id, session.InviteCode)).Role);
        using var nothing = await AskAsync(session.Id, null);
        await nothing.MustBeProblemAsync(404, "session_not_found");
        using var wrong = await AskAsync(session.Id, "wrong");
        await wrong.MustBeProblemAsync(404, "session_not_found");
        using var join = await (await shared.NewUserAsync()).Http.PostAsJsonAsync($"/api/sessions/{session.Id}/join", new { invite = invitation.Token }, Stop);
        await join.MustBeAsync(200);
        using var used = await AskAsync(session.Id, invitation.Token);
        await used.MustBeProblemAsync(410, "invitation_used_up");
    }

    [Fact]
    public async Task A_public_session_shows_itself_without_a_link_only_where_it_takes_guests()
    {
        var alice = await shared.NewUserAsync();
        var open = await alice.CreateSessionAsync(new { title = "Open", isPublic = true });
        using var hidden = await AskAsync(open.Id, null);
        await hidden.MustBeProblemAsync(404, "session_not_found");

        using var changed = await alice.Http.PutAsJsonAsync($"/api/sessions/{open.Id}", new { settings = new { allowGuests = true } }, Stop);
        await changed.MustBeAsync(200);
        Assert.Equal(("Open", "viewer", true), await PreviewAsync(open.Id, null) is var shown ? (shown.Title, shown.Role, shown.AllowsGuests) : default);
    }

    [Fact]
    public async Task A_guest_is_nobody_outside_their_session()
    {
        var alice = await shared.NewUserAsync();
        var session = await GuestSessionAsync(alice);
        var open = await alice.CreateSessionAsync(new { title = "open to accounts", isPublic = true });
        using var come = await ComeAsync(session.Id, "Ada", session.InviteCode);
        var guest = Visitor(await come.ReadAsync<VisitDto>(201));

        foreach (var (method, path, body) in new (string, string, object?)[]
        {
            ("GET", $"/api/sessions/{open.Id}", null), ("GET", "/api/sessions/list", null), ("POST", "/api/sessions/create", new { title = "x" }),
            ("POST", $"/api/sessions/{session.Id}/fork", null), ("POST", $"/api/sessions/{open.Id}/join", null), ("GET", "/api/auth/me", null),
            ("PUT", $"/api/sessions/{session.Id}", new { title = "x" }), ("POST", "/api/execute", new { language = "python", code = "1" }),
            ("GET", $"/api/sessions/{open.Id}/messages", null), ("GET", $"/api/execute/history/{open.Id}", null), ("GET", $"/api/sessions/{session.Id}/invitations", null),
        })
        {
            using var request = new HttpRequestMessage(new HttpMethod(method), path) { Content = body is null ? null : JsonContent.Create(body) };
            using var response = await guest.Http.SendAsync(request, Stop);
            Assert.True((int)response.StatusCode == 403, $"{method} {path} is {(int)response.StatusCode}");
            Assert.Contains("Guests", (await response.ReadAsync<ProblemDto>(403)).Detail, StringComparison.Ordinal);
        }

        using var run = await guest.ExecuteAsync(new { sessionId = open.Id, language = "klingon" });
        await run.MustBeProblemAsync(404, "session_not_found");
        using var own = await guest.ExecuteAsync(new { sessionId = session.Id, language = "klingon" });
        await own.MustBeProblemAsync(400, "unknown_language");
        await using var hub = await guest.ConnectHubAsync();
        var join = await Assert.ThrowsAsync<HubException>(() => hub.JoinAsync(open.Id));
        Assert.Contains("session_not_found", join.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Guests_come_only_where_they_are_allowed_and_invited()
    {
        var alice = await shared.NewUserAsync();
        var closed = await alice.CreateSessionAsync();
        using var stranger = await ComeAsync(closed.Id, "Ada", "wrong");
        await stranger.MustBeProblemAsync(404, "session_not_found");
        using var invited = await ComeAsync(closed.Id, "Ada", closed.InviteCode);
        await invited.MustBeProblemAsync(403, "guests_not_allowed");
        var session = await GuestSessionAsync(alice);
        using var uninvited = await ComeAsync(session.Id, "Ada", null);
        await uninvited.MustBeProblemAsync(404, "session_not_found");
        var open = await alice.CreateSessionAsync(new { title = "x", isPublic = true, settings = new { allowGuests = true } });
        using var reader = await ComeAsync(open.Id, "Ada", null);
        Assert.Equal("viewer", (await reader.ReadAsync<VisitDto>(201)).Session.Role);
        var admins = await alice.InviteAsync(open.Id, new { role = "admin" });
        using var admin = await ComeAsync(open.Id, "Eve", admins.Token);
        Assert.Equal("editor", (await admin.ReadAsync<VisitDto>(201)).Session.Role);
    }

    [Theory]
    [InlineData("")]
    [InlineData("   ")]
    [InlineData("owner (guest)")]
    [InlineData("a\u202eb")]
    [InlineData("a\u200bb")]
    [InlineData("<b>")]
    [InlineData("123456789012345678901234567890123")]
    public async Task A_name_that_could_be_taken_for_another_is_refused(string name)
    {
        var alice = await shared.NewUserAsync();
        var session = await GuestSessionAsync(alice);
        using var response = await ComeAsync(session.Id, name, session.InviteCode);
        await response.MustBeProblemAsync(400, "validation_failed");
    }

    [Fact]
    public async Task Admins_change_and_remove_guests_and_make_no_admins_of_them()
    {
        var alice = await shared.NewUserAsync();
        var session = await GuestSessionAsync(alice);
        using var come = await ComeAsync(session.Id, "Ada", session.InviteCode);
        var guest = Visitor(await come.ReadAsync<VisitDto>(201));
        await using var hub = await guest.ConnectHubAsync();
        await hub.JoinAsync(session.Id);
        await using var clients = YjsClients.Start();
        await clients.ConnectAsync("guest", shared.Server, session.Id, guest.AccessToken, reconnect: false);

        using var promote = await alice.Http.PutAsJsonAsync($"/api/sessions/{session.Id}/participants/{guest.Id}", new { role = "admin" }, Stop);
        await promote.MustBeProblemAsync(409, "guest_cannot_manage");
        using var owner = await alice.Http.PostAsJsonAsync($"/api/sessions/{session.Id}/transfer", new { userId = guest.Id.ToString() }, Stop);
        await owner.MustBeProblemAsync(404, "participant_not_found");
        using var demote = await alice.Http.PutAsJsonAsync($"/api/sessions/{session.Id}/participants/{guest.Id}", new { role = "viewer" }, Stop);
        Assert.Equal("viewer", (await demote.ReadAsync<ParticipantEnvelopeDto>()).Participant.Role);
        using var remove = await alice.Http.DeleteAsync($"/api/sessions/{session.Id}/participants/{guest.Id}", Stop);
        await remove.MustBeAsync(204);

        await hub.NextAsync("Removed");
        await clients.CallAsync("until", new { name = "guest", what = "closed" });
        using var after = await guest.Http.GetAsync($"/api/sessions/{session.Id}", Stop);
        await after.MustBeProblemAsync(401, "login_ended");
        using var back = await alice.Http.PutAsJsonAsync($"/api/sessions/{session.Id}/participants/{guest.Id}", new { role = "viewer" }, Stop);
        await back.MustBeProblemAsync(404, "user_not_found");
    }

    [Fact]
    public async Task The_public_link_lets_anybody_read_and_nothing_else_until_it_is_taken_back()
    {
        var alice = await shared.NewUserAsync();
        var session = await alice.CreateFileSessionAsync(File, "x");
        using var make = await alice.Http.PostAsync($"/api/sessions/{session.Id}/public-link", null, Stop);
        var token = (await make.ReadAsync<JsonElement>()).GetProperty("token").GetString()!;
        Assert.True((await alice.GetSessionAsync(session.Id)).HasPublicLink);
        using var wrong = await shared.Server.Http.PostAsJsonAsync($"/api/sessions/{session.Id}/read", new { token = token[..^1] + (token[^1] == 'A' ? 'B' : 'A') + "x" }, Stop);
        await wrong.MustBeProblemAsync(404, "session_not_found");
        using var read = await shared.Server.Http.PostAsJsonAsync($"/api/sessions/{session.Id}/read", new { token }, Stop);
        var visit = await read.ReadAsync<VisitDto>();
        Assert.Equal(("x", (string?)null, (string?)null), (visit.Session.Content, visit.Session.Role, visit.Session.InviteCode));
        var reader = Visitor(visit);

        await using var clients = YjsClients.Start();
        await clients.ConnectAsync("alice", shared.Server, session.Id, alice.AccessToken);
        await clients.ConnectAsync("reader", shared.Server, session.Id, reader.AccessToken, reconnect: false);
        await clients.CallAsync("awareness", new { name = "reader", state = new { user = new { name = "Nobody" } } });
        await using var owners = await alice.ConnectHubAsync();
        await owners.JoinAsync(session.Id);
        await using var hub = await reader.ConnectHubAsync();
        await hub.JoinAsync(session.Id);
        await owners.InvokeAsync("SendMessage", session.Id, "who is there?");
        await hub.NextAsync("MessageReceived");
        var chat = await Assert.ThrowsAsync<HubException>(() => hub.InvokeAsync("SendMessage", session.Id, "me"));
        Assert.Contains("forbidden_role", chat.Message, StringComparison.Ordinal);
        using var run = await reader.ExecuteAsync(new { sessionId = session.Id });
        await run.MustBeProblemAsync(403, "forbidden_role");
        await clients.CallAsync("insert", new { name = "reader", file = File, index = 0, value = "hacked" });
        await clients.CallAsync("until", new { name = "reader", what = "denied" });
        await clients.CallAsync("insert", new { name = "alice", file = File, index = 0, value = "still " });
        await owners.NextAsync("SessionSaved");
        Assert.Equal("still x", (await alice.GetSessionAsync(session.Id)).Content);
        Assert.Single((await clients.CallAsync("describe", new { name = "alice" })).GetProperty("states").EnumerateArray());
        Assert.DoesNotContain(owners.Seen, seen => seen.Name == "ParticipantJoined");

        using var end = await alice.Http.DeleteAsync($"/api/sessions/{session.Id}/public-link", Stop);
        await end.MustBeAsync(204);
        await hub.NextAsync("Removed");
        await clients.CallAsync("until", new { name = "reader", what = "closed" });
        using var after = await reader.Http.GetAsync($"/api/sessions/{session.Id}", Stop);
        await after.MustBeProblemAsync(401, "login_ended");
        using var late = await shared.Server.Http.PostAsJsonAsync($"/api/sessions/{session.Id}/read", new { token }, Stop);
        await late.MustBeProblemAsync(404, "session_not_found");
    }

    private Task<HttpResponseMessage> AskAsync(Guid id, string? invite) =>
        shared.Server.Http.PostAsJsonAsync($"/api/sessions/{id}/preview", new { invite }, Stop);

    private async Task<PreviewDto> PreviewAsync(Guid id, string? invite)
    {
        using var response = await AskAsync(id, invite);
        return await response.ReadAsync<PreviewDto>();
    }

    private static Task<SessionDto> GuestSessionAsync(TestUser owner) => owner.CreateSessionAsync(new
    {
        title = "x", language = "python", settings = new { allowGuests = true }, files = new[] { new { path = File, content = "x" } },
    });

    private Task<HttpResponseMessage> ComeAsync(Guid sessionId, string name, string? invite) =>
        shared.Server.Http.PostAsJsonAsync($"/api/sessions/{sessionId}/guests", new { name, invite }, Stop);

    private TestUser Visitor(VisitDto visit) => new(shared.Server, new TokensDto(
        new UserDto(visit.User.Id, visit.User.Username, "", "", "", "", default, null, default), visit.AccessToken, "", visit.ExpiresIn));
}
