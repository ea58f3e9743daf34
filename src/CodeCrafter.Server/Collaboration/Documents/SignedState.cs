using System.Buffers;
using System.Text.Json;
using CodeCrafter.Crdt;
using CodeCrafter.Server.Sessions;

namespace CodeCrafter.Server.Collaboration.Documents;

/// <summary>
/// Awareness states are what their clients say. Who says it is known, so <c>id</c> and <c>name</c> of the <c>user</c> in a
/// state, which editors show beside a cursor, are those of the account that the socket belongs to.
/// </summary>
internal static class SignedState
{
    private static readonly JsonEncodedText _user = JsonEncodedText.Encode("user");
    private static readonly JsonEncodedText _id = JsonEncodedText.Encode("id");
    private static readonly JsonEncodedText _name = JsonEncodedText.Encode("name");

    /// <summary>The state as the account's; one without a user stays as it is.</summary>
    /// <param name="state">UTF-8 JSON.</param>
    /// <param name="account">Whose socket it came from.</param>
    /// <exception cref="MalformedUpdateException">It cannot be read.</exception>
    public static byte[] Of(ReadOnlySpan<byte> state, UserNameResponse account)
    {
        try
        {
            var reader = new Utf8JsonReader(state);
            using var document = JsonDocument.ParseValue(ref reader);
            if (document.RootElement.ValueKind != JsonValueKind.Object || !document.RootElement.TryGetProperty(_user.EncodedUtf8Bytes, out _))
            {
                return state.ToArray();
            }

            var buffer = new ArrayBufferWriter<byte>(state.Length + 128);
            using var writer = new Utf8JsonWriter(buffer);
            Write(writer, document.RootElement, account);
            writer.Flush();
            return buffer.WrittenSpan.ToArray();
        }
        // The second is a text with half a character, which is JSON, but no text.
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            throw new MalformedUpdateException("An awareness state is no JSON that can be read.", exception);
        }
    }

    private static void Write(Utf8JsonWriter writer, JsonElement state, UserNameResponse account)
    {
        writer.WriteStartObject();
        // A name that comes twice is written twice, and signed twice.
        foreach (var property in state.EnumerateObject())
        {
            if (property.NameEquals(_user.EncodedUtf8Bytes) && property.Value.ValueKind == JsonValueKind.Object)
            {
                WriteUser(writer, property.Value, account);
            }
            else
            {
                property.WriteTo(writer);
            }
        }

        writer.WriteEndObject();
    }

    private static void WriteUser(Utf8JsonWriter writer, JsonElement user, UserNameResponse account)
    {
        writer.WriteStartObject(_user);
        foreach (var property in user.EnumerateObject())
        {
            if (!property.NameEquals(_id.EncodedUtf8Bytes) && !property.NameEquals(_name.EncodedUtf8Bytes))
            {
                property.WriteTo(writer);
            }
        }

        writer.WriteString(_id, account.Id);
        writer.WriteString(_name, account.Username);
        writer.WriteEndObject();
    }
}
