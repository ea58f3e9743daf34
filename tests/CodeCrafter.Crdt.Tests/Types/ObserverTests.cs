namespace CodeCrafter.Crdt.Tests.Types;

public sealed class ObserverTests
{
    private readonly Doc _doc = new(1);
    private readonly List<YEvent> _heard = [];

    [Fact]
    public void A_change_of_a_list_is_told_as_a_delta()
    {
        var array = _doc.GetArray("array");
        array.Add(1, 2, 3, 4);
        array.Observe(_heard.Add);

        _doc.Transact(() =>
        {
            array.Delete(1, 2);
            array.Insert(1, "new");
        }, "origin");

        var heard = Assert.Single(_heard);
        Assert.Equal("""[{"retain":1},{"insert":["new"]},{"delete":2}]""", Deltas.Of(heard.Delta));
        Assert.Same(array, heard.Target);
        Assert.Same(array, heard.CurrentTarget);
        Assert.Empty(heard.Path);
        Assert.Equal("origin", heard.Origin);
        Assert.True(heard.IsLocal);
    }

    [Fact]
    public void Typing_on_is_told_as_what_is_new()
    {
        var text = _doc.GetText("text");
        text.Insert(0, "abc");
        text.Observe(_heard.Add);

        text.Append("de");
        text.Format(0, 1, new Dictionary<string, object?> { ["bold"] = true });

        Assert.Equal("""[{"retain":3},{"insert":"de"}]""", Deltas.Of(_heard[0].Delta));
        Assert.Equal("""[{"attributes":{"bold":true},"retain":1}]""", Deltas.Of(_heard[1].Delta));
    }

    [Fact]
    public void Changes_of_keys_are_told_with_the_values_before()
    {
        var map = _doc.GetMap("map");
        map.Set("kept", 1);
        map.Set("changed", 1);
        map.Set("gone", "x");
        map.Observe(_heard.Add);

        _doc.Transact(() =>
        {
            map.Set("changed", 2);
            map.Set("changed", 3);
            map.Remove("gone");
            map.Set("new", true);
            map.Set("never", 1);
            map.Remove("never");
        });

        var expected = new Dictionary<string, KeyChange>
        {
            ["changed"] = new(KeyAction.Update, 1.0),
            ["gone"] = new(KeyAction.Delete, "x"),
            ["new"] = new(KeyAction.Add, null),
        };
        Assert.Equal(expected, Assert.Single(_heard).Keys);
    }

    [Fact]
    public void A_deep_observer_hears_of_all_below_the_nearest_first()
    {
        var inner = new YText("inner");
        var list = new YArray();
        list.Add("before", inner);
        _doc.GetMap("map").Set("list", list);
        var batches = new List<IReadOnlyList<YEvent>>();
        _doc.GetMap("map").ObserveDeep(batches.Add);
        _doc.GetMap("map").Observe(_heard.Add);

        _doc.Transact(() =>
        {
            inner.Append("!");
            list.Insert(0, "first");
            _doc.GetMap("map").Set("other", new YText("new"));
        });

        var events = Assert.Single(batches);
        Assert.Equal([_doc.GetMap("map"), list, inner], events.Select(@event => @event.Target));
        Assert.Equal(new object[] { "list", 2 }, events[2].Path);
        Assert.All(events, @event => Assert.Same(_doc.GetMap("map"), @event.CurrentTarget));
        Assert.Same(_doc.GetMap("map"), Assert.Single(_heard).Target);
    }

    [Fact]
    public void Nobody_hears_of_what_is_new_or_gone()
    {
        var inner = new YText("inner");
        _doc.GetMap("map").Set("gone", inner);
        inner.Observe(_ => Assert.Fail("The text is gone."));

        _doc.Transact(() =>
        {
            inner.Append("!");
            _doc.GetMap("map").Remove("gone");
        });
    }

    [Fact]
    public void An_observer_may_change_the_document_and_hears_of_that_next()
    {
        var text = _doc.GetText("text");
        var updates = new List<string>();
        var other = new Doc(2);
        _doc.UpdateEmitted += (update, _) =>
        {
            other.ApplyUpdate(update);
            updates.Add(other.GetText("text").ToString());
        };
        text.Observe(@event =>
        {
            _heard.Add(@event);
            if (text.Length < 3)
            {
                text.Append("x");
            }
        });

        text.Insert(0, "x");

        Assert.Equal(["""[{"insert":"x"}]""", """[{"retain":1},{"insert":"x"}]""", """[{"retain":2},{"insert":"x"}]"""], _heard.Select(@event => Deltas.Of(@event.Delta)));
        Assert.Equal(["x", "xx", "xxx"], updates);
    }

    [Fact]
    public void Who_has_left_hears_no_more()
    {
        var text = _doc.GetText("text");
        var subscription = text.Observe(_heard.Add);
        text.Append("a");
        subscription.Dispose();
        subscription.Dispose();
        text.Append("b");

        Assert.Single(_heard);
        Assert.Throws<InvalidOperationException>(() => new YText().Observe(_heard.Add));
    }

    [Fact]
    public void An_observer_that_fails_keeps_no_other_from_hearing()
    {
        var text = _doc.GetText("text");
        text.Observe(_ => throw new InvalidOperationException("observer"));
        text.Observe(_heard.Add);
        var updates = 0;
        _doc.UpdateEmitted += (_, _) => updates++;

        Assert.Throws<InvalidOperationException>(() => text.Append("a"));

        Assert.Single(_heard);
        Assert.Equal(1, updates);
        Assert.Equal("a", text.ToString());
    }
}
