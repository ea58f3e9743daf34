using CodeCrafter.Crdt.Wire;

namespace CodeCrafter.Crdt.Structs;

/// <summary>A JSON value that is kept as it was written, and parsed when it is compared or asked for.</summary>
internal sealed class JsonLiteral(byte[] json)
{
    public static readonly JsonLiteral Null = new("null"u8.ToArray());
    private static readonly JsonLiteral s_true = new("true"u8.ToArray());

    private object? _value;
    private bool _isParsed;

    public byte[] Json => json;

    public bool IsNull => Value is null;

    /// <summary>It is neither an array nor an object.</summary>
    public bool IsPlain => Value is not (List<object?> or Dictionary<string, object?>);

    // Shared: only to compare with. What is handed out is parsed anew.
    private object? Value
    {
        get
        {
            if (!_isParsed)
            {
                _value = JsonValue.Parse(json);
                _isParsed = true;
            }

            return _value;
        }
    }

    /// <summary>A literal of bytes that have been checked. The commonest are shared.</summary>
    public static JsonLiteral From(ReadOnlySpan<byte> json) =>
        json.SequenceEqual(Null.Json) ? Null
        : json.SequenceEqual(s_true.Json) ? s_true
        : new JsonLiteral(json.ToArray());

    /// <exception cref="ArgumentException">The value has no counterpart in JSON.</exception>
    public static JsonLiteral Of(object? value) => value is null ? Null : new JsonLiteral(JsonText.Write(value));

    public object? ToObject() => JsonValue.Parse(json);

    /// <summary>
    /// Equal to Yjs (equalAttrs in YText.js): objects are compared one level deep, and what is nested in them deeper
    /// is never equal unless it is the very same. A stricter comparison would make replicas write different bytes.
    /// </summary>
    public bool IsEqualTo(JsonLiteral other) => ReferenceEquals(this, other) || (Value, other.Value) switch
    {
        (List<object?> a, List<object?> b) => a.Count == b.Count && a.Zip(b).All(pair => AreEqualPlain(pair.First, pair.Second)),
        (Dictionary<string, object?> a, Dictionary<string, object?> b) =>
            a.Count == b.Count && a.All(entry => b.TryGetValue(entry.Key, out var value) && AreEqualPlain(entry.Value, value)),
        var (a, b) => AreEqualPlain(a, b),
    };

    private static bool AreEqualPlain(object? a, object? b) =>
        a is not (List<object?> or Dictionary<string, object?>) && Equals(a, b);
}
