using System.Globalization;
using System.Text.Json;

namespace CodeCrafter.Crdt.Wire;

/// <summary>JSON texts inside updates and awareness: checked when they come in, kept as they are, parsed when asked for.</summary>
internal static class JsonValue
{
    public const int MaxDepth = AnyValue.MaxDepth;

    private static readonly JsonDocumentOptions s_options = new() { MaxDepth = MaxDepth };

    /// <summary>Reads the UTF-8 of a string and checks that it is one JSON value.</summary>
    public static ReadOnlySpan<byte> ReadUtf8(scoped ref WireReader reader)
    {
        var json = reader.ReadUtf8();
        Check(json);
        return json;
    }

    public static void Check(ReadOnlySpan<byte> json)
    {
        try
        {
            var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = MaxDepth });
            while (reader.Read())
            {
            }
        }
        catch (JsonException exception)
        {
            throw new MalformedUpdateException("A value is not valid JSON.", exception);
        }
    }

    public static object? Parse(ReadOnlyMemory<byte> json)
    {
        try
        {
            using var document = JsonDocument.Parse(json, s_options);
            return ToObject(document.RootElement);
        }
        catch (InvalidOperationException)
        {
            // An escaped half of a surrogate pair is fine in JavaScript, but .NET has no UTF-8 for it.
            using var document = JsonDocument.Parse(ReplaceHalfPairs(json.Span), s_options);
            return ToObject(document.RootElement);
        }
    }

    /// <summary>Whether two texts say the same in JavaScript, whatever their spelling.</summary>
    public static bool AreEqual(byte[] left, byte[] right) => left.AsSpan().SequenceEqual(right) || AreEqual(Parse(left), Parse(right));

    // As deep as a text may be at most.
    private static bool AreEqual(object? left, object? right) => (left, right) switch
    {
        (List<object?> some, List<object?> others) => some.Count == others.Count && some.Zip(others, AreEqual).All(isEqual => isEqual),
        (Dictionary<string, object?> some, Dictionary<string, object?> others) => some.Count == others.Count
            && some.All(entry => others.TryGetValue(entry.Key, out var other) && AreEqual(entry.Value, other)),
        // Not Equals: 0 and -0 are equal in JavaScript.
        (double one, double other) => one == other,
        _ => Equals(left, right),
    };

    private static object? ToObject(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.String => element.GetString(),
        JsonValueKind.Number => element.GetDouble(),
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        JsonValueKind.Array => element.EnumerateArray().Select(ToObject).ToList(),
        JsonValueKind.Object => ToDictionary(element),
        _ => null,
    };

    /// <summary>The keys as objects of JavaScript list them: small integers first, in order, then as they came.</summary>
    public static IEnumerable<KeyValuePair<string, T>> InOrderOfJavaScript<T>(IEnumerable<KeyValuePair<string, T>> entries)
    {
        var all = entries.ToList();
        return all.Exists(entry => ArrayIndex(entry.Key) is not null)
            ? all.OrderBy(entry => ArrayIndex(entry.Key) ?? uint.MaxValue)
            : all;
    }

    private static Dictionary<string, object?> ToDictionary(JsonElement element)
    {
        var map = new OrderedDictionary<string, object?>();
        foreach (var property in element.EnumerateObject())
        {
            map[property.Name] = ToObject(property.Value);
        }

        return new Dictionary<string, object?>(InOrderOfJavaScript(map));
    }

    private static uint? ArrayIndex(string key) =>
        key.Length is > 0 and <= 10 && uint.TryParse(key, NumberStyles.None, CultureInfo.InvariantCulture, out var index)
            && index < uint.MaxValue && (key[0] != '0' || key.Length == 1)
            ? index
            : null;

    private static byte[] ReplaceHalfPairs(ReadOnlySpan<byte> json)
    {
        var result = json.ToArray();
        for (var i = 0; i < result.Length; i++)
        {
            if (result[i] != '\\')
            {
                continue;
            }

            if (EscapedUnit(json, i) is { } unit && char.IsSurrogate(unit))
            {
                if (char.IsHighSurrogate(unit) && EscapedUnit(json, i + 6) is { } next && char.IsLowSurrogate(next))
                {
                    i += 11;
                    continue;
                }

                "fffd"u8.CopyTo(result.AsSpan(i + 2));
            }

            i++;
        }

        return result;
    }

    private static char? EscapedUnit(ReadOnlySpan<byte> json, int at) =>
        json.Length >= at + 6 && json[at] == '\\' && json[at + 1] == 'u'
            && ushort.TryParse(json.Slice(at + 2, 4), NumberStyles.AllowHexSpecifier, null, out var unit)
            ? (char)unit
            : null;
}
