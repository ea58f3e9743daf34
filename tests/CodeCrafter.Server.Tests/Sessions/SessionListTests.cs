using CodeCrafter.Server.Tests.Fixture;

namespace CodeCrafter.Server.Tests.Sessions;

public sealed class SessionListTests(SharedServer shared) : IClassFixture<SharedServer>
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Each_scope_lists_what_it_says_and_nothing_that_is_not_the_callers()
    {
        await using var server = await TestServer.StartAsync();
        var (alice, bob) = (await server.RegisterAsync("alice"), await server.RegisterAsync("bob"));
        await alice.CreateSessionAsync(new { title = "alice private" });
        var shared = await alice.CreateSessionAsync(new { title = "alice shared" });
        await alice.CreateSessionAsync(new { title = "alice public", isPublic = true });
        await bob.CreateSessionAsync(new { title = "bob private" });
        await bob.JoinAsync(shared);

        Assert.Equal(["alice public", "alice shared", "bob private"], await TitlesAsync(bob, ""));
        Assert.Equal(["alice public", "alice shared", "bob private"], await TitlesAsync(bob, "?scope=all"));
        Assert.Equal(["bob private"], await TitlesAsync(bob, "?scope=owned"));
        Assert.Equal(["alice shared"], await TitlesAsync(bob, "?scope=joined"));
        Assert.Equal(["alice public"], await TitlesAsync(bob, "?scope=public"));
    }

    [Fact]
    public async Task A_list_names_the_callers_role_and_leaves_documents_out()
    {
        await using var server = await TestServer.StartAsync();
        var (alice, bob) = (await server.RegisterAsync("alice"), await server.RegisterAsync("bob"));
        var session = await alice.CreateSessionAsync();
        await bob.JoinAsync(session);
        var listed = Assert.Single((await ListAsync(bob, "")).Sessions);
        Assert.Equal(("editor", 2), (listed.Role, listed.Participants.Length));
        Assert.Null(listed.Files);
        Assert.Null(listed.Content);
        Assert.Null(listed.InviteCode);
        Assert.NotNull(Assert.Single((await ListAsync(alice, "")).Sessions).InviteCode);
    }

    [Fact]
    [AccessCase(31)]
    public async Task Search_finds_text_in_any_case_and_takes_it_literally()
    {
        await using var server = await TestServer.StartAsync();
        var alice = await server.RegisterAsync("alice");
        await alice.CreateSessionAsync(new { title = "Größe 100%", language = "python" });
        await alice.CreateSessionAsync(new { title = "Other", description = "with_underscore", language = "javascript" });

        Assert.Equal(["Größe 100%"], await TitlesAsync(alice, "?q=GRÖSSE".Replace("SS", "ß", StringComparison.Ordinal)));
        Assert.Equal(["Größe 100%"], await TitlesAsync(alice, $"?q={Uri.EscapeDataString("0%")}"));
        Assert.Equal(["Other"], await TitlesAsync(alice, "?q=H_U"));
        Assert.Empty(await TitlesAsync(alice, $"?q={Uri.EscapeDataString("' OR 1=1 --")}"));
        Assert.Empty(await TitlesAsync(alice, $"?q={Uri.EscapeDataString("[$ne]")}"));
        Assert.Equal(["Other"], await TitlesAsync(alice, "?language=js"));
        Assert.Empty(await TitlesAsync(alice, "?language=js&q=100"));
    }

    [Fact]
    public async Task Search_follows_a_change_of_the_title()
    {
        await using var server = await TestServer.StartAsync();
        var alice = await server.RegisterAsync("alice");
        var session = await alice.CreateSessionAsync(new { title = "Before" });
        using var content = new StringContent("""{"title":"After"}""", System.Text.Encoding.UTF8, "application/json");
        using var put = await alice.Http.PutAsync($"/api/sessions/{session.Id}", content, Stop);
        await put.MustBeAsync(200);
        Assert.Empty(await TitlesAsync(alice, "?q=before"));
        Assert.Equal(["After"], await TitlesAsync(alice, "?q=after"));
    }

    [Fact]
    public async Task Pages_cover_everything_once()
    {
        await using var server = await TestServer.StartAsync();
        var alice = await server.RegisterAsync("alice");
        for (var i = 0; i < 7; i++)
        {
            await alice.CreateSessionAsync(new { title = $"{i}" });
        }

        var seen = new List<string>();
        for (var page = 1; page <= 3; page++)
        {
            var list = await ListAsync(alice, $"?page={page}&limit=3");
            Assert.Equal(new PaginationDto(page, 3, 7, 3), list.Pagination);
            seen.AddRange(list.Sessions.Select(session => session.Title));
        }

        // The latest first.
        Assert.Equal(["6", "5", "4", "3", "2", "1", "0"], seen);
        Assert.Empty((await ListAsync(alice, "?page=4&limit=3")).Sessions);
    }

    [Theory]
    [AccessCase(31)]
    [InlineData("?scope=mine", "validation_failed")]
    [InlineData("?limit=101", "validation_failed")]
    [InlineData("?limit=0", "validation_failed")]
    [InlineData("?page=0", "validation_failed")]
    [InlineData("?page=999999999999", "malformed_request")]
    [InlineData("?language=cobol", "unknown_language")]
    public async Task Cannot_list_with_bad_parameters(string query, string code)
    {
        var alice = await shared.NewUserAsync();
        using var response = await alice.Http.GetAsync($"/api/sessions/list{query}", Stop);
        await response.MustBeProblemAsync(400, code);
    }

    private static async Task<SessionListDto> ListAsync(TestUser user, string query)
    {
        using var response = await user.Http.GetAsync($"/api/sessions/list{query}", Stop);
        return await response.ReadAsync<SessionListDto>();
    }

    private static async Task<string[]> TitlesAsync(TestUser user, string query) =>
        [.. (await ListAsync(user, query)).Sessions.Select(session => session.Title).Order(StringComparer.Ordinal)];
}
