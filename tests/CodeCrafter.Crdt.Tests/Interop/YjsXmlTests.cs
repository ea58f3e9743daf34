namespace CodeCrafter.Crdt.Tests.Interop;

/// <summary>XML reads as a string as it does in Yjs.</summary>
public sealed class YjsXmlTests(YjsPeer yjs) : IClassFixture<YjsPeer>
{
    private static readonly object?[] s_values =
    [
        "text", "", "x\"<&>", true, false, 0.0, -0.0, 1.5, 1e21, 1e-7, 123456789012345680000.0, double.NaN, double.NegativeInfinity,
        null, new object?[] { 1, null, new object?[] { "a", true } }, new Dictionary<string, object?> { ["z"] = 1, ["a"] = "b" },
    ];

    [Fact]
    public void Elements_attributes_and_formatting_are_written_as_Yjs_writes_them() => Seeds.Run(Seeds.Times(30), seed =>
    {
        var random = new Random(seed);
        var doc = new Doc(1);
        var xml = doc.GetXmlFragment("xml");
        for (var i = 0; i < 4; i++)
        {
            xml.Insert(random.Next(xml.Length + 1), Node(random, depth: 0));
        }

        foreach (var child in xml.Children())
        {
            Format(child, random);
        }

        yjs.Create(0, 100);
        yjs.Apply(0, doc.EncodeStateAsUpdate());
        Assert.Equal(yjs.Xml(0), xml.ToString());
    });

    [Fact]
    public void What_Yjs_edits_at_random_reads_the_same() => Seeds.Run(Seeds.Times(10), seed =>
    {
        yjs.Create(0, 100);
        var doc = Content.NewDoc(200);
        foreach (var update in yjs.Edit(0, seed, 60))
        {
            doc.ApplyUpdate(update);
        }

        Assert.Equal(yjs.Xml(0), doc.GetXmlFragment("xml").ToString());
    });

    private static YType Node(Random random, int depth)
    {
        if (depth == 3 || random.Next(3) == 0)
        {
            return random.Next(5) == 0 ? new YXmlHook("hook") : new YXmlText("some text " + random.Next(10));
        }

        var element = new YXmlElement(random.Next(2) == 0 ? "Div" : "p");
        for (var i = random.Next(3); i > 0; i--)
        {
            element.SetAttribute("aB"[random.Next(2)].ToString() + random.Next(3), Value(random));
        }

        for (var i = random.Next(4); i > 0; i--)
        {
            element.Add(Node(random, depth + 1));
        }

        return element;
    }

    private static void Format(object? node, Random random)
    {
        if (node is YXmlText text)
        {
            for (var i = 0; i < 3; i++)
            {
                var from = random.Next(text.Length);
                text.Format(from, random.Next(text.Length - from), new Dictionary<string, object?> { ["bia"[random.Next(3)].ToString()] = Value(random) });
            }

            text.InsertEmbed(random.Next(text.Length), new Dictionary<string, object?> { ["image"] = "x" });
        }
        else if (node is YXmlFragment fragment)
        {
            foreach (var child in fragment.Children())
            {
                Format(child, random);
            }
        }
    }

    private static object? Value(Random random) => s_values[random.Next(s_values.Length)];
}
