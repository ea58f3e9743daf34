using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace CodeCrafter.Crdt.Tests;

/// <summary>The content of a document's roots as JSON, in the words of interop/peer.mjs.</summary>
internal static class Content
{
    private static readonly JsonSerializerOptions s_options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string Of(Doc doc) => Normalize(new JsonObject
    {
        ["array"] = ToJson(doc.GetArray("array")),
        ["map"] = ToJson(doc.GetMap("map")),
        ["text"] = doc.GetText("text").ToString(),
    });

    /// <summary>One spelling for equal JSON.</summary>
    public static string Normalize(string json) => Normalize(OneSpelling(JsonNode.Parse(json))!);

    private static string Normalize(JsonNode json) => json.ToJsonString(s_options);

    private static JsonNode? OneSpelling(JsonNode? json) => json switch
    {
        JsonObject map => new JsonObject(map.OrderBy(entry => entry.Key, StringComparer.Ordinal).Select(entry => KeyValuePair.Create(entry.Key, OneSpelling(entry.Value)))),
        JsonArray list => new JsonArray([.. list.Select(OneSpelling)]),
        JsonValue value when value.GetValueKind() == JsonValueKind.Number => value.GetValue<double>(),
        _ => json?.DeepClone(),
    };

    public static JsonNode? ToJson(object? value) => value switch
    {
        null => null,
        YText text => text.ToString(),
        YArray array => new JsonArray([.. Enumerable.Range(0, array.Length).Select(i => ToJson(array.Get(i)))]),
        YMap map => Sorted(map.Keys.Select(key => KeyValuePair.Create(key, map.Get(key)))),
        YOpaque => new JsonObject { ["$opaque"] = true },
        YSubdocument doc => new JsonObject { ["$doc"] = doc.Guid },
        byte[] bytes => new JsonObject { ["$bytes"] = Convert.ToBase64String(bytes) },
        long integer => new JsonObject { ["$bigint"] = integer.ToString(CultureInfo.InvariantCulture) },
        IReadOnlyList<object?> list => new JsonArray([.. list.Select(ToJson)]),
        IReadOnlyDictionary<string, object?> map => Sorted(map),
        string text => text,
        bool flag => flag,
        double number when !double.IsFinite(number) || double.IsNegative(number) && number == 0 => new JsonObject { ["$number"] = number.ToString(CultureInfo.InvariantCulture) },
        double number => number,
        _ => throw new ArgumentException(value.GetType().ToString()),
    };

    private static JsonObject Sorted(IEnumerable<KeyValuePair<string, object?>> entries) =>
        new(entries.OrderBy(entry => entry.Key, StringComparer.Ordinal).Select(entry => KeyValuePair.Create(entry.Key, ToJson(entry.Value))));
}
