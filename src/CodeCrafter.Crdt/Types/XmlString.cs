using System.Collections;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using CodeCrafter.Crdt.Wire;

namespace CodeCrafter.Crdt.Types;

/// <summary>
/// Writes XML as Yjs does: nothing is escaped, and values are turned into text as JavaScript does it. Strangers nest as
/// deep as they like: wherever types can be nested the stack is looked at.
/// </summary>
internal sealed class XmlString
{
    private const string ObjectText = "[object Object]";

    private readonly StringBuilder _xml = new();

    private XmlString()
    {
    }

    /// <summary>The children of a fragment; of an element with its tags around them.</summary>
    /// <exception cref="InsufficientExecutionStackException">Types are nested too deep.</exception>
    public static string Of(YXmlFragment fragment)
    {
        var writer = new XmlString();
        writer.Append(fragment);
        return writer._xml.ToString();
    }

    /// <summary>Text, whose attributes are elements around it, each with the members of the attribute's value as attributes.</summary>
    /// <exception cref="InsufficientExecutionStackException">Types are nested too deep.</exception>
    public static string Of(YXmlText text)
    {
        var writer = new XmlString();
        writer.Append(text);
        return writer._xml.ToString();
    }

    private void Append(YXmlFragment fragment)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        var name = (fragment as YXmlElement)?.NodeName.ToLowerInvariant();
        if (fragment is YXmlElement element)
        {
            AppendStart(name!, element.Attributes);
        }

        foreach (var child in fragment.Children())
        {
            Append(child);
        }

        AppendEnd(name);
    }

    private void Append(YXmlText text)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        foreach (var step in text.ToDelta())
        {
            var names = step.Attributes?.Keys.Order(StringComparer.Ordinal).ToArray() ?? [];
            foreach (var name in names)
            {
                AppendStart(name, Members(step.Attributes![name]));
            }

            Append(step.Value);
            for (var i = names.Length - 1; i >= 0; i--)
            {
                AppendEnd(names[i]);
            }
        }
    }

    private void AppendStart(string name, IEnumerable<KeyValuePair<string, object?>> attributes)
    {
        _xml.Append('<').Append(name);
        foreach (var (key, value) in attributes.OrderBy(entry => entry.Key, StringComparer.Ordinal))
        {
            _xml.Append(' ').Append(key).Append("=\"");
            Append(value);
            _xml.Append('"');
        }

        _xml.Append('>');
    }

    private void AppendEnd(string? name)
    {
        if (name is not null)
        {
            _xml.Append("</").Append(name).Append('>');
        }
    }

    private void Append(object? value)
    {
        switch (value)
        {
            case YXmlFragment fragment:
                Append(fragment);
                break;
            case YXmlText { Branch: not null } text:
                Append(text);
                break;
            case IEnumerable list and not (string or byte[] or IReadOnlyDictionary<string, object?>):
                AppendList(list);
                break;
            default:
                _xml.Append(Text(value));
                break;
        }
    }

    private void AppendList(IEnumerable list)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        var isFirst = true;
        foreach (var item in list)
        {
            _xml.Append(isFirst ? "" : ",");
            isFirst = false;
            if (item is not null)
            {
                Append(item);
            }
        }
    }

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
        YText text => text.ToString(),
        byte[] bytes => string.Join(',', bytes),
        _ => ObjectText,
    };
}
