namespace CodeCrafter.Crdt.Tests;

/// <summary>Random edits of the roots text, map, array and xml and of the types inside them, as interop/edits.mjs makes them.</summary>
internal static class RandomEdits
{
    private static readonly string[] s_words = ["a", "b", "xyz", "hello ", "\n", "ß", "中文", "😀", "a😀b", "    ", "return x;\n"];

    public static void Make(Doc doc, Random random, int count)
    {
        for (var i = 0; i < count; i++)
        {
            doc.Transact(() =>
            {
                for (var j = random.Next(4) == 0 ? 3 : 1; j > 0; j--)
                {
                    EditOnce(doc, random);
                }
            });
        }
    }

    public static void EditOnce(Doc doc, Random random)
    {
        switch (Target(doc, random))
        {
            case YText text:
                EditText(text, random);
                break;
            case YMap map:
                EditMap(map, random);
                break;
            case YArray array:
                EditArray(array, random);
                break;
            case YXmlFragment xml:
                EditXml(xml, random);
                break;
        }
    }

    private static YType Target(Doc doc, Random random)
    {
        YType type = random.Next(4) switch
        {
            0 => doc.GetText("text"), 1 => doc.GetMap("map"), 2 => doc.GetArray("array"), _ => doc.GetXmlFragment("xml"),
        };
        while (random.Next(3) > 0)
        {
            var inner = type switch
            {
                YMap map => map.Keys.Order(StringComparer.Ordinal).Select(map.Get),
                YArray array => Enumerable.Range(0, array.Length).Select(array.Get),
                YXmlFragment xml => xml.Children(),
                _ => [],
            };
            var types = inner.OfType<YType>().Where(value => value is not YOpaque).ToArray();
            if (types.Length == 0)
            {
                break;
            }

            type = types[random.Next(types.Length)];
        }

        return type;
    }

    private static void EditText(YText text, Random random)
    {
        if (text.Length > 0 && random.Next(3) == 0)
        {
            var index = random.Next(text.Length);
            text.Delete(index, Math.Min(1 + random.Next(5), text.Length - index));
        }
        else if (text.Length > 1 && random.Next(4) == 0)
        {
            Format(text, random);
        }
        else if (random.Next(6) == 0)
        {
            object embed = random.Next(3) == 0 ? NewMap(random) : new Dictionary<string, object?> { ["image"] = "x" + random.Next(10) };
            text.InsertEmbed(random.Next(text.Length + 1), embed);
        }
        else if (random.Next(5) == 0)
        {
            text.Insert(random.Next(text.Length + 1), s_words[random.Next(s_words.Length)], Attributes(random));
        }
        else
        {
            text.Insert(random.Next(text.Length + 1), s_words[random.Next(s_words.Length)]);
        }
    }

    private static void Format(YText text, Random random)
    {
        var start = Boundary(text, random.Next(text.Length - 1));
        var end = Boundary(text, start + 1 + random.Next(text.Length - start - 1));
        if (end > start)
        {
            text.Format(start, end - start, Attributes(random));
        }
    }

    // As in interop/edits.mjs: an attribute that is there already cuts a surrogate pair and tells nobody.
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

    private static Dictionary<string, object?> Attributes(Random random) => random.Next(3) switch
    {
        0 => new() { ["bold"] = random.Next(2) == 0 ? true : null },
        1 => new() { ["link"] = random.Next(2) == 0 ? new Dictionary<string, object?> { ["href"] = "x" + random.Next(3) } : null },
        _ => new() { ["bold"] = true, ["color"] = "red" },
    };

    private static void EditXml(YXmlFragment xml, Random random)
    {
        if (xml is YXmlElement element && random.Next(3) == 0)
        {
            if (random.Next(3) == 0)
            {
                element.RemoveAttribute("attribute" + random.Next(3));
            }
            else
            {
                element.SetAttribute("attribute" + random.Next(3), "value" + random.Next(9));
            }
        }
        else if (xml.Length > 0 && random.Next(3) == 0)
        {
            xml.Delete(random.Next(xml.Length));
        }
        else
        {
            xml.Insert(random.Next(xml.Length + 1), XmlNode(random));
        }
    }

    private static YType XmlNode(Random random)
    {
        switch (random.Next(3))
        {
            case 0:
                return new YXmlText(s_words[random.Next(s_words.Length)]);
            case 1:
                return new YXmlHook("hook" + random.Next(2));
            default:
                var element = new YXmlElement("p" + random.Next(3));
                element.SetAttribute("class", "x" + random.Next(3));
                element.Add(new YXmlText("within"));
                return element;
        }
    }

    private static void EditMap(YMap map, Random random)
    {
        var key = "key" + random.Next(6);
        if (random.Next(4) == 0)
        {
            map.Remove(key);
        }
        else
        {
            map.Set(key, AnyValue(random));
        }
    }

    private static void EditArray(YArray array, Random random)
    {
        if (array.Length > 0 && random.Next(3) == 0)
        {
            var index = random.Next(array.Length);
            array.Delete(index, Math.Min(1 + random.Next(3), array.Length - index));
        }
        else
        {
            array.Insert(random.Next(array.Length + 1), [.. Enumerable.Range(0, 1 + random.Next(3)).Select(_ => AnyValue(random))]);
        }
    }

    private static object? AnyValue(Random random) => random.Next(8) switch
    {
        0 => new YText(s_words[random.Next(s_words.Length)]),
        1 => NewMap(random),
        2 => NewArray(random),
        3 => new[] { (byte)random.Next(256), (byte)random.Next(256) },
        4 => random.Next(2) == 0 ? new YXmlFragment() : XmlNode(random),
        5 => new YSubdocument("guid" + random.Next(100))
        {
            AutoLoad = random.Next(2) == 0, CollectsGarbage = random.Next(2) == 0, Meta = random.Next(2) == 0 ? null : new Dictionary<string, object?> { ["a"] = random.Next(5) },
        },
        _ => PlainValue(random),
    };

    private static YMap NewMap(Random random)
    {
        var map = new YMap();
        map.Set("inner", random.Next(10));
        map.Set("text", new YText("deep"));
        return map;
    }

    private static YArray NewArray(Random random)
    {
        var array = new YArray();
        array.Add(random.Next(10), "item");
        return array;
    }

    private static object? PlainValue(Random random) => random.Next(9) switch
    {
        0 => random.Next(1000),
        1 => -random.Next(1000),
        2 => random.Next(1000) / 4.0,
        3 => s_words[random.Next(s_words.Length)],
        4 => random.Next(2) == 0,
        5 => null,
        6 => new List<object?> { random.Next(10), "x", new List<object?> { true } },
        7 => new Dictionary<string, object?> { ["b"] = random.Next(10), ["a"] = new Dictionary<string, object?> { ["c"] = null } },
        _ => random.Next(2) == 0 ? 1099511627776L + random.Next(100) : 12345678901234567L,
    };
}
