using System.Net.Http.Json;
using CodeCrafter.Server.Tests.Fixture;
using Microsoft.AspNetCore.SignalR;

namespace CodeCrafter.Server.Tests.Sessions;

public sealed class SessionSettingsTests(SharedServer shared) : IClassFixture<SharedServer>
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(0)]
    [InlineData(201)]
    public async Task Both_ends_of_the_number_of_participants_are_told(int maxParticipants)
    {
        var alice = await shared.NewUserAsync();
        using var response = await alice.Http.PostAsJsonAsync("/api/sessions/create", new { title = "x", settings = new { maxParticipants } }, Stop);
        var problem = await response.MustBeProblemAsync(400, "validation_failed");
        Assert.Equal(["'maxParticipants' must be from 1 to 200."], problem.Errors!["settings.maxParticipants"]);
    }

    [Fact]
    public async Task Settings_that_nobody_names_have_their_defaults_and_each_can_be_changed_alone()
    {
        var alice = await shared.NewUserAsync();
        var session = await alice.CreateSessionAsync();
        Assert.Equal(new SettingsDto(50, true, "viewer", 10, "editor", "viewer", false), session.Settings);

        using var put = await PutAsync(alice, session.Id, new { autoSaveMinutes = 30, runRole = "owner" });

        Assert.Equal(
            new SettingsDto(50, true, "viewer", 30, "owner", "viewer", false), (await put.ReadAsync<SessionEnvelopeDto>()).Session.Settings);
    }

    [Fact]
    public async Task Who_may_run_is_a_setting_that_holds_at_once()
    {
        var (alice, bob, carol) = (await shared.NewUserAsync(), await shared.NewUserAsync(), await shared.NewUserAsync());
        var session = await alice.CreateSessionAsync();
        await alice.PutParticipantAsync(session.Id, bob, "editor");
        await alice.PutParticipantAsync(session.Id, carol, "admin");
        // In a language that there is not, which is looked at only for those who may run programs.
        var program = new { sessionId = session.Id, language = "klingon" };
        using var before = await bob.ExecuteAsync(program);
        await before.MustBeProblemAsync(400, "unknown_language");

        using var put = await PutAsync(alice, session.Id, new { runRole = "admin" });
        await put.MustBeAsync(200);

        using var after = await bob.ExecuteAsync(program);
        await after.MustBeProblemAsync(403, "forbidden_role");
        using var kill = await bob.Http.DeleteAsync($"/api/execute/kill/{session.Id}", Stop);
        await kill.MustBeProblemAsync(403, "forbidden_role");
        using var admin = await carol.ExecuteAsync(program);
        await admin.MustBeProblemAsync(400, "unknown_language");
    }

    [Fact]
    public async Task Who_may_chat_is_a_setting_that_holds_at_once()
    {
        var (alice, bob) = (await shared.NewUserAsync(), await shared.NewUserAsync());
        var session = await alice.CreateSessionAsync();
        await alice.PutParticipantAsync(session.Id, bob, "viewer");
        await using var hub = await bob.ConnectHubAsync();
        await hub.JoinAsync(session.Id);
        await hub.InvokeAsync("SendMessage", session.Id, "may I?");

        using var put = await PutAsync(alice, session.Id, new { chatRole = "editor" });
        await put.MustBeAsync(200);

        var refused = await Assert.ThrowsAsync<HubException>(() => hub.InvokeAsync("SendMessage", session.Id, "and now?"));
        Assert.Contains("forbidden_role", refused.Message, StringComparison.Ordinal);
        await alice.PutParticipantAsync(session.Id, bob, "editor");
        await hub.InvokeAsync("SendMessage", session.Id, "thank you");
    }

    [Theory]
    [InlineData("""{"runRole":"viewer"}""")]
    [InlineData("""{"runRole":"nobody"}""")]
    [InlineData("""{"chatRole":"Owner!"}""")]
    [InlineData("""{"autoSaveMinutes":0}""")]
    [InlineData("""{"autoSaveMinutes":1441}""")]
    public async Task Settings_that_make_no_sense_are_refused(string settings)
    {
        var alice = await shared.NewUserAsync();
        var session = await alice.CreateSessionAsync();
        using var content = new StringContent($$"""{"settings":{{settings}}}""", System.Text.Encoding.UTF8, "application/json");
        using var put = await alice.Http.PutAsync($"/api/sessions/{session.Id}", content, Stop);
        var problem = await put.MustBeProblemAsync(400, "validation_failed");
        Assert.StartsWith("settings.", Assert.Single(problem.Errors!).Key, StringComparison.Ordinal);
    }

    private static Task<HttpResponseMessage> PutAsync(TestUser user, Guid id, object settings) =>
        user.Http.PutAsJsonAsync($"/api/sessions/{id}", new { settings }, Stop);
}
