using System.Text.Json.Nodes;

namespace CodeCrafter.Crdt.Tests.Undo;

/// <summary>Random edits that are made here and told as JSON, so that Yjs can make the same (interop/undo.mjs).</summary>
/// <param name="random">Decides.</param>
/// <param name="isFormatted">Texts get attributes and embedded objects.</param>
internal sealed class ToldEdits(Random random, bool isFormatted)
{
    private static readonly string[] s_words = ["a", "bc", "xyz", "hello ", "\n", "ß", "中文", "😀", "a😀b"];

    /// <summary>Makes one edit somewhere and returns what it was.</summary>
    public JsonObject Make(Doc doc)
    {
        var (type, path) = Target(doc);
        var told = type switch
        {
            YText text => EditText(text),
            YMap map => EditMap(map),
            YArray array => EditArray(array),
            YXmlFragment xml => EditXml(xml),
            _ => throw new InvalidOperationException(type.GetType().Name),
        };
        told["path"] = path;
        return told;
    }

    private (YType Type, JsonArray Path) Target(Doc doc)
    {
        var root = new[] { "text", "map", "array", "xml" }[random.Next(4)];
        YType type = root switch
        {
            "text" => doc.GetText(root), "map" => doc.GetMap(root), "array" => doc.GetArray(root), _ => doc.GetXmlFragment(root),
        };
        var path = new JsonArray(root);
        while (random.Next(4) > 0)
        {
            IEnumerable<(object? Value, JsonNode Step)> inner = type switch
            {
                YMap map => map.Keys.Order(StringComparer.Ordinal).Select(key => (map.Get(key), (JsonNode)key)),
                YArray array => Enumerable.Range(0, array.Length).Select(i => (array.Get(i), (JsonNode)i)),
                YXmlFragment xml => Enumerable.Range(0, xml.Length).Select(i => ((object?)xml.Get(i), (JsonNode)i)),
                _ => [],
            };
            var types = inner.Where(entry => entry.Value is YText or YMap or YArray or YXmlFragment).ToArray();
            if (types.Length == 0)
            {
                break;
            }

            var (value, step) = types[random.Next(types.Length)];
            type = (YType)value!;
            path.Add(step);
        }

        return (type, path);
    }

    private JsonObject EditText(YText text)
    {
        var index = Boundary(text, random.Next(text.Length + 1));
        var end = Boundary(text, Math.Min(text.Length, index + 1 + random.Next(8)));
        switch (random.Next(isFormatted ? 8 : 5))
        {
            case 0 or 1 when end > index:
                text.Delete(index, end - index);
                return new() { ["kind"] = "delete", ["index"] = index, ["length"] = end - index };
            case 5 or 6 when end > index:
                var attributes = Attributes();
                text.Format(index, end - index, Deltas.ParseAttributes(attributes)!);
                return new() { ["kind"] = "format", ["index"] = index, ["length"] = end - index, ["attributes"] = attributes };
            case 7:
                return random.Next(2) == 0 ? InsertEmbed(text, index) : InsertWith(text, index);
            default:
                var word = s_words[random.Next(s_words.Length)];
                text.Insert(index, word);
                return new() { ["kind"] = "insert", ["index"] = index, ["text"] = word };
        }
    }

    private JsonObject InsertEmbed(YText text, int index)
    {
        var embed = new JsonObject { ["image"] = "x" + random.Next(10) };
        text.InsertEmbed(index, Deltas.Plain(embed)!);
        return new() { ["kind"] = "embed", ["index"] = index, ["embed"] = embed, ["attributes"] = new JsonObject() };
    }

    private JsonObject InsertWith(YText text, int index)
    {
        var (word, attributes) = (s_words[random.Next(s_words.Length)], Attributes());
        text.Insert(index, word, Deltas.ParseAttributes(attributes)!);
        return new() { ["kind"] = "insertWith", ["index"] = index, ["text"] = word, ["attributes"] = attributes };
    }

    private JsonObject Attributes() => random.Next(3) switch
    {
        0 => new() { ["bold"] = random.Next(2) == 0 ? true : null },
        1 => new() { ["link"] = random.Next(2) == 0 ? new JsonObject { ["href"] = "x" + random.Next(3) } : null },
        _ => new() { ["bold"] = true, ["color"] = "red" },
    };

    private JsonObject EditMap(YMap map)
    {
        var key = "key" + random.Next(3);
        if (random.Next(4) == 0)
        {
            map.Remove(key);
            return new() { ["kind"] = "remove", ["key"] = key };
        }

        var value = Value();
        map.Set(key, Build(value));
        return new() { ["kind"] = "set", ["key"] = key, ["value"] = value };
    }

