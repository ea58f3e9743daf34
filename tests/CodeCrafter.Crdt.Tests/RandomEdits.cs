namespace CodeCrafter.Crdt.Tests;

/// <summary>Random edits of the roots text, map and array and of the types inside them, as interop/edits.mjs makes them.</summary>
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
        }
    }

    private static YType Target(Doc doc, Random random)
    {
        YType type = random.Next(3) switch { 0 => doc.GetText("text"), 1 => doc.GetMap("map"), _ => doc.GetArray("array") };
        while (random.Next(3) > 0)
        {
            var inner = type switch
            {
                YMap map => map.Keys.Order(StringComparer.Ordinal).Select(map.Get),
                YArray array => Enumerable.Range(0, array.Length).Select(array.Get),
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
        else
        {
            text.Insert(random.Next(text.Length + 1), s_words[random.Next(s_words.Length)]);
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

    private static object? AnyValue(Random random) => random.Next(6) switch
    {
        0 => new YText(s_words[random.Next(s_words.Length)]),
        1 => NewMap(random),
        2 => NewArray(random),
        3 => new[] { (byte)random.Next(256), (byte)random.Next(256) },
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
