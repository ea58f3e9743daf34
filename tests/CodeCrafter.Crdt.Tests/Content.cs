using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace CodeCrafter.Crdt.Tests;

/// <summary>The content of a document's roots as JSON, in the words of interop/peer.mjs.</summary>
internal static class Content
{
    private static readonly JsonSerializerOptions s_options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string Of(Doc doc) => Normalize(OneSpelling(new JsonObject
    {
        ["array"] = ToJson(doc.GetArray("array")),
        ["map"] = ToJson(doc.GetMap("map")),
        ["text"] = ToJson(doc.GetText("text")),
        ["xml"] = ToJson(doc.GetXmlFragment("xml")),
    })!);

    /// <summary>A document whose roots are known to be of their kinds: only then is a text tidied up.</summary>
    public static Doc NewDoc(ulong? clientId = null, bool collectsGarbage = true)
    {
        var doc = new Doc(new DocOptions { ClientId = clientId, CollectsGarbage = collectsGarbage });
        Of(doc);
        return doc;
    }

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
        DeltaOperation step => StepToJson(step),
        YXmlText text => new JsonObject { ["$xmlText"] = ToJson(text.ToDelta()), ["$attributes"] = Sorted(text.GetAttributes()) },
        YText text => new JsonObject { ["$text"] = ToJson(text.ToDelta()) },
        YArray array => new JsonArray([.. Enumerable.Range(0, array.Length).Select(i => ToJson(array.Get(i)))]),
        YXmlHook hook => new JsonObject { ["$hook"] = hook.HookName, ["$values"] = Sorted(hook.Keys.Select(key => KeyValuePair.Create(key, hook.Get(key)))) },
        YMap map => Sorted(map.Keys.Select(key => KeyValuePair.Create(key, map.Get(key)))),
        YXmlElement element => new JsonObject
        {
            ["$element"] = element.NodeName, ["$attributes"] = Sorted(element.Attributes), ["$children"] = ToJson(element.Children()),
        },
        YXmlFragment fragment => new JsonObject { ["$fragment"] = ToJson(fragment.Children()) },
        YOpaque => new JsonObject { ["$opaque"] = true },
        YSubdocument doc => new JsonObject
        {
            ["$doc"] = doc.Guid, ["$autoLoad"] = doc.AutoLoad, ["$gc"] = doc.CollectsGarbage, ["$meta"] = ToJson(doc.Meta),
        },
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

    private static JsonObject StepToJson(DeltaOperation step)
    {
        var json = new JsonObject
        {
            [step.Action.ToString().ToLowerInvariant()] = step.Action == DeltaAction.Insert ? ToJson(step.Value) : step.Length,
        };
        if (step.Attributes is not null)
        {
            json["attributes"] = ToJson(step.Attributes);
        }

        return json;
    }

    private static JsonObject Sorted(IEnumerable<KeyValuePair<string, object?>> entries) =>
        new(entries.OrderBy(entry => entry.Key, StringComparer.Ordinal).Select(entry => KeyValuePair.Create(entry.Key, ToJson(entry.Value))));
}
