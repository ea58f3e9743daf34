using System.Net.Http.Json;
using CodeCrafter.Server.Tests.Fixture;

namespace CodeCrafter.Server.Tests.Auth;

public sealed class AccountTests(SharedServer shared) : IClassFixture<SharedServer>
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Can_register_log_in_and_see_oneself()
    {
        await using var server = await TestServer.StartAsync();
        using var registered = await server.Http.PostAsJsonAsync("/api/auth/register", new
        {
            username = "Alice_1", email = "Alice@Example.org", password = "correct horse", firstName = "Alice", lastName = "Adams",
        }, Stop);
        var tokens = await registered.ReadAsync<TokensDto>(201);
        Assert.Equal(("Alice_1", "Alice@Example.org", "Alice", "Adams", "user"), (tokens.User.Username, tokens.User.Email, tokens.User.FirstName, tokens.User.LastName, tokens.User.Role));
        Assert.Equal(900, tokens.ExpiresIn);
        Assert.Null(tokens.User.LastLogin);

        foreach (var body in new object[]
        {
            new { username = "alice_1", password = "correct horse" },
            new { email = "alice@example.ORG", password = "correct horse" },
            new { username = "alice@example.org", password = "correct horse" },
        })
        {
            using var login = await server.Http.PostAsJsonAsync("/api/auth/login", body, Stop);
            var user = new TestUser(server, await login.ReadAsync<TokensDto>());
            using var me = await user.Http.GetAsync("/api/auth/me", Stop);
            var account = (await me.ReadAsync<MeDto>()).User;
            Assert.Equal(tokens.User.Id, account.Id);
            Assert.NotNull(account.LastLogin);
        }
    }

    public static TheoryData<object, string> BadRegistrations => new()
    {
        { new { email = "a@example.org", password = "correct horse" }, "username" },
        { new { username = "alice", password = "correct horse" }, "email" },
        { new { username = "alice", email = "a@example.org" }, "password" },
        { new { username = "al", email = "a@example.org", password = "correct horse" }, "username" },
        { new { username = new string('a', 33), email = "a@example.org", password = "correct horse" }, "username" },
        { new { username = "alice smith", email = "a@example.org", password = "correct horse" }, "username" },
        { new { username = "alice\n", email = "a@example.org", password = "correct horse" }, "username" },
        { new { username = "alice@home", email = "a@example.org", password = "correct horse" }, "username" },
        { new { username = "\u0430lice", email = "a@example.org", password = "correct horse" }, "username" }, // Cyrillic a
        { new { username = "alice\u0301", email = "a@example.org", password = "correct horse" }, "username" }, // decomposed
        { new { username = "alic\u00e9", email = "a@example.org", password = "correct horse" }, "username" },
        { new { username = "ali\u200bce", email = "a@example.org", password = "correct horse" }, "username" }, // zero width
        { new { username = "ali\u202ece", email = "a@example.org", password = "correct horse" }, "username" }, // right to left
        { new { username = "\uff41lice", email = "a@example.org", password = "correct horse" }, "username" }, // full width
        { new { username = "alice", email = "example.org", password = "correct horse" }, "email" },
        { new { username = "alice", email = "a@b@example.org", password = "correct horse" }, "email" },
        { new { username = "alice", email = "a b@example.org", password = "correct horse" }, "email" },
        { new { username = "alice", email = "\u0430@example.org", password = "correct horse" }, "email" },
        { new { username = "alice", email = "a@example.org", password = "1234567" }, "password" },
        { new { username = "alice", email = "a@example.org", password = new string('x', 1025) }, "password" },
        { new { username = "alice", email = "a@example.org", password = "correct horse", firstName = "A\u0000" }, "firstName" },
    };

    [Theory]
    [AccessCase(26)]
    [MemberData(nameof(BadRegistrations), DisableDiscoveryEnumeration = true)]
    public async Task Cannot_register_with_a_bad_field(object body, string field)
    {
        using var response = await shared.Server.Http.PostAsJsonAsync("/api/auth/register", body, Stop);
        var problem = await response.MustBeProblemAsync(400, "validation_failed");
        Assert.Equal([field], problem.Errors!.Keys);
    }

    [Theory]
    [AccessCase(26)]
    [AccessCase(11)]
    [InlineData("ALICE", "other@example.org")]
    [InlineData("other", "ALICE@EXAMPLE.ORG")]
    [InlineData("alice", "alice@example.org")]
    public async Task Cannot_register_a_name_or_address_twice_and_does_not_learn_which(string username, string email)
    {
        await using var server = await TestServer.StartAsync();
        await server.RegisterAsync("alice");
        using var response = await server.Http.PostAsJsonAsync("/api/auth/register", new { username, email, password = "correct horse" }, Stop);
        var problem = await response.MustBeProblemAsync(409, "account_exists");
        Assert.Equal("There is an account with this username or email address.", problem.Detail);
    }

    [Fact]
    public async Task Of_many_who_register_one_name_at_once_one_gets_it()
    {
        await using var server = await TestServer.StartAsync();
        var statuses = await Task.WhenAll(Enumerable.Range(0, 8).Select(async i =>
        {
            using var response = await server.Http.PostAsJsonAsync("/api/auth/register", new { username = "alice", email = $"a{i}@example.org", password = "correct horse" }, Stop);
            return (int)response.StatusCode;
        }));
        Assert.Equal(1, statuses.Count(status => status == 201));
        Assert.Equal(7, statuses.Count(status => status == 409));
    }

    [Fact]
    [AccessCase(14)]
    public async Task The_role_and_other_fields_of_the_server_are_refused_in_a_registration()
    {
        await using var server = await TestServer.StartAsync();
        var (username, email, password) = ("alice", "a@example.org", "correct horse");
        foreach (var body in new object[]
        {
            new { username, email, password, role = "admin" }, new { username, email, password, id = Guid.NewGuid() },
            new { username, email, password, createdAt = "2001-01-01T00:00:00Z" }, new { username, email, password, lastLogin = "2001-01-01T00:00:00Z" },
        })
        {
            using var refused = await server.Http.PostAsJsonAsync("/api/auth/register", body, Stop);
            await refused.MustBeProblemAsync(400, "unknown_member");
        }

        using var response = await server.Http.PostAsJsonAsync("/api/auth/register", new { username, email, password }, Stop);
        Assert.Equal("user", (await response.ReadAsync<TokensDto>(201)).User.Role);
    }

    [Fact]
    public async Task No_answer_carries_a_hash()
    {
        await using var server = await TestServer.StartAsync();
        var alice = await server.RegisterAsync("alice");
        var text = await alice.Http.GetStringAsync("/api/auth/me", Stop);
        Assert.DoesNotContain("hash", text, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("$2", text, StringComparison.Ordinal);
        Assert.DoesNotContain("stamp", text, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    [AccessCase(14)]
    public async Task Can_change_names_and_preferences_and_nothing_else()
    {
        await using var server = await TestServer.StartAsync();
        var alice = await server.RegisterAsync("alice");
        using var first = await alice.Http.PutAsJsonAsync("/api/auth/me", new
        {
            firstName = " Alice ", preferences = new { theme = "dark", tabs = 2 },
        }, Stop);
        await first.MustBeAsync(200);
        foreach (var body in new object[] { new { role = "admin" }, new { username = "root" }, new { email = "root@example.org" } })
        {
            using var refused = await alice.Http.PutAsJsonAsync("/api/auth/me", body, Stop);
            await refused.MustBeProblemAsync(400, "unknown_member");
        }

        using var second = await alice.Http.PutAsJsonAsync("/api/auth/me", new { lastName = "Adams" }, Stop);
        var user = (await second.ReadAsync<MeDto>()).User;
        Assert.Equal(("alice", "alice@example.org", "user", "Alice", "Adams"), (user.Username, user.Email, user.Role, user.FirstName, user.LastName));
        Assert.Equal("dark", user.Preferences.GetProperty("theme").GetString());

        foreach (var preferences in new object[] { 5, "text", new[] { 1 }, new { big = new string('x', 20_000) } })
        {
            using var bad = await alice.Http.PutAsJsonAsync("/api/auth/me", new { preferences }, Stop);
            Assert.Contains("preferences", (await bad.MustBeProblemAsync(400, "validation_failed")).Errors!.Keys);
        }
    }

    [Fact]
    public async Task The_named_administrators_are_made_at_start_from_accounts_that_exist()
    {
        await using var server = await TestServer.StartAsync();
        await server.RegisterAsync("alice");
        await server.RegisterAsync("bob");
        await using var again = await server.RestartAsync(options => options.Settings["CodeCrafter:Auth:Admins"] = "Alice, carol");
        Assert.Equal("admin", (await again.LoginAsync("alice")).Tokens.User.Role);
        Assert.Equal("user", (await again.LoginAsync("bob")).Tokens.User.Role);
        Assert.Equal("user", (await again.RegisterAsync("carol")).Tokens.User.Role);
    }
}
