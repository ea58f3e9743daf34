using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace CodeCrafter.Server.Platform;

/// <summary>How the API reads and writes JSON.</summary>
internal static class Json
{
    public static void Configure(JsonSerializerOptions options)
    {
        // Two values for one name are read differently by different parsers: refused.
        options.AllowDuplicateProperties = false;
        // Nor is a misspelt member ignored, since a limit that is not read is no limit.
        options.UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow;
        options.MaxDepth = 32;
        options.NumberHandling = JsonNumberHandling.Strict;
        options.Converters.Add(new JsonStringEnumConverter(JsonNamingPolicy.CamelCase, allowIntegerValues: false));
        options.Converters.Add(new UtcTimeConverter());
    }

    /// <summary>Times are UTC with milliseconds, which is what every store keeps: <c>2026-01-31T12:00:00.000Z</c>.</summary>
    private sealed class UtcTimeConverter : JsonConverter<DateTimeOffset>
    {
        public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            reader.GetDateTimeOffset().ToUniversalTime();

        public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) =>
            writer.WriteStringValue(value.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture));
    }
}
