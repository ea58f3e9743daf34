namespace CodeCrafter.Crdt.Tests.Fixtures;

/// <summary>Bytes of old stay readable, and are written back as they were.</summary>
public sealed class FixtureTests
{
    [Theory]
    [MemberData(nameof(Fixture.Cases), MemberType = typeof(Fixture))]
    public void State_written_by_Yjs_is_written_back_byte_for_byte(Fixture fixture)
    {
        var doc = new Doc();
        doc.ApplyUpdate(fixture.Update);

        Assert.Equal(Convert.ToHexString(fixture.Vector), Convert.ToHexString(doc.EncodeStateVector()));
        if (fixture.Name != "nested types not collected")
        {
            Assert.Equal(Convert.ToHexString(fixture.Update), Convert.ToHexString(doc.EncodeStateAsUpdate()));
        }

        Assert.Equal(fixture.IsPending, doc.HasPending);
        Assert.Equal(!fixture.IsPending, doc.Contains(fixture.Update));
        InvariantChecks.Check(doc);
    }

    [Fact]
    public void What_was_deleted_is_written_back_byte_for_byte_where_garbage_is_kept()
    {
        var fixture = Fixture.Newest("nested types not collected");
        var doc = new Doc(new DocOptions { CollectsGarbage = false });
        doc.ApplyUpdate(fixture.Update);

        Assert.Equal(Convert.ToHexString(fixture.Update), Convert.ToHexString(doc.EncodeStateAsUpdate()));
    }

    [Fact]
    public void Values_of_all_kinds_are_read()
    {
        var doc = Load("array of all values");

        var array = doc.GetArray("array");
        object?[] expected =
        [
            0.0, -1.0, 63.0, 64.0, -64.0, 2147483647.0, 2147483648.0, -2147483648.0, 1.5, 0.1, 1e300, true, false, null, "", "text", "ß中😀",
        ];
        Assert.Equal(expected, array.ToList()[..expected.Length]);
        Assert.Equal(new List<object?>(), array.Get(17));
        Assert.Equal(new Dictionary<string, object?>(), array.Get(18));
        Assert.Equal(new List<object?> { 1.0, new List<object?> { 2.0, new List<object?> { 3.0 } } }, array.Get(19));
        Assert.Equal(new byte[] { 0, 255 }, array.Get(21));
        Assert.Equal(Array.Empty<byte>(), array.Get(22));
        var map = doc.GetMap("map");
        Assert.Equal(long.MinValue, map.Get("bigint"));
        Assert.True(map.ContainsKey("undefined"));
        Assert.Null(map.Get("undefined"));
        Assert.Equal(new List<object?> { double.NaN, double.PositiveInfinity, double.NegativeZero }, map.Get("nan"));
    }

    [Fact]
    public void Text_is_read_without_attributes_and_embedded_objects() =>
        Assert.Equal("plain binold plain", Load("text with attributes and embedded objects").GetText("text").ToString());

    [Fact]
    public void Subdocuments_and_XML_are_read()
    {
        var doc = Load("subdocuments");
        var sub = Assert.IsType<YSubdocument>(doc.GetMap("map").Get("sub"));
        Assert.Equal("the-guid", sub.Guid);
        Assert.True(sub.AutoLoad);
        Assert.Equivalent(new Dictionary<string, object?> { ["a"] = 1.0 }, sub.Meta, strict: true);
        Assert.Equal(new YSubdocument("other") { CollectsGarbage = false }, doc.GetArray("array").Get(0));

        var element = Assert.IsType<YXmlElement>(Assert.Single(Load("xml").GetXmlFragment("xml").Children()));
        Assert.Equal("x", element.GetAttribute("class"));
        Assert.Equal("hook", Assert.IsType<YXmlHook>(element.Get(2)).HookName);
    }

    private static Doc Load(string name)
    {
        var doc = new Doc();
        doc.ApplyUpdate(Fixture.Newest(name).Update);
        return doc;
    }
}
