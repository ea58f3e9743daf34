using CodeCrafter.Crdt.Sync;

namespace CodeCrafter.Crdt.Tests;

/// <summary>What is asked for wrongly is refused by the name of the argument, attached to a document or not.</summary>
public sealed class ArgumentTests
{
    private static readonly Doc s_doc = new(1);

    public static TheoryData<string, Action> WithoutArgument => new()
    {
        { "options", () => _ = new Doc((DocOptions)null!) },
        { "action", () => s_doc.Transact(null!) },
        { "origin", () => Doc.CreateFromSnapshot(null!, Snapshot.Empty) },
        { "snapshot", () => Doc.CreateFromSnapshot(s_doc, null!) },
        { "name", () => s_doc.GetText(null!) },
        { "type", () => RelativePosition.FromIndex(null!, 0) },
        { "json", () => RelativePosition.FromJson(null!) },
        { "doc", () => RelativePosition.FromIndex(s_doc.GetText("text"), 0).Resolve(null!) },
        { "updates", () => Update.MergeUpdates(null!) },
        { "updates", () => Update.MergeUpdatesV2(null!) },
        { "stateVector", () => Update.EncodeStateVector(null!) },
        { "time", () => _ = new Awareness(null!) },
        { "clientIds", () => new Awareness(TimeProvider.System).Encode(null!) },
        { "clientIds", () => new Awareness(TimeProvider.System).Remove(null!) },
        { "doc", () => SyncProtocol.Handle(null!, SyncProtocol.Read(SyncProtocol.WriteQueryAwareness())) },
        { "reason", () => SyncProtocol.WritePermissionDenied(null!) },
    };

    public static TheoryData<string, Action> OutOfRange => new()
    {
        { "length", () => DeltaOperation.Retain(-1) },
        { "length", () => DeltaOperation.Delete(-1) },
        { "index", () => RelativePosition.FromIndex(s_doc.GetText("text"), -1) },
        { "MaxClients", () => _ = new AwarenessOptions { MaxClients = 0 } },
        { "MaxStateBytes", () => _ = new AwarenessOptions { MaxStateBytes = -1 } },
        { "Timeout", () => _ = new AwarenessOptions { Timeout = TimeSpan.Zero } },
        { "Timeout", () => _ = new AwarenessOptions() with { Timeout = TimeSpan.FromSeconds(-1) } },
    };

    public static TheoryData<bool> Attached => [true, false];

    [Theory]
    [MemberData(nameof(WithoutArgument))]
    public void What_is_needed_is_asked_for(string name, Action action) =>
        Assert.Equal(name, Assert.Throws<ArgumentNullException>(action).ParamName);

    [Theory]
    [MemberData(nameof(OutOfRange))]
    public void What_is_too_little_is_refused(string name, Action action) =>
        Assert.Equal(name, Assert.Throws<ArgumentOutOfRangeException>(action).ParamName);

    [Theory]
    [MemberData(nameof(Attached))]
    public void An_array_has_no_places_before_its_start_or_behind_its_end(bool isAttached)
    {
        var array = new YArray();
        array.Add("a", "b", "c");
        Attach(array, isAttached);

        AssertRefused("index", () => array.Get(-1), () => array.Get(3), () => array.Insert(-1, "x"), () => array.Insert(4, "x"), () => array.Delete(-1));
        AssertRefused("length", () => array.Delete(0, -1), () => array.Delete(1, 3));
        array.Delete(1);
        array.Delete(2, 0);
        Assert.Equal(["a", "c"], array.ToList());
        Assert.Equal("c", array.Get(1));
    }

    [Theory]
    [MemberData(nameof(Attached))]
    public void XML_has_no_places_before_its_start_or_behind_its_end(bool isAttached)
    {
        var xml = new YXmlElement("xml");
        xml.Add(new YXmlElement("a"), new YXmlElement("b"), new YXmlElement("c"));
        xml.SetAttribute("key", "value");
        xml.SetAttribute("gone", "value");
        Attach(xml, isAttached);

        AssertRefused("index", () => xml.Get(-1), () => xml.Get(3), () => xml.Insert(-1, new YXmlText()), () => xml.Insert(4, new YXmlText()), () => xml.Delete(-1));
        AssertRefused("length", () => xml.Delete(0, -1), () => xml.Delete(1, 3));
        xml.Delete(1);
        xml.Delete(2, 0);
        Assert.Equal(["a", "c"], xml.Children().Select(child => ((YXmlElement)child!).NodeName));
        Assert.Equal("c", ((YXmlElement)xml.Get(1)!).NodeName);
        Assert.True(xml.RemoveAttribute("gone"));
        Assert.False(xml.RemoveAttribute("gone"));
        Assert.Equal("value", xml.GetAttribute("key"));
        Assert.Equal(["key"], xml.Attributes.Keys);
        Assert.Equal("xml", xml.NodeName);
    }

    [Theory]
    [MemberData(nameof(Attached))]
    public void A_map_is_read_whether_attached_or_not(bool isAttached)
    {
        var map = new YMap();
        map.Set("key", "value");
        map.Set("gone", 1);
        Attach(map, isAttached);

        Assert.True(map.Remove("gone"));
        Assert.False(map.Remove("gone"));
        Assert.Equal((1, "value", null), (map.Count, map.Get("key"), map.Get("gone")));
        Assert.Equal(["key"], map.Keys);
        Assert.True(map.ContainsKey("key"));
        Assert.False(map.ContainsKey("gone"));
    }

    [Fact]
    public void What_needs_a_document_says_so()
    {
        var text = new YText("abc");

        Assert.Throws<InvalidOperationException>(() => text.ApplyDelta([]));
        Assert.Throws<InvalidOperationException>(() => text.ToDelta());
        Assert.Throws<InvalidOperationException>(() => text.GetAttributes());
        Assert.Throws<InvalidOperationException>(() => text.RemoveAttribute("key"));
    }

    private static void Attach(YType type, bool isAttached)
    {
        if (isAttached)
        {
            new Doc(1).GetMap("map").Set("type", type);
        }
    }

    private static void AssertRefused(string argument, params Action[] actions)
    {
        foreach (var action in actions)
        {
            Assert.Equal(argument, Assert.Throws<ArgumentOutOfRangeException>(action).ParamName);
        }
    }
}
