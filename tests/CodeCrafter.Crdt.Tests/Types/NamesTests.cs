namespace CodeCrafter.Crdt.Tests.Types;

/// <summary>Half a surrogate pair cannot be written: a name with one is the same here as it is at a peer.</summary>
public sealed class NamesTests
{
    private const string Half = "n\uD800", Valid = "n\uFFFD";

    private readonly Doc _here = new(1);

    private Doc There
    {
        get
        {
            var there = new Doc(2);
            there.ApplyUpdate(_here.EncodeStateAsUpdate());
            return there;
        }
    }

    [Theory]
    [InlineData("\uD83D\uDE00")]
    [InlineData("ß\uD83D\uDE00")]
    public void Whole_pairs_stay(string name)
    {
        _here.GetMap(name).Set(name, name);
        Assert.Equal(name, _here.GetMap(name).Get(name));
        Assert.Equal(name, There.GetMap(name).Get(name));
    }

    [Fact]
    public void Empty_ones_are_names()
    {
        _here.GetMap("").Set("", "value");

        Assert.Equal([""], There.RootNames);
        Assert.Equal("value", There.GetMap("").Get(""));
    }

    [Fact]
    public void Of_roots()
    {
        _here.GetText(Half).Insert(0, "text");

        Assert.Equal([Valid], _here.RootNames);
        Assert.Same(_here.GetText(Half), _here.GetText(Valid));
        Assert.Equal("text", There.GetText(Half).ToString());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Of_keys(bool isAttached)
    {
        var map = new YMap();
        if (isAttached)
        {
            _here.GetMap("root").Set("map", map);
        }

        map.Set(Half, 1);
        map.Set("n\uDC00", 2);
        map.Set(Half + "\uDC00", 3);
        Assert.Equal(2, map.Count);
        Assert.Equal(2, Convert.ToInt32(map.Get(Half)));
        Assert.True(map.ContainsKey(Half) && map.TryGet(Half, out object? _));
        if (!isAttached)
        {
            _here.GetMap("root").Set("map", map);
        }

        Assert.Equal(There.GetMap("root").GetMap("map")!.Keys.Order(StringComparer.Ordinal), map.Keys.Order(StringComparer.Ordinal));
        Assert.True(map.Remove(Half));
        Assert.False(map.ContainsKey(Valid));
    }

    [Fact]
    public void Of_a_key_that_two_replicas_set()
    {
        var there = new Doc(2);
        _here.GetMap("map").Set(Half, 1);
        there.GetMap("map").Set(Valid, 2);
        var update = _here.EncodeStateAsUpdate();
        _here.ApplyUpdate(there.EncodeStateAsUpdate());
        there.ApplyUpdate(update);

        Assert.Equal([Valid], _here.GetMap("map").Keys);
        Assert.Equal([Valid], there.GetMap("map").Keys);
        Assert.Equal(there.GetMap("map").Get(Valid), _here.GetMap("map").Get(Half));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Of_XML(bool isAttached)
    {
        var (element, hook, text) = (new YXmlElement(Half), new YXmlHook(Half), new YXmlText());
        void Attach() => _here.GetXmlFragment("xml").Add(element, hook, text);
        if (isAttached)
        {
            Attach();
        }

        element.SetAttribute(Half, "value");
        hook.Set(Half, "value");
        text.SetAttribute(Half, "value");
        if (!isAttached)
        {
            Attach();
        }

        Assert.Equal((Valid, Valid), (element.NodeName, hook.HookName));
        Assert.Equal("value", element.GetAttribute(Half));
        Assert.Equal([Valid], element.Attributes.Keys);
        Assert.Equal([Valid], text.GetAttributes().Keys);
        Assert.Equal(_here.GetXmlFragment("xml").ToString(), There.GetXmlFragment("xml").ToString());
        Assert.Equal(Content.Of(There), Content.Of(_here));
        Assert.True(element.RemoveAttribute(Half));
        text.RemoveAttribute(Half);
        Assert.Empty(text.GetAttributes());
        Assert.Empty(((YXmlElement)There.GetXmlFragment("xml").Get(0)!).Attributes);
    }

    [Fact]
    public void Of_attributes_of_text()
    {
        var text = _here.GetText("text");
        text.Insert(0, "abc", new Dictionary<string, object?> { [Half] = true });
        text.Format(1, 1, new Dictionary<string, object?> { [Half] = null });
        text.ApplyDelta([DeltaOperation.Retain(2), DeltaOperation.Retain(1, new Dictionary<string, object?> { ["n\uDC00"] = false })]);

        Assert.Equal([Valid], text.ToDelta()[0].Attributes!.Keys);
        Assert.Equal(Content.Of(There), Content.Of(_here));
    }

    [Fact]
    public void Of_subdocuments()
    {
        _here.GetMap("map").Set("doc", new YSubdocument(Half));

        Assert.Equal(new YSubdocument(Valid), _here.GetMap("map").Get("doc"));
        Assert.Equal(new YSubdocument("other") with { Guid = Half }, There.GetMap("map").Get("doc"));
    }
}
