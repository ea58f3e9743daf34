using System.Globalization;
using System.Text;
using CodeCrafter.Crdt.Wire;

namespace CodeCrafter.Crdt.Bytes.V2;

/// <summary>
/// Attributes and embedded objects are JSON in a V1 update and lib0's "any" encoding in a V2 update. The text is that
/// of JavaScript's JSON.stringify (ECMA-262, 25.5.2), with the order that objects of JavaScript have, since Yjs writes
/// what it read from there.
/// </summary>
internal static class JsonText
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
                    double number => NumberText(number),
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
        var result = new StringBuilder("\"", text.Length + 2);
        foreach (var unit in text)
        {
            result.Append(unit switch
            {
                '"' => "\\\"",
                '\\' => @"\\",
                '\b' => @"\b",
                '\t' => @"\t",
                '\n' => @"\n",
                '\f' => @"\f",
                '\r' => @"\r",
                < ' ' => $"\\u{(int)unit:x4}",
                _ => "",
            });
            if (unit >= ' ' && unit is not ('"' or '\\'))
            {
                result.Append(unit);
            }
        }

        return result.Append('"').ToString();
    }

    // ECMA-262, 6.1.6.1.20: the shortest digits, as an integer up to 21 digits, with an exponent where that is shorter.
    private static string NumberText(double number)
    {
        if (!double.IsFinite(number))
        {
            return "null";
        }

        if (number == 0)
        {
            return "0";
        }

        var shortest = Math.Abs(number).ToString("R", CultureInfo.InvariantCulture).Split('E');
        var whole = shortest[0].Split('.')[0];
        var exponent = shortest.Length > 1 ? int.Parse(shortest[1], CultureInfo.InvariantCulture) : 0;
        var all = shortest[0].Replace(".", "");
        var digits = all.TrimStart('0');
        var point = whole.Length + exponent - (all.Length - digits.Length);
        digits = digits.TrimEnd('0');
        return (number < 0 ? "-" : "") + Place(digits, point);
    }

    private static string Place(string digits, int point)
    {
        if (point is > 21 or <= -6)
        {
            var exponent = point - 1;
            var fraction = digits.Length > 1 ? "." + digits[1..] : "";
            return $"{digits[0]}{fraction}e{(exponent < 0 ? '-' : '+')}{Math.Abs(exponent)}";
        }

        return point >= digits.Length ? digits.PadRight(point, '0')
            : point > 0 ? digits[..point] + "." + digits[point..]
            : "0." + new string('0', -point) + digits;
    }
}
