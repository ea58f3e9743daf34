namespace CodeCrafter.Crdt.Tests.Types;

public sealed class YMapTests
{
    private readonly Doc _doc = new(1);

    public static TheoryData<object?, object?> Values => new()
    {
        { null, null },
        { "text", "text" },
        { "", "" },
        { true, true },
        { 5, 5.0 },
        { -5L, -5.0 },
        { (byte)200, 200.0 },
        { 1.5f, 1.5 },
        { 0.1, 0.1 },
        { 1L << 40, (double)(1L << 40) },
        { long.MaxValue, long.MaxValue },
        { long.MinValue, long.MinValue },
        { new byte[] { 1, 2 }, new byte[] { 1, 2 } },
        { new[] { 1, 2 }, new List<object?> { 1.0, 2.0 } },
        { new Dictionary<string, object?> { ["a"] = null }, new Dictionary<string, object?> { ["a"] = null } },
    };

    [Theory]
    [MemberData(nameof(Values))]
    public void Values_are_read_as_JavaScript_would(object? value, object? expected)
    {
        _doc.GetMap("map").Set("key", value);
        var other = new Doc(2);
        other.ApplyUpdate(_doc.EncodeStateAsUpdate());

        foreach (var map in new[] { _doc.GetMap("map"), other.GetMap("map") })
        {
            Assert.Equivalent(expected, map.Get("key"), strict: true);
            Assert.True(map.ContainsKey("key"));
        }
    }

    [Fact]
    public void The_last_value_of_a_key_counts()
    {
        var map = _doc.GetMap("map");
        map.Set("a", 1);
        map.Set("a", "two");
        map.Set("b", 3);

        Assert.Equal("two", map.GetString("a"));
        Assert.Equal(2, map.Count);
        Assert.True(map.Remove("a"));
        Assert.False(map.Remove("a"));
        Assert.False(map.ContainsKey("a"));
        Assert.Null(map.Get("a"));
        Assert.Equal(["b"], map.Keys);
        map.Set("a", 4);
        Assert.Equal(4.0, map.Get("a"));
    }

    [Fact]
    public void Of_values_set_at_once_one_wins_everywhere()
    {
        var a = new Doc(10);
        var b = new Doc(20);
        a.GetMap("map").Set("key", "a");
        b.GetMap("map").Set("key", "b");
        var ofA = a.EncodeStateAsUpdate();
        a.ApplyUpdate(b.EncodeStateAsUpdate());
        b.ApplyUpdate(ofA);

        Assert.Equal("b", a.GetMap("map").Get("key"));
        Assert.Equal("b", b.GetMap("map").Get("key"));
    }

    [Fact]
    public void Maps_and_arrays_can_be_made_whole_before_they_are_set()
    {
        var inner = new YMap();
        inner.Set("list", Filled(new YArray(), 1, new YText("deep"), "x"));
        inner.Set("n", 2);
        var updates = 0;
        _doc.UpdateEmitted += (_, _) => updates++;

        _doc.GetMap("map").Set("inner", inner);

        Assert.Equal(1, updates);
        var expected = new Dictionary<string, object?>
        {
            ["inner"] = new Dictionary<string, object?> { ["n"] = 2.0, ["list"] = new List<object?> { 1.0, "deep", "x" } },
        };
        Assert.Equivalent(expected, _doc.GetMap("map").ToDictionary(), strict: true);
        var other = new Doc(2);
        other.ApplyUpdate(_doc.EncodeStateAsUpdate());
        Assert.Equivalent(expected, other.GetMap("map").ToDictionary(), strict: true);
    }

    [Fact]
    public void A_value_that_cannot_be_changes_nothing()
    {
        var map = _doc.GetMap("map");
        var before = _doc.EncodeStateAsUpdate();

        Assert.Throws<ArgumentException>(() => map.Set("key", new object()));
        Assert.Throws<ArgumentException>(() => new YMap().Set("key", DateTime.UnixEpoch));
        Assert.Throws<ArgumentNullException>(() => map.Set(null!, 1));
        Assert.Equal(before, _doc.EncodeStateAsUpdate());
    }

    [Fact]
    public void Bytes_are_copied_in_and_out()
    {
        var bytes = new byte[] { 1 };
        _doc.GetMap("map").Set("key", bytes);
        bytes[0] = 2;
        ((byte[])_doc.GetMap("map").Get("key")!)[0] = 3;

        Assert.Equal(new byte[] { 1 }, _doc.GetMap("map").Get("key"));
    }

    [Fact]
    public void A_value_is_asked_for_by_type()
    {
        _doc.GetMap("map").Set("key", "text");

        Assert.True(_doc.GetMap("map").TryGet<string>("key", out var text));
        Assert.Equal("text", text);
        Assert.False(_doc.GetMap("map").TryGet<YText>("key", out _));
        Assert.Null(_doc.GetMap("map").GetText("key"));
        Assert.Null(_doc.GetMap("map").GetText("none"));
        Assert.Null(_doc.GetMap("map").GetMap("key"));
        Assert.Null(_doc.GetMap("map").GetArray("key"));
        _doc.GetMap("map").Set("map", new YMap());
        _doc.GetMap("map").Set("hook", new YXmlHook("hook"));
        _doc.GetMap("map").Set("array", new YArray());
        Assert.Same(_doc.GetMap("map").Get("map"), _doc.GetMap("map").GetMap("map"));
        Assert.Null(_doc.GetMap("map").GetMap("hook"));
        Assert.Same(_doc.GetMap("map").Get("array"), _doc.GetMap("map").GetArray("array"));
    }

    private static YArray Filled(YArray array, params object?[] values)
    {
        array.Insert(0, values);
        return array;
    }
}
