using System.Net.Http.Json;
using System.Text.Json;
using CodeCrafter.Server.Tests.Fixture;

namespace CodeCrafter.Server.Tests.Sessions;

public sealed class SessionTests(SharedServer shared) : IClassFixture<SharedServer>
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Can_create_and_read_a_session_in_the_shape_of_the_contract()
    {
        await using var server = await TestServer.StartAsync();
        var alice = await server.RegisterAsync("alice");
        using var created = await alice.Http.PostAsJsonAsync("/api/sessions/create", new
        {
            title = "  Interview  ",
            description = "First\nround",
            language = "py",
            isPublic = true,
            files = new[] { new { path = "lib/util.py", content = "x = 1\n" }, new { path = "main.py", content = "import lib\n" } },
            settings = new { maxParticipants = 3, autoSave = false },
        }, Stop);
        var session = (await created.ReadAsync<SessionEnvelopeDto>(201)).Session;
        Assert.Equal($"/api/sessions/{session.Id}", created.Headers.Location?.ToString());
        Assert.Equal(("Interview", "First\nround", "python", true, "owner"), (session.Title, session.Description, session.Language, session.IsPublic, session.Role));
        Assert.Equal(new UserNameDto(alice.Id, "alice"), session.Owner);
        Assert.Equal(new SettingsDto(3, false, "viewer"), session.Settings);
        Assert.Equal([new FileDto("lib/util.py", "x = 1\n"), new FileDto("main.py", "import lib\n")], session.Files!.OrderBy(file => file.Path));
        Assert.Equal("import lib\n", session.Content);
        var owner = Assert.Single(session.Participants);
        Assert.Equal((alice.Id, "owner", false), (owner.User.Id, owner.Role, owner.IsOnline));

        var read = await alice.GetSessionAsync(session.Id);
        Assert.Equal(session.CreatedAt, read.CreatedAt);
        Assert.Equal(JsonSerializer.Serialize(session), JsonSerializer.Serialize(read));

        using var raw = await alice.Http.GetAsync($"/api/sessions/{session.Id}", Stop);
        var json = (await raw.ReadAsync<JsonElement>()).GetProperty("session");
        Assert.Equal(JsonValueKind.Null, json.GetProperty("forkedFrom").ValueKind);
        Assert.Equal(0, json.GetProperty("forksCount").GetInt32());
        Assert.Equal(session.Id.ToString("D"), json.GetProperty("id").GetString());
        Assert.EndsWith("Z", json.GetProperty("createdAt").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_session_without_files_starts_with_the_sample_of_its_language()
    {
        await using var server = await TestServer.StartAsync();
        var alice = await server.RegisterAsync("alice");
        var session = await alice.CreateSessionAsync(new { title = "Empty", language = "python" });
        Assert.Equal("main.py", Assert.Single(session.Files!).Path);
        Assert.Contains("print", session.Content, StringComparison.Ordinal);
        Assert.Equal("javascript", (await alice.CreateSessionAsync(new { title = "Nothing said" })).Language);
    }

    public static TheoryData<string, int, string> BadCreations => new()
    {
        { """{"language":"python"}""", 400, "validation_failed" },
        { """{"title":"   "}""", 400, "validation_failed" },
        { """{"title":"a\u0007b"}""", 400, "validation_failed" },
        { $$"""{"title":"{{new string('x', 201)}}"}""", 400, "validation_failed" },
        { """{"title":5}""", 400, "malformed_json" },
        { """{"title":"x","title":"y"}""", 400, "malformed_json" },
        { """{"title":"x",""", 400, "malformed_json" },
        { """{"title":"x","language":"cobol"}""", 400, "unknown_language" },
        { """{"title":"x","settings":{"maxParticipants":0}}""", 400, "validation_failed" },
        { """{"title":"x","settings":{"maxParticipants":100000}}""", 400, "validation_failed" },
        { """{"title":"x","settings":{"publicRole":"owner"}}""", 400, "validation_failed" },
        { """{"title":"x","files":[{"path":"../up","content":""}]}""", 400, "validation_failed" },
        { """{"title":"x","files":[{"path":"-x.py","content":""}]}""", 400, "validation_failed" },
        { """{"title":"x","files":[{"path":"/etc/passwd","content":""}]}""", 400, "validation_failed" },
        { """{"title":"x","files":[{"path":"a\\b","content":""}]}""", 400, "validation_failed" },
        { """{"title":"x","files":[{"path":"a","content":""},{"path":"a","content":""}]}""", 400, "validation_failed" },
        { """{"title":"x","files":[{"path":"a","content":""},{"path":"a/b","content":""}]}""", 400, "validation_failed" },
        { """{"title":"x","files":[{"path":"a"}]}""", 400, "validation_failed" },
        { """{"title":"x","files":[null]}""", 400, "validation_failed" },
        { $$"""{"title":"x","files":[{"path":"a","content":"{{new string('x', 1_100_000)}}"}]}""", 413, "document_too_large" },
        { $$"""{"title":"x","files":[{"path":"a","content":"{{new string('x', 9_000_000)}}"}]}""", 413, "payload_too_large" },
    };

    [Theory]
    [MemberData(nameof(BadCreations), DisableDiscoveryEnumeration = true)]
    public async Task Cannot_create_a_session_from_a_bad_request(string body, int status, string code)
    {
        var alice = await shared.NewUserAsync();
        using var content = new StringContent(body, System.Text.Encoding.UTF8, "application/json");
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/sessions/create") { Content = content };
        // So that a body that is too large is refused before it is sent.
        request.Headers.ExpectContinue = true;
        using var response = await alice.Http.SendAsync(request, Stop);
        var problem = await response.MustBeProblemAsync(status, code);
        Assert.Equal(code == "validation_failed", problem.Errors is not null);
    }

    [Fact]
    [AccessCase(14)]
    public async Task What_the_server_decides_cannot_be_set_by_a_body()
    {
        await using var server = await TestServer.StartAsync();
        var alice = await server.RegisterAsync("alice");
        var mallory = await server.RegisterAsync("mallory");
        var session = await mallory.CreateSessionAsync();
        foreach (var body in new object[]
        {
            new { title = "y", id = Guid.NewGuid() }, new { title = "y", ownerId = alice.Id }, new { title = "y", owner = new { id = alice.Id } },
            new { title = "y", createdAt = "2001-01-01T00:00:00Z" }, new { title = "y", role = "admin" }, new { title = "y", totalExecutions = 5 },
            new { title = "y", inviteCode = "known" },
        })
        {
            using var created = await mallory.Http.PostAsJsonAsync("/api/sessions/create", body, Stop);
            await created.MustBeProblemAsync(400, "unknown_member");
            using var changed = await mallory.Http.PutAsJsonAsync($"/api/sessions/{session.Id}", body, Stop);
            await changed.MustBeProblemAsync(400, "unknown_member");
        }

        var after = await mallory.GetSessionAsync(session.Id);
        Assert.Equal(
            (session.Title, session.CreatedAt, mallory.Id, session.InviteCode), (after.Title, after.CreatedAt, after.Owner.Id, after.InviteCode));
    }

    [Fact]
    public async Task Can_update_what_is_given_and_keep_the_rest()
    {
        await using var server = await TestServer.StartAsync();
        var alice = await server.RegisterAsync("alice");
        var session = await alice.CreateSessionAsync(new { title = "Old", description = "Text", language = "python", settings = new { maxParticipants = 7 } });
        using var response = await alice.Http.PutAsJsonAsync($"/api/sessions/{session.Id}", new { title = "New", language = "js", settings = new { autoSave = false } }, Stop);
        var updated = (await response.ReadAsync<SessionEnvelopeDto>()).Session;
        Assert.Equal(("New", "Text", "javascript", new SettingsDto(7, false, "viewer")), (updated.Title, updated.Description, updated.Language, updated.Settings));
        Assert.True(updated.UpdatedAt >= session.UpdatedAt);

        foreach (var (body, code) in new (object, string)[]
        {
            (new { title = " " }, "validation_failed"), (new { language = "cobol" }, "unknown_language"), (new { settings = new { maxParticipants = -1 } }, "validation_failed"),
        })
        {
            using var bad = await alice.Http.PutAsJsonAsync($"/api/sessions/{session.Id}", body, Stop);
            await bad.MustBeProblemAsync(400, code);
        }

        Assert.Equal("New", (await alice.GetSessionAsync(session.Id)).Title);
    }

    [Fact]
    public async Task A_deleted_session_is_gone_for_everybody()
    {
        await using var server = await TestServer.StartAsync();
        var (alice, bob) = (await server.RegisterAsync("alice"), await server.RegisterAsync("bob"));
        var session = await alice.CreateSessionAsync(new { title = "x", isPublic = true });
        await bob.JoinAsync(session);
        using var deleted = await alice.Http.DeleteAsync($"/api/sessions/{session.Id}", Stop);
        await deleted.MustBeAsync(204);
        foreach (var user in new[] { alice, bob })
        {
            using var get = await user.Http.GetAsync($"/api/sessions/{session.Id}", Stop);
            await get.MustBeProblemAsync(404, "session_not_found");
            using var list = await user.Http.GetAsync("/api/sessions/list", Stop);
            Assert.Empty((await list.ReadAsync<SessionListDto>()).Sessions);
        }

        using var join = await bob.Http.PostAsJsonAsync($"/api/sessions/{session.Id}/join", new { invite = session.InviteCode }, Stop);
        await join.MustBeProblemAsync(404, "session_not_found");
    }

    [Fact]
    public async Task Sessions_survive_a_restart()
    {
        var folder = Directory.CreateTempSubdirectory("codecrafter-test-").FullName;
        try
        {
            Guid id;
            string accessToken;
            await using (var first = await TestServer.StartAsync(options => options.DataDirectory = folder))
            {
                var alice = await first.RegisterAsync("alice");
                (id, accessToken) = ((await alice.CreateSessionAsync()).Id, alice.AccessToken);
            }

            await using var second = await TestServer.StartAsync(options => options.DataDirectory = folder);
            using var request = new HttpRequestMessage(HttpMethod.Get, "/api/sessions/list") { Headers = { { "Authorization", $"Bearer {accessToken}" } } };
            using var response = await second.Http.SendAsync(request, Stop);
            Assert.Equal(id, Assert.Single((await response.ReadAsync<SessionListDto>()).Sessions).Id);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
