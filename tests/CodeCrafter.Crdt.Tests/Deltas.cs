using System.Text.Json.Nodes;

namespace CodeCrafter.Crdt.Tests;

/// <summary>Deltas as JSON, spelled as Yjs spells them.</summary>
internal static class Deltas
{
    public static string Of(YText text) => Of(text.ToDelta());

    public static string Of(IEnumerable<DeltaOperation> delta) =>
        Content.Normalize(new JsonArray([.. delta.Select(Content.ToJson)]).ToJsonString());

    public static DeltaOperation[] Parse(JsonNode delta) => [.. delta.AsArray().Select(step => ParseStep(step!.AsObject()))];

    public static Dictionary<string, object?>? ParseAttributes(JsonNode? attributes) =>
        attributes?.AsObject().ToDictionary(attribute => attribute.Key, attribute => Plain(attribute.Value));

    public static object? Plain(JsonNode? json) => json switch
    {
        null => null,
        JsonObject map => map.ToDictionary(entry => entry.Key, entry => Plain(entry.Value)),
        JsonArray list => list.Select(Plain).ToList(),
        JsonValue value when value.TryGetValue<string>(out var text) => text,
        JsonValue value when value.TryGetValue<bool>(out var flag) => flag,
        _ => json.GetValue<double>(),
    };

    private static DeltaOperation ParseStep(JsonObject step)
    {
        var attributes = ParseAttributes(step["attributes"]);
        if (step["retain"] is { } retain)
        {
            return DeltaOperation.Retain(retain.GetValue<int>(), attributes);
        }

        if (step["delete"] is { } delete)
        {
            return DeltaOperation.Delete(delete.GetValue<int>());
        }

        var inserted = Plain(step["insert"])!;
        return inserted is string text ? DeltaOperation.Insert(text, attributes) : DeltaOperation.InsertEmbed(inserted, attributes);
    }
}
