using System.Text;
using CodeCrafter.Crdt.Wire;

namespace CodeCrafter.Crdt.Bytes.V2;

/// <summary>
/// Attributes and embedded objects are JSON in a V1 update and lib0's "any" encoding in a V2 update. The text is that
/// of JavaScript's JSON.stringify (ECMA-262, 25.5.2), with the order that objects of JavaScript have, since Yjs writes
/// what it read from there.
/// </summary>
internal static class AnyJson
{
    /// <summary>Reads a value in lib0's encoding and returns its JSON.</summary>
    /// <exception cref="MalformedUpdateException">There is none: a BigInt, or nothing but undefined.</exception>
    public static string Read(ref WireReader reader)
    {
        var start = reader.Position;
        AnyValue.Skip(ref reader);
        var value = new WireReader(reader.Since(start));
        return ReadOne(ref value) ?? throw new MalformedUpdateException("A value is undefined, which is no JSON.");
    }

    /// <summary>Writes checked JSON in lib0's encoding.</summary>
    public static void Write(WireWriter writer, ReadOnlyMemory<byte> json) => AnyValue.Write(writer, JsonValue.Parse(json));

    // Null for undefined. The value has been checked, its depth too.
    private static string? ReadOne(ref WireReader reader)
    {
        switch (AnyValue.PeekKind(reader))
        {
            case AnyValueKind.Undefined:
                reader.ReadByte();
                return null;
            case AnyValueKind.BigInt:
                throw new MalformedUpdateException("A value holds a BigInt, which is no JSON.");
            case AnyValueKind.Array:
                reader.ReadByte();
                return ReadArray(ref reader);
            case AnyValueKind.Object:
                reader.ReadByte();
                return ReadObject(ref reader);
            default:
                return AnyValue.ReadOne(ref reader) switch
                {
                    null => "null",
                    bool flag => flag ? "true" : "false",
                    double number => double.IsFinite(number) ? JsonText.Number(number) : "null",
                    string text => Quote(text),
                    byte[] bytes => "{" + string.Join(',', bytes.Select((value, i) => $"\"{i}\":{value}")) + "}",
                    var other => throw new InvalidOperationException($"A {other.GetType()} is no value here."),
                };
        }
    }

    private static string ReadArray(ref WireReader reader)
    {
        var text = new StringBuilder("[");
        for (var left = reader.ReadVarUint(); left > 0; left--)
        {
            text.Append(ReadOne(ref reader) ?? "null").Append(left > 1 ? "," : "");
        }

        return text.Append(']').ToString();
    }

    private static string ReadObject(ref WireReader reader)
    {
        var entries = new OrderedDictionary<string, string?>();
        for (var left = reader.ReadVarUint(); left > 0; left--)
        {
            var key = reader.ReadString();
            entries[key] = ReadOne(ref reader);
        }

        var said = JsonValue.InOrderOfJavaScript(entries.Where(entry => entry.Value is not null));
        return "{" + string.Join(',', said.Select(entry => Quote(entry.Key) + ":" + entry.Value)) + "}";
    }

    private static string Quote(string text)
    {
        var json = new StringBuilder(text.Length + 2);
        JsonText.WriteString(json, text);
        return json.ToString();
    }
}
