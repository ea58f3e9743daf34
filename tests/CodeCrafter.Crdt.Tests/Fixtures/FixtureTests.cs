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

    [Theory]
    [MemberData(nameof(Fixture.WithV2), MemberType = typeof(Fixture))]
    public void V2_state_written_by_Yjs_is_the_same_and_written_back_byte_for_byte(Fixture fixture)
    {
        var (fromV1, fromV2) = (new Doc(), new Doc());
        fromV1.ApplyUpdate(fixture.Update);
        fromV2.ApplyUpdateV2(fixture.UpdateV2);

        Assert.Equal(Content.Of(fromV1), Content.Of(fromV2));
        Assert.Equal(Convert.ToHexString(fromV1.EncodeStateAsUpdate()), Convert.ToHexString(fromV2.EncodeStateAsUpdate()));
        Assert.Equal(fixture.IsPending, fromV2.HasPending);
        Assert.Equal(Convert.ToHexString(fixture.UpdateV2!), Convert.ToHexString(Update.ConvertV1ToV2(fixture.Update)));
        Assert.Equal(Convert.ToHexString(fixture.Update), Convert.ToHexString(Update.ConvertV2ToV1(fixture.UpdateV2)));
        InvariantChecks.Check(fromV2);
    }

    [Theory]
    [MemberData(nameof(Fixture.WithV2), MemberType = typeof(Fixture))]
    public void Snapshots_written_by_Yjs_are_read_and_written_back_byte_for_byte(Fixture fixture)
    {
        var snapshot = Snapshot.Decode(fixture.Snapshot);
        Assert.Equal(snapshot, Snapshot.DecodeV2(fixture.SnapshotV2));
        Assert.Equal(Convert.ToHexString(fixture.Snapshot!), Convert.ToHexString(snapshot.Encode()));
        Assert.Equal(Convert.ToHexString(fixture.SnapshotV2!), Convert.ToHexString(snapshot.EncodeV2()));

        var doc = new Doc(new DocOptions { CollectsGarbage = false });
        doc.ApplyUpdate(fixture.Update);
        Assert.Equal(snapshot, doc.Snapshot());
        doc.GetText("later").Insert(0, "later");
        Assert.Equal(snapshot, Doc.CreateFromSnapshot(doc, snapshot).Snapshot());
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
