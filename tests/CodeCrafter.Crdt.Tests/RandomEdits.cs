namespace CodeCrafter.Crdt.Tests;

/// <summary>Random edits of the roots text, map, array and xml and of the types inside them, as interop/edits.mjs makes them.</summary>
/// <param name="random">Decides.</param>
/// <param name="isForYwasm">Only what ywasm handles as Yjs does: no XML hooks, no surrogate pair cut in two.</param>
internal sealed class RandomEdits(Random random, bool isForYwasm = false)
{
    private static readonly string[] s_words = ["a", "b", "xyz", "hello ", "\n", "ß", "中文", "😀", "a😀b", "    ", "return x;\n"];

    public static void Make(Doc doc, Random random, int count) => new RandomEdits(random).Make(doc, count);

    public void Make(Doc doc, int count)
    {
        for (var i = 0; i < count; i++)
        {
            doc.Transact(() =>
            {
                for (var j = random.Next(4) == 0 ? 3 : 1; j > 0; j--)
                {
                    EditOnce(doc);
                }
            });
        }
    }

    private void EditOnce(Doc doc)
    {
        switch (Target(doc))
        {
            case YText text:
                EditText(text);
                break;
            case YMap map:
                EditMap(map);
                break;
            case YArray array:
                EditArray(array);
                break;
            case YXmlFragment xml:
                EditXml(xml);
                break;
        }
    }

    private YType Target(Doc doc)
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

    private void EditText(YText text)
    {
        if (text.Length > 0 && random.Next(3) == 0)
        {
            var index = random.Next(text.Length);
            var end = Place(text, Math.Min(index + 1 + random.Next(5), text.Length));
            index = Place(text, index);
            text.Delete(index, end - index);
        }
        else if (text.Length > 1 && random.Next(4) == 0)
        {
            Format(text);
        }
        else if (random.Next(6) == 0)
        {
            object embed = random.Next(3) == 0 ? NewMap() : new Dictionary<string, object?> { ["image"] = "x" + random.Next(10) };
            text.InsertEmbed(Place(text, random.Next(text.Length + 1)), embed);
        }
        else if (random.Next(5) == 0)
        {
            text.Insert(Place(text, random.Next(text.Length + 1)), s_words[random.Next(s_words.Length)], Attributes());
        }
        else
        {
            text.Insert(Place(text, random.Next(text.Length + 1)), s_words[random.Next(s_words.Length)]);
        }
    }

    private int Place(YText text, int index) => isForYwasm ? Boundary(text, index) : index;

    private void Format(YText text)
    {
        var start = Boundary(text, random.Next(text.Length - 1));
        var end = Boundary(text, start + 1 + random.Next(text.Length - start - 1));
        if (end > start)
        {
            text.Format(start, end - start, Attributes());
        }
    }

    // As in interop/edits.mjs: an attribute that is there already cuts a surrogate pair and tells nobody.
    private int Boundary(YText text, int index)
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

    private Dictionary<string, object?> Attributes() => random.Next(3) switch
    {
        0 => new() { ["bold"] = random.Next(2) == 0 ? true : null },
        1 => new() { ["link"] = random.Next(2) == 0 ? new Dictionary<string, object?> { ["href"] = "x" + random.Next(3) } : null },
        _ => new() { ["bold"] = true, ["color"] = "red" },
    };

    private void EditXml(YXmlFragment xml)
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
            xml.Insert(random.Next(xml.Length + 1), XmlNode());
        }
    }

    private YType XmlNode()
    {
        switch (random.Next(isForYwasm ? 2 : 3))
        {
            case 0:
                return new YXmlText(s_words[random.Next(s_words.Length)]);
            case 2:
                return new YXmlHook("hook" + random.Next(2));
            default:
                var element = new YXmlElement("p" + random.Next(3));
                element.SetAttribute("class", "x" + random.Next(3));
                element.Add(new YXmlText("within"));
                return element;
        }
    }

    private void EditMap(YMap map)
    {
        var key = "key" + random.Next(6);
        if (random.Next(4) == 0)
        {
            map.Remove(key);
        }
        else
        {
            map.Set(key, AnyValue());
        }
    }

    private void EditArray(YArray array)
    {
        if (array.Length > 0 && random.Next(3) == 0)
        {
            var index = random.Next(array.Length);
            array.Delete(index, Math.Min(1 + random.Next(3), array.Length - index));
        }
        else
        {
            array.Insert(random.Next(array.Length + 1), [.. Enumerable.Range(0, 1 + random.Next(3)).Select(_ => AnyValue())]);
        }
    }

    private object? AnyValue() => random.Next(8) switch
    {
        0 => new YText(s_words[random.Next(s_words.Length)]),
        1 => NewMap(),
        2 => NewArray(),
        3 => new[] { (byte)random.Next(256), (byte)random.Next(256) },
        4 => random.Next(2) == 0 ? new YXmlFragment() : XmlNode(),
        5 => new YSubdocument("guid" + random.Next(100))
        {
            AutoLoad = random.Next(2) == 0, CollectsGarbage = random.Next(2) == 0, Meta = random.Next(2) == 0 ? null : new Dictionary<string, object?> { ["a"] = random.Next(5) },
        },
        _ => PlainValue(),
    };

    private YMap NewMap()
    {
        var map = new YMap();
        map.Set("inner", random.Next(10));
        map.Set("text", new YText("deep"));
        return map;
    }

    private YArray NewArray()
    {
        var array = new YArray();
        array.Add(random.Next(10), "item");
        return array;
    }

    private object? PlainValue() => random.Next(9) switch
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
