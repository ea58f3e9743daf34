using System.Text.Json.Nodes;
using CodeCrafter.Crdt.Structs;

namespace CodeCrafter.Crdt.Tests.Interop;

/// <summary>
/// Items that claim to stand behind a unit that is not before the one they claim to stand before. Where Yjs puts them
/// depends on what it has merged so far, so two documents of Yjs differ too: all that can be asked is what is there.
/// </summary>
internal static class Contradictions
{
    public static bool In(Doc doc) => doc.Store.AllStructs
        .SelectMany(structs => Structs(doc.Store, structs))
        .Any(item => !item.Origin.IsNone && !item.RightOrigin.IsNone && !IsBefore(doc, item.Origin, item.RightOrigin));

    /// <summary>
    /// The content with every text as its units in alphabetical order, those of what is embedded in it too, and every list
    /// by what its values are written as.
    /// </summary>
    public static string Unordered(string json) => Unordered(JsonNode.Parse(json))!.ToJsonString();

    private static IEnumerable<Item> Structs(StructStore store, ClientStructs structs)
    {
        var position = structs.First;
        do
        {
            yield return new Item(store, structs[position]);
        }
        while (structs.MoveNext(ref position));
    }

    private static bool IsBefore(Doc doc, Id left, Id right)
    {
        var (first, last) = (doc.Store.Find(left), doc.Store.Find(right));
        if (first.IsCollected || last.IsCollected)
        {
            return true;
        }

        if (first == last)
        {
            return left.Clock < right.Clock;
        }

        Item? item = first;
        while (item is { } other && other != last)
        {
            item = other.Right;
        }

        return item is not null;
    }

    private static JsonNode? Unordered(JsonNode? json) => json switch
    {
        JsonObject map => new JsonObject(map.Select(entry =>
            KeyValuePair.Create(entry.Key, entry.Key is "$text" or "$xmlText" ? Units((JsonArray)entry.Value!) : Unordered(entry.Value)))),
        JsonArray list => new JsonArray([.. list.Select(Unordered).OrderBy(Written, StringComparer.Ordinal)]),
        _ => json?.DeepClone(),
    };

    private static JsonNode Units(JsonArray delta) => new string([.. delta
        .SelectMany(step => step!["insert"] is JsonValue text ? text.GetValue<string>() : Unordered(step["insert"])!.ToJsonString())
        .Order()]);

    private static string Written(JsonNode? json) => json?.ToJsonString() ?? "null";
}
