using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using CodeCrafter.Server.Tests.Fixture;

namespace CodeCrafter.Server.Tests.Auth;

/// <summary>Takes an access token apart and puts it together again, with the server's own key or another.</summary>
internal sealed class ForgedToken
{
    private ForgedToken(JsonObject header, JsonObject payload) => (Header, Payload) = (header, payload);

    public JsonObject Header { get; }

    public JsonObject Payload { get; }

    public static ForgedToken From(string token)
    {
        var parts = token.Split('.');
        return new ForgedToken(Decode(parts[0]), Decode(parts[1]));
    }

    public static byte[] KeyOf(TestServer server) => File.ReadAllBytes(Path.Combine(server.DataDirectory, "secrets", "access-token.key"));

    public string SignedWith(byte[] key) => $"{Unsigned}.{Base64Url.EncodeToString(HMACSHA256.HashData(key, Encoding.ASCII.GetBytes(Unsigned)))}";

    public string Signed(Func<byte[], byte[]> sign) => $"{Unsigned}.{Base64Url.EncodeToString(sign(Encoding.ASCII.GetBytes(Unsigned)))}";

    private string Unsigned => $"{Encode(Header)}.{Encode(Payload)}";

    private static JsonObject Decode(string part) => JsonNode.Parse(Base64Url.DecodeFromChars(part))!.AsObject();

    private static string Encode(JsonObject part) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(part.ToJsonString()));
}
