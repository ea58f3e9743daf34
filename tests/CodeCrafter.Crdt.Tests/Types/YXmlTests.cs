namespace CodeCrafter.Crdt.Tests.Types;

public sealed class YXmlTests
{
    private readonly Doc _doc = new(1);

    [Fact]
    public void A_tree_is_made_whole_and_read_elsewhere()
    {
        var paragraph = new YXmlElement("p");
        paragraph.SetAttribute("class", "x");
        paragraph.SetAttribute("level", 2);
        paragraph.Add(new YXmlText("words"), new YXmlElement("br"), new YXmlHook("hook"));
        ((YXmlHook)paragraph.Get(2)!).Set("key", "value");
        _doc.GetXmlFragment("xml").Insert(0, paragraph);
        ((YXmlText)paragraph.Get(0)!).Format(0, 2, new Dictionary<string, object?> { ["b"] = true });
        paragraph.RemoveAttribute("level");

        var other = new Doc(2);
        other.ApplyUpdate(_doc.EncodeStateAsUpdate());

        var read = Assert.IsType<YXmlElement>(Assert.Single(other.GetXmlFragment("xml").Children()));
        Assert.Equal("p", read.NodeName);
        Assert.Equal(new Dictionary<string, object?> { ["class"] = "x" }, read.Attributes);
        Assert.Equal("x", read.GetAttribute("class"));
        Assert.Equal("""[{"attributes":{"b":true},"insert":"wo"},{"insert":"rds"}]""", Deltas.Of((YXmlText)read.Get(0)!));
        Assert.Equal("br", ((YXmlElement)read.Get(1)!).NodeName);
        var hook = Assert.IsType<YXmlHook>(read.Get(2));
        Assert.Equal("hook", hook.HookName);
        Assert.Equal("value", hook.Get("key"));
        Assert.Equal(_doc.EncodeStateAsUpdate(), other.EncodeStateAsUpdate());
    }

    [Fact]
    public void Nodes_are_written_as_XML()
    {
        var paragraph = new YXmlElement("P");
        paragraph.SetAttribute("b", 2);
        paragraph.SetAttribute("a", "x");
        paragraph.Add(new YXmlText("words"), new YXmlElement("br"));
        Assert.Equal("<p a=\"x\" b=\"2\">words<br></br></p>", paragraph.ToString());

        _doc.GetXmlFragment("xml").Add(paragraph);
        ((YXmlText)paragraph.Get(0)!).Format(0, 2, new Dictionary<string, object?> { ["i"] = true, ["a"] = new Dictionary<string, object?> { ["href"] = "y" } });
        _doc.GetMap("map").Set("xml", new YXmlElement("hr"));

        Assert.Equal("<p a=\"x\" b=\"2\"><a href=\"y\"><i>wo</i></a>rds<br></br></p>", _doc.GetXmlFragment("xml").ToString());
        Assert.Equal("<hr></hr>", _doc.GetMap("map").ToDictionary()["xml"]);
        Assert.Equal("<undefined></undefined>", _doc.GetXmlElement("root").ToString());
    }

    [Fact]
    public void Children_are_deleted_and_only_nodes_are_taken()
    {
        var xml = _doc.GetXmlFragment("xml");
        xml.Add(new YXmlElement("a"), new YXmlElement("b"), new YXmlElement("c"));
        xml.Delete(1);

        Assert.Equal(["a", "c"], xml.Children().Select(child => ((YXmlElement)child!).NodeName));
        Assert.Throws<ArgumentException>(() => xml.Add(new YMap()));
        Assert.Throws<ArgumentException>(() => new YXmlElement("a").Add(new YText()));
        Assert.Throws<InvalidOperationException>(() => xml.Add((YType)xml.Get(0)!));
        Assert.Throws<ArgumentOutOfRangeException>(() => xml.Delete(1, 2));
        Assert.Equal(2, xml.Length);
    }

    [Fact]
    public void A_text_of_XML_has_attributes_of_its_own_and_is_no_text_of_a_map()
    {
        var text = new YXmlText("words");
        text.SetAttribute("kind", "title");
        _doc.GetMap("map").Set("xml", text);

        Assert.Equal(new Dictionary<string, object?> { ["kind"] = "title" }, text.GetAttributes());
        Assert.True(text.RemoveAttribute("kind"));
        Assert.Empty(text.GetAttributes());
        Assert.Null(_doc.GetMap("map").GetText("xml"));
        Assert.Same(text, _doc.GetMap("map").Get("xml"));
    }

    [Fact]
    public void A_subdocument_is_a_value_that_is_written_as_it_is_read()
    {
        var sub = new YSubdocument("guid") { AutoLoad = true, CollectsGarbage = false, Meta = "m" };
        _doc.GetMap("map").Set("sub", sub);
        _doc.GetArray("array").Add(1, new YSubdocument("plain"), 2);
        var other = new Doc(2);
        other.ApplyUpdate(_doc.EncodeStateAsUpdate());

        Assert.Equal(sub, other.GetMap("map").Get("sub"));
        Assert.Equal([1.0, new YSubdocument("plain"), 2.0], other.GetArray("array").ToList());
        Assert.Throws<ArgumentException>(() => _doc.GetMap("map").Set("bad", sub with { Meta = new object() }));
    }
}
