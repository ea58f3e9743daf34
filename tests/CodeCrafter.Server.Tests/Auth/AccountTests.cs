using System.Net.Http.Json;
using CodeCrafter.Server.Tests.Fixture;

namespace CodeCrafter.Server.Tests.Auth;

public sealed class AccountTests
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
}
