using System.Net.Http.Headers;

namespace CodeCrafter.Server.Tests.Fixture;

/// <summary>A user with one login.</summary>
internal sealed class TestUser
{
    public const string DefaultPassword = "correct horse battery";

    public TestUser(TestServer server, TokensDto tokens)
    {
        Server = server;
        Tokens = tokens;
        Http = server.CreateHttp();
        Http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", tokens.AccessToken);
    }

    public TestServer Server { get; }

    public TokensDto Tokens { get; }

    public Guid Id => Tokens.User.Id;

    public string Username => Tokens.User.Username;

    public string AccessToken => Tokens.AccessToken;

    /// <summary>A client that sends the access token.</summary>
    public HttpClient Http { get; }
}
