namespace CodeCrafter.Crdt.Tests.Types;

/// <summary>A shared type is in one place. What would put it into two is refused before anything has changed.</summary>
public sealed class OneTypeTwiceTests
{
    public static TheoryData<string, Action<Doc, YMap>> Twice => new()
    {
        { "values of one insertion", (doc, map) => doc.GetArray("array").Insert(0, map, map) },
        { "values of one addition", (doc, map) => doc.GetArray("array").Add("x", map, 1, map) },
        { "a value and inside another", (doc, map) => doc.GetArray("array").Insert(0, Holding(map), map) },
        { "a value that holds itself", (doc, map) => doc.GetMap("map").Set("key", Itself()) },
        { "values of one map", (doc, map) => doc.GetMap("map").Set("key", Holding(map, map)) },
        { "deep in one value", (doc, map) => doc.GetMap("map").Set("key", Holding(Holding(map), Holding(Holding(map)))) },
        { "nodes of one insertion", (doc, map) => Repeat(doc, new YXmlElement("p")) },
        { "attribute and child", (doc, map) => doc.GetXmlFragment("xml").Add(AttributeAndChild()) },
        { "embeds of one delta", (doc, map) => doc.GetText("text").ApplyDelta([DeltaOperation.Insert("ab"), DeltaOperation.InsertEmbed(map), DeltaOperation.InsertEmbed(map)]) },
        { "an embed of one delta and inside another", (doc, map) => doc.GetText("text").ApplyDelta([DeltaOperation.Delete(1), DeltaOperation.InsertEmbed(Holding(map)), DeltaOperation.InsertEmbed(map)]) },
        { "embeds of a detached text", (doc, map) => doc.GetText("text").InsertEmbed(0, TextWith(map)) },
        { "an attribute of an element", (doc, map) => doc.GetXmlElement("element").SetAttribute("key", Holding(map, map)) },
        { "an attribute of a text", (doc, map) => doc.GetXmlText("xmltext").SetAttribute("key", Holding(map, map)) },
        { "a value that is in a document", (doc, map) => doc.GetMap("map").Set("key", Holding(map, doc.GetArray("other"))) },
    };

    [Theory]
    [MemberData(nameof(Twice))]
    public void It_is_refused_and_nothing_has_changed(string what, Action<Doc, YMap> change)
    {
        var doc = new Doc(1);
        doc.GetText("text").Insert(0, "kept");
        doc.GetArray("array").Add("kept");
        var before = doc.EncodeStateAsUpdate();
        var emitted = 0;
        doc.UpdateEmitted += (_, _) => emitted++;
        var map = new YMap();
        map.Set("inside", new YText("it"));

        Assert.NotEmpty(what);
        Assert.Throws<InvalidOperationException>(() => change(doc, map));

        Assert.Equal(before, doc.EncodeStateAsUpdate());
        Assert.Equal(0, emitted);
        Assert.Null(map.Doc);
        doc.GetArray("array").Insert(0, map);
        Assert.Equal("it", map.GetText("inside")!.ToString());
        Assert.Equal(1, emitted);
    }

    [Fact]
    public void A_list_that_was_spoilt_after_it_had_been_put_into_a_detached_type_is_refused()
    {
        var list = new List<object?> { 1 };
        var (inner, outer) = (new YArray(), new YMap());
        inner.Add(new YText("first"), list);
        outer.Set("inner", inner);
        list.Add(new object());
        var doc = new Doc(1);

        Assert.Throws<ArgumentException>(() => doc.GetMap("map").Set("key", outer));

        Assert.Equal(new Doc(1).EncodeStateAsUpdate(), doc.EncodeStateAsUpdate());
        Assert.Null(outer.Doc);
        list.RemoveAt(1);
        doc.GetMap("map").Set("key", outer);
        Assert.Equal("first", inner.Get(0)!.ToString());
    }

    [Fact]
    public void What_a_detached_text_was_given_stays_as_it_was_then()
    {
        var list = new List<object?> { 1 };
        var attributes = new Dictionary<string, object?> { ["list"] = list };
        var text = new YText("abc");
        text.Format(0, 1, attributes);
        text.InsertEmbed(1, list);
        text.SetAttribute("whole", list);
        list.Add(new object());
        attributes["list"] = new object();

        new Doc(1).GetMap("map").Set("key", text);

        Assert.Equal("""[{"attributes":{"list":[1]},"insert":"a"},{"insert":[1]},{"insert":"bc"}]""", Deltas.Of(text));
        Assert.Equal([1.0], Assert.IsType<List<object?>>(text.GetAttributes()["whole"]));
    }

    [Fact]
    public void A_delta_that_goes_far_past_the_end_is_refused()
    {
        var text = new Doc(1).GetText("text");
        text.Insert(0, "ab");
        var before = text.Doc!.EncodeStateAsUpdate();
        var bold = new Dictionary<string, object?> { ["bold"] = true };

        Assert.Throws<ArgumentException>(() => text.ApplyDelta([DeltaOperation.Insert("x"), DeltaOperation.Retain(int.MaxValue)]));
        Assert.Throws<ArgumentException>(() => text.ApplyDelta([DeltaOperation.Retain((1 << 20) + 3, bold)]));
        Assert.Throws<ArgumentException>(() => text.ApplyDelta([DeltaOperation.Delete(int.MaxValue), DeltaOperation.Retain(1 << 19), DeltaOperation.Retain((1 << 19) + 1)]));
        Assert.Equal(before, text.Doc.EncodeStateAsUpdate());

        text.ApplyDelta([DeltaOperation.Delete(1), DeltaOperation.Insert("x"), DeltaOperation.Retain((1 << 20) + 1)]);
        Assert.Equal(2 + (1 << 20), text.Length);
        Assert.StartsWith("xb\n\n", text.ToString(), StringComparison.Ordinal);
    }

    private static YMap Holding(params ReadOnlySpan<YType> types)
    {
        var map = new YMap();
        for (var i = 0; i < types.Length; i++)
        {
            map.Set($"key {i}", types[i]);
        }

        return map;
    }

    private static YMap Itself()
    {
        var map = new YMap();
        map.Set("itself", Holding(map));
        return map;
    }

    private static void Repeat(Doc doc, YXmlElement node) => doc.GetXmlFragment("xml").Insert(0, node, new YXmlText("between"), node);

    private static YXmlElement AttributeAndChild()
    {
        var (element, child) = (new YXmlElement("p"), new YXmlElement("q"));
        element.Add(child);
        element.SetAttribute("key", child);
        return element;
    }

    private static YText TextWith(YMap map)
    {
        var text = new YText("text");
        text.InsertEmbed(1, map);
        text.SetAttribute("key", map);
        return text;
    }
}
