using System.Collections;
using System.Globalization;
using System.Text;

namespace CodeCrafter.Crdt.Wire;

/// <summary>Writes plain values as JSON.stringify does (ECMA-262, 25.5.2), so that the same value has the same bytes everywhere.</summary>
internal static class JsonText
{
    /// <exception cref="ArgumentException">The value, or one inside it, has no counterpart in JSON, or is nested too deep.</exception>
    public static byte[] Write(object? value)
    {
        var json = new StringBuilder();
        Write(json, value, 0);
        return Encoding.UTF8.GetBytes(json.ToString());
    }

    /// <summary>A number as JavaScript spells it (ECMA-262, 6.1.6.1.20).</summary>
    public static string Number(double value)
    {
        if (value == 0)
        {
            return "0";
        }

        // The shortest digits that give the number back, and where the point is: 0.digits * 10^point.
        var shortest = Math.Abs(value).ToString("R", CultureInfo.InvariantCulture);
        var exponentAt = shortest.IndexOf('E');
        var mantissa = exponentAt < 0 ? shortest : shortest[..exponentAt];
        var exponent = exponentAt < 0 ? 0 : int.Parse(shortest.AsSpan(exponentAt + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        var pointAt = mantissa.IndexOf('.');
        var digits = mantissa.Replace(".", "", StringComparison.Ordinal);
        var zeros = digits.Length - digits.TrimStart('0').Length;
        var point = (pointAt < 0 ? mantissa.Length : pointAt) + exponent - zeros;
        digits = digits.Trim('0');
        return (value < 0 ? "-" : "") + Layout(digits, point);
    }

    private static string Layout(string digits, int point)
    {
        if (point > 21 || point < -5)
        {
            var sign = point > 0 ? "+" : "-";
            var fraction = digits.Length > 1 ? "." + digits[1..] : "";
            return $"{digits[0]}{fraction}e{sign}{Math.Abs(point - 1)}";
        }

        return point <= 0 ? "0." + new string('0', -point) + digits
            : point >= digits.Length ? digits + new string('0', point - digits.Length)
            : digits[..point] + "." + digits[point..];
    }

    private static void Write(StringBuilder json, object? value, int depth)
    {
        switch (value)
        {
            case null:
                json.Append("null");
                break;
            case string text:
                WriteString(json, text);
                break;
            case bool flag:
                json.Append(flag ? "true" : "false");
                break;
            case double or float:
                var number = Convert.ToDouble(value);
                json.Append(double.IsFinite(number) ? Number(number) : "null");
                break;
            case sbyte or byte or short or ushort or int or uint or long:
                WriteInteger(json, Convert.ToInt64(value));
                break;
            case byte[]:
                throw new ArgumentException("Bytes cannot be part of an attribute or an embedded object.", nameof(value));
            case IEnumerable<KeyValuePair<string, object?>> map:
                WriteObject(json, map, depth);
                break;
            case IEnumerable list:
                WriteArray(json, list, depth);
                break;
            default:
                throw new ArgumentException($"A {value.GetType()} cannot be part of an attribute or an embedded object.", nameof(value));
        }
    }

    private static void WriteInteger(StringBuilder json, long value)
    {
        if (value is < -(long)WireReader.MaxInteger or > (long)WireReader.MaxInteger)
        {
            throw new ArgumentException("An integer beyond 2^53 cannot be part of an attribute or an embedded object.", nameof(value));
        }

        json.Append(CultureInfo.InvariantCulture, $"{value}");
    }

    private static void WriteObject(StringBuilder json, IEnumerable<KeyValuePair<string, object?>> map, int depth)
    {
        CheckDepth(depth);
        var separator = '{';
        foreach (var (key, item) in map)
        {
            json.Append(separator);
            separator = ',';
            WriteString(json, key);
            json.Append(':');
            Write(json, item, depth + 1);
        }

        json.Append(separator == '{' ? "{}" : "}");
    }

    private static void WriteArray(StringBuilder json, IEnumerable list, int depth)
    {
        CheckDepth(depth);
        var separator = '[';
        foreach (var item in list)
        {
            json.Append(separator);
            separator = ',';
            Write(json, item, depth + 1);
        }

        json.Append(separator == '[' ? "[]" : "]");
    }

    /// <summary>Writes a string with its quotes. Half a surrogate pair is escaped.</summary>
    public static void WriteString(StringBuilder json, string text)
    {
        json.Append('"');
        for (var i = 0; i < text.Length; i++)
        {
            var unit = text[i];
            if (char.IsHighSurrogate(unit) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]))
            {
                json.Append(unit).Append(text[++i]);
                continue;
            }

            _ = unit switch
            {
                '"' => json.Append("\\\""),
                '\\' => json.Append("\\\\"),
                '\b' => json.Append("\\b"),
                '\f' => json.Append("\\f"),
                '\n' => json.Append("\\n"),
                '\r' => json.Append("\\r"),
                '\t' => json.Append("\\t"),
                < ' ' => json.Append(CultureInfo.InvariantCulture, $"\\u{(int)unit:x4}"),
                >= '\uD800' and <= '\uDFFF' => json.Append(CultureInfo.InvariantCulture, $"\\u{(int)unit:x4}"),
                _ => json.Append(unit),
            };
        }

        json.Append('"');
    }

    private static void CheckDepth(int depth)
    {
        if (depth >= JsonValue.MaxDepth)
        {
            throw new ArgumentException($"A value may be nested {JsonValue.MaxDepth} deep.");
        }
    }
}
