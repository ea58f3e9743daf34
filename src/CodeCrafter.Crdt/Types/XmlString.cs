using System.Collections;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using CodeCrafter.Crdt.Wire;

namespace CodeCrafter.Crdt.Types;

/// <summary>XML as a string, as Yjs writes it: nothing is escaped, and values are turned into text as JavaScript does it.</summary>
internal static class XmlString
{
    private const string ObjectText = "[object Object]";

    /// <summary>The children of a fragment or an element, one behind the other.</summary>
    public static string OfChildren(YXmlFragment fragment)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        return string.Concat(fragment.Children().Select(Text));
    }

    public static string Of(YXmlElement element)
    {
        var xml = new StringBuilder();
        var name = element.NodeName.ToLowerInvariant();
        xml.Append('<').Append(name);
        foreach (var (key, value) in element.Attributes.OrderBy(entry => entry.Key, StringComparer.Ordinal))
        {
            AppendAttribute(xml, key, value);
        }

        return xml.Append('>').Append(OfChildren(element)).Append("</").Append(name).Append('>').ToString();
    }

    /// <summary>Text, whose attributes are elements around it, each with the members of the attribute's value as attributes.</summary>
    public static string Of(IReadOnlyList<DeltaOperation> delta)
    {
        var xml = new StringBuilder();
        foreach (var step in delta)
        {
            var names = step.Attributes?.Keys.Order(StringComparer.Ordinal).ToArray() ?? [];
            foreach (var name in names)
            {
                xml.Append('<').Append(name);
                foreach (var (key, value) in Members(step.Attributes![name]).OrderBy(entry => entry.Key, StringComparer.Ordinal))
                {
                    AppendAttribute(xml, key, value);
                }

                xml.Append('>');
            }

            xml.Append(Text(step.Value));
            for (var i = names.Length - 1; i >= 0; i--)
            {
                xml.Append("</").Append(names[i]).Append('>');
            }
        }

        return xml.ToString();
    }

    private static void AppendAttribute(StringBuilder xml, string key, object? value) =>
        xml.Append(' ').Append(key).Append("=\"").Append(Text(value)).Append('"');

    // What a loop over the keys of a value of JavaScript finds.
    private static IEnumerable<KeyValuePair<string, object?>> Members(object? value) => value switch
    {
        IReadOnlyDictionary<string, object?> map => map,
        string text => Numbered(text.Select(unit => (object?)unit.ToString())),
        IEnumerable list => Numbered(list.Cast<object?>()),
        _ => [],
    };

    private static IEnumerable<KeyValuePair<string, object?>> Numbered(IEnumerable<object?> values) =>
        values.Select((value, index) => KeyValuePair.Create(index.ToString(CultureInfo.InvariantCulture), value));

    private static string Text(object? value) => value switch
    {
        null => "null",
        string text => text,
        bool flag => flag ? "true" : "false",
        double number => double.IsFinite(number) ? JsonText.Number(number) : number.ToString(CultureInfo.InvariantCulture),
        sbyte or byte or short or ushort or int or uint or float => Text(Convert.ToDouble(value, CultureInfo.InvariantCulture)),
        long integer => integer.ToString(CultureInfo.InvariantCulture),
        YText or YXmlFragment => value.ToString()!,
        byte[] bytes => string.Join(',', bytes),
        IReadOnlyDictionary<string, object?> => ObjectText,
        IEnumerable list => string.Join(',', list.Cast<object?>().Select(item => item is null ? "" : Text(item))),
        _ => ObjectText,
    };
}
