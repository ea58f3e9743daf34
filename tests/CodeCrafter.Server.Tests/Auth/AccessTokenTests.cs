using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using CodeCrafter.Server.Tests.Fixture;
using Microsoft.Extensions.Time.Testing;

namespace CodeCrafter.Server.Tests.Auth;

public sealed class AccessTokenTests(SharedServer shared) : IClassFixture<SharedServer>
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_token_put_together_with_the_right_key_is_accepted()
    {
        // Or the refusals below would prove nothing.
        var server = shared.Server;
        var token = ForgedToken.From((await shared.NewUserAsync()).AccessToken);
        await MustBeAcceptedAsync(server, token.SignedWith(ForgedToken.KeyOf(server)));
    }

    [Theory]
    [AccessCase(1)]
    [InlineData("none")]
    [InlineData("None")]
    [InlineData("NONE")]
    [InlineData("nOnE")]
    [InlineData("")]
    public async Task Cannot_use_a_token_without_a_signature(string algorithm)
    {
        var server = shared.Server;
        var token = ForgedToken.From((await shared.NewUserAsync()).AccessToken);
        token.Header["alg"] = algorithm;
        await MustBeRefusedAsync(server, token.Signed(_ => []));
        await MustBeRefusedAsync(server, token.Signed(_ => [])[..^1]);
        await MustBeRefusedAsync(server, token.SignedWith(ForgedToken.KeyOf(server)));
    }

    [Fact]
    [AccessCase(2)]
    public async Task Cannot_use_a_token_with_another_key_or_algorithm()
    {
        var server = shared.Server;
        var alice = await shared.NewUserAsync();
        var key = ForgedToken.KeyOf(server);
        await MustBeRefusedAsync(server, ForgedToken.From(alice.AccessToken).SignedWith(RandomNumberGenerator.GetBytes(64)));
        await MustBeRefusedAsync(server, ForgedToken.From(alice.AccessToken).SignedWith([]));

        var hs512 = ForgedToken.From(alice.AccessToken);
        hs512.Header["alg"] = "HS512";
        await MustBeRefusedAsync(server, hs512.Signed(data => HMACSHA512.HashData(key, data)));

        using var rsa = RSA.Create(2048);
        var rs256 = ForgedToken.From(alice.AccessToken);
        rs256.Header["alg"] = "RS256";
        var parameters = rsa.ExportParameters(false);
        rs256.Header["jwk"] = new JsonObject
        {
            ["kty"] = "RSA",
            ["n"] = System.Buffers.Text.Base64Url.EncodeToString(parameters.Modulus),
            ["e"] = System.Buffers.Text.Base64Url.EncodeToString(parameters.Exponent),
        };
        await MustBeRefusedAsync(server, rs256.Signed(data => rsa.SignData(data, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)));
    }

    [Theory]
    [AccessCase(2)]
    [InlineData("kid", "../../../../dev/null")]
    [InlineData("kid", "' UNION SELECT 'key' --")]
    [InlineData("jku", "http://127.0.0.1:1/keys.json")]
    [InlineData("x5u", "http://127.0.0.1:1/cert.pem")]
    public async Task Cannot_choose_the_key_by_a_header(string name, string value)
    {
        var server = shared.Server;
        var token = ForgedToken.From((await shared.NewUserAsync()).AccessToken);
        token.Header[name] = value;
        await MustBeRefusedAsync(server, token.SignedWith(new byte[64]));
        await MustBeRefusedAsync(server, token.SignedWith("key"u8.ToArray()));
    }

    [Theory]
    [AccessCase(4)]
    [InlineData("iss", "somebody")]
    [InlineData("aud", "another-api")]
    [InlineData("iss", null)]
    [InlineData("aud", null)]
    [InlineData("exp", null)]
    [InlineData("sid", "00000000-0000-0000-0000-000000000001")]
    [InlineData("sub", "00000000-0000-0000-0000-000000000001")]
    public async Task Cannot_use_a_token_with_a_wrong_claim(string claim, string? value)
    {
        var server = shared.Server;
        var token = ForgedToken.From((await shared.NewUserAsync()).AccessToken);
        token.Payload.Remove(claim);
        if (value is not null)
        {
            token.Payload[claim] = value;
        }

        await MustBeRefusedAsync(server, token.SignedWith(ForgedToken.KeyOf(server)));
    }

    [Theory]
    [AccessCase(4)]
    [InlineData("JWT")]
    [InlineData("rt+jwt")]
    [InlineData(null)]
    public async Task Cannot_use_a_token_of_another_type(string? type)
    {
        var server = shared.Server;
        var token = ForgedToken.From((await shared.NewUserAsync()).AccessToken);
        token.Header["typ"] = type;
        await MustBeRefusedAsync(server, token.SignedWith(ForgedToken.KeyOf(server)));
    }

    [Fact]
    [AccessCase(4)]
    public async Task Cannot_use_a_token_before_its_time()
    {
        var server = shared.Server;
        var token = ForgedToken.From((await shared.NewUserAsync()).AccessToken);
        token.Payload["nbf"] = token.Payload["exp"]!.GetValue<long>() - 10;
        await MustBeRefusedAsync(server, token.SignedWith(ForgedToken.KeyOf(server)));
    }

    [Fact]
    [AccessCase(3)]
    public async Task A_token_expires_after_fifteen_minutes_to_the_second()
    {
        var time = new FakeTimeProvider(new DateTimeOffset(2030, 1, 1, 12, 0, 0, TimeSpan.Zero));
        await using var server = await TestServer.StartAsync(options => options.Time = time);
        var alice = await server.RegisterAsync("alice");
        time.Advance(TimeSpan.FromSeconds((15 * 60) - 1));
        await MustBeAcceptedAsync(server, alice.AccessToken);
        time.Advance(TimeSpan.FromSeconds(1));
        await MustBeRefusedAsync(server, alice.AccessToken, "token_expired");
    }

    [Fact]
    [AccessCase(4)]
    public async Task A_refresh_token_is_no_access_token_nor_the_reverse()
    {
        var server = shared.Server;
        var alice = await shared.NewUserAsync();
        await MustBeRefusedAsync(server, alice.Tokens.RefreshToken);
        using var response = await server.Http.PostAsJsonAsync("/api/auth/refresh", new { refreshToken = alice.AccessToken }, Stop);
        Assert.NotEqual(200, (int)response.StatusCode);
        Assert.InRange((int)response.StatusCode, 400, 401);
    }

    [Fact]
    public async Task A_token_in_the_query_counts_for_sockets_only()
    {
        var server = shared.Server;
        var alice = await shared.NewUserAsync();
        using var response = await server.Http.GetAsync($"/api/auth/me?access_token={alice.AccessToken}", Stop);
        await response.MustBeProblemAsync(401, "unauthenticated");
    }

    [Fact]
    public async Task The_key_is_readable_by_its_owner_only_and_survives_a_restart()
    {
        await using var server = await TestServer.StartAsync();
        var path = Path.Combine(server.DataDirectory, "secrets", "access-token.key");
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
        Assert.Equal(64, new FileInfo(path).Length);
        var alice = await server.RegisterAsync("alice");
        await using var again = await server.RestartAsync();
        await MustBeAcceptedAsync(again, alice.AccessToken);
    }

    private static async Task MustBeAcceptedAsync(TestServer server, string token)
    {
        using var response = await SendAsync(server, token);
        await response.MustBeAsync(200);
    }

    private static async Task MustBeRefusedAsync(TestServer server, string token, string? code = null)
    {
        using var response = await SendAsync(server, token);
        var problem = await response.ReadAsync<ProblemDto>(401);
        Assert.True(code is null ? problem.Code is "invalid_token" or "login_ended" : problem.Code == code, problem.Code);
        Assert.Contains(response.Headers.WwwAuthenticate, header => header.Scheme == "Bearer");
    }

    private static async Task<HttpResponseMessage> SendAsync(TestServer server, string token)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/auth/me");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return await server.Http.SendAsync(request, Stop);
    }
}
