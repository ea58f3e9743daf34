using System.Net.Http.Json;
using CodeCrafter.Server.Tests.Fixture;

namespace CodeCrafter.Server.Tests.Sessions;

/// <summary>Two admins who change a session do not overwrite each other unseen.</summary>
public sealed class SessionVersionTests(SharedServer shared) : IClassFixture<SharedServer>
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_change_with_an_old_ETag_is_refused_and_changes_nothing()
    {
        var alice = await shared.NewUserAsync();
        var session = await alice.CreateSessionAsync();
        using var read = await alice.Http.GetAsync($"/api/sessions/{session.Id}", Stop);
        var tag = read.Headers.ETag!.ToString();
        Assert.Equal($"\"{session.Version}\"", tag);

        using var first = await PutAsync(alice, session.Id, tag, new { title = "First" });
        var changed = (await first.ReadAsync<SessionEnvelopeDto>()).Session;
        Assert.Equal($"\"{changed.Version}\"", first.Headers.ETag!.ToString());
        Assert.NotEqual(session.Version, changed.Version);
        using var second = await PutAsync(alice, session.Id, tag, new { title = "Second" });
        await second.MustBeProblemAsync(412, "session_changed");
        Assert.Equal("First", (await alice.GetSessionAsync(session.Id)).Title);

        using var third = await PutAsync(alice, session.Id, first.Headers.ETag!.ToString(), new { title = "Third" });
        await third.MustBeAsync(200);
    }

    [Fact]
    public async Task Of_changes_at_once_with_one_ETag_one_wins()
    {
        var alice = await shared.NewUserAsync();
        var session = await alice.CreateSessionAsync();

        var responses = await Task.WhenAll(Enumerable.Range(0, 6)
            .Select(i => PutAsync(alice, session.Id, $"\"{session.Version}\"", new { title = $"Title {i}" })));

        Assert.Equal([200, 412, 412, 412, 412, 412], responses.Select(response => (int)response.StatusCode).Order());
        Array.ForEach(responses, response => response.Dispose());
    }

    [Fact]
    public async Task People_who_come_do_not_make_a_change_start_over()
    {
        var (alice, bob) = (await shared.NewUserAsync(), await shared.NewUserAsync());
        var session = await alice.CreateSessionAsync();
        await bob.JoinAsync(session);
        await alice.PutParticipantAsync(session.Id, bob, "viewer");

        using var put = await PutAsync(alice, session.Id, $"\"{session.Version}\"", new { title = "x" });
        await put.MustBeAsync(200);
    }

    [Theory]
    [InlineData("*", 200, null)]
    [InlineData("\"999\", \"1\"", 200, null)]
    [InlineData("W/\"1\"", 412, "session_changed")]
    [InlineData("\"abc\"", 412, "session_changed")]
    [InlineData("1", 400, "invalid_if_match")]
    public async Task If_Match_is_read_as_the_standard_says(string header, int status, string? code)
    {
        var alice = await shared.NewUserAsync();
        var session = await alice.CreateSessionAsync();
        Assert.Equal(1, session.Version);
        using var put = await PutAsync(alice, session.Id, header, new { title = "x" });
        if (code is null)
        {
            await put.MustBeAsync(status);
        }
        else
        {
            await put.MustBeProblemAsync(status, code);
        }
    }

    private static async Task<HttpResponseMessage> PutAsync(TestUser user, Guid id, string ifMatch, object body)
    {
        using var request = new HttpRequestMessage(HttpMethod.Put, $"/api/sessions/{id}") { Content = JsonContent.Create(body) };
        request.Headers.TryAddWithoutValidation("If-Match", ifMatch);
        return await user.Http.SendAsync(request, Stop);
    }
}