    private JsonObject EditArray(YArray array)
    {
        if (array.Length > 0 && random.Next(3) == 0)
        {
            var index = random.Next(array.Length);
            var length = Math.Min(1 + random.Next(3), array.Length - index);
            array.Delete(index, length);
            return new() { ["kind"] = "cut", ["index"] = index, ["length"] = length };
        }

        // Of several values at once Yjs fills each type before it inserts the next value, and we do afterwards.
        var values = new JsonArray(Value());
        for (var i = random.Next(3); i > 0 && values[0] is not JsonObject; i--)
        {
            values.Add(Number());
        }

        var at = random.Next(array.Length + 1);
        array.Insert(at, [.. values.Select(Build)]);
        return new() { ["kind"] = "add", ["index"] = at, ["values"] = values };
    }

    private JsonObject EditXml(YXmlFragment xml)
    {
        if (xml is YXmlElement element && random.Next(3) == 0)
        {
            var (key, value) = ("attribute" + random.Next(2), "value" + random.Next(9));
            if (random.Next(3) == 0)
            {
                element.RemoveAttribute(key);
                return new() { ["kind"] = "removeAttribute", ["key"] = key };
            }

            element.SetAttribute(key, value);
            return new() { ["kind"] = "setAttribute", ["key"] = key, ["value"] = value };
        }

        var index = random.Next(xml.Length + 1);
        if (index < xml.Length && random.Next(2) == 0)
        {
            xml.Delete(index);
            return new() { ["kind"] = "cut", ["index"] = index, ["length"] = 1 };
        }

        var node = Node();
        xml.Insert(index, (YType)Build(node)!);
        return new() { ["kind"] = "add", ["index"] = index, ["values"] = new JsonArray(node) };
    }

    private JsonObject Node() => random.Next(3) == 0
        ? new() { ["$xmlText"] = s_words[random.Next(s_words.Length)] }
        : new()
        {
            ["$element"] = "p" + random.Next(3),
            ["attributes"] = new JsonArray(new JsonArray("class", "x" + random.Next(3))),
            ["children"] = new JsonArray(new JsonObject { ["$xmlText"] = "within" }),
        };

    private JsonNode? Value() => random.Next(8) switch
    {
        0 => new JsonObject { ["$text"] = s_words[random.Next(s_words.Length)] },
        1 => new JsonObject { ["$map"] = new JsonArray(new JsonArray("key0", Number()), new JsonArray("key1", new JsonObject { ["$text"] = "deep" })) },
        2 => new JsonObject { ["$array"] = new JsonArray(Number(), "item", new JsonObject { ["$map"] = new JsonArray() }) },
        3 => s_words[random.Next(s_words.Length)],
        4 => null,
        5 => new JsonArray(Number(), "x"),
        _ => Number(),
    };

    private double Number() => random.Next(10);

    private static object? Build(JsonNode? value) => value switch
    {
        JsonObject told when told["$text"] is { } text => new YText(text.GetValue<string>()),
        JsonObject told when told["$xmlText"] is { } text => new YXmlText(text.GetValue<string>()),
        JsonObject told when told["$map"] is JsonArray entries => BuildMap(entries),
        JsonObject told when told["$array"] is JsonArray items => BuildArray(items),
        JsonObject told when told["$element"] is { } name => BuildElement(name.GetValue<string>(), told),
        _ => Deltas.Plain(value),
    };

    private static YMap BuildMap(JsonArray entries)
    {
        var map = new YMap();
        foreach (var entry in entries)
        {
            map.Set(entry![0]!.GetValue<string>(), Build(entry[1]));
        }

        return map;
    }

    private static YArray BuildArray(JsonArray items)
    {
        var array = new YArray();
        array.Add([.. items.Select(Build)]);
        return array;
    }

    private static YXmlElement BuildElement(string name, JsonObject told)
    {
        var element = new YXmlElement(name);
        foreach (var entry in told["attributes"]!.AsArray())
        {
            element.SetAttribute(entry![0]!.GetValue<string>(), entry[1]!.GetValue<string>());
        }

        element.Add([.. told["children"]!.AsArray().Select(child => (YType)Build(child)!)]);
        return element;
    }

    // Not within a surrogate pair: see interop/edits.mjs.
    private static int Boundary(YText text, int index)
    {
        var position = 0;
        foreach (var step in text.ToDelta())
        {
            if (index < position + step.Length)
            {
                return step.Value is string inserted && char.IsLowSurrogate(inserted[index - position]) ? index - 1 : index;
            }

            position += step.Length;
        }

        return index;
    }
}
