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
    public void Only_what_has_changed_is_heard_of()
    {
        var text = _doc.GetText("text");
        text.Observe(_heard.Add);
        text.Append("a");
        _doc.GetMap("map").Set("key", 1);

        Assert.Same(text, Assert.Single(_heard).Target);
    }

    [Fact]
    public void Who_observes_later_keeps_nobody_from_hearing_what_was_before()
    {
        var text = _doc.GetText("text");
        text.Observe(_heard.Add);

        _doc.Transact(() =>
        {
            text.Append("a");
            _doc.GetMap("map").Observe(_heard.Add);
        });

        Assert.Equal("""[{"insert":"a"}]""", Deltas.Of(Assert.Single(_heard).Delta));
    }

    [Fact]
    public void What_was_deleted_before_is_not_told_again()
    {
        var doc = new Doc(new DocOptions { ClientId = 1, CollectsGarbage = false });
        var (array, map, text) = (doc.GetArray("array"), doc.GetMap("map"), doc.GetText("text"));
        array.Add(1, 2, 3);
        array.Delete(0);
        map.Set("key", 1);
        map.Remove("key");
        text.Append("abc");
        text.Format(0, 2, new Dictionary<string, object?> { ["bold"] = true });
        text.Format(0, 2, new Dictionary<string, object?> { ["bold"] = null });
        foreach (var type in new YType[] { array, map, text })
        {
            type.Observe(_heard.Add);
        }

        array.Delete(1);
        map.Set("key", 2);
        text.Append("d");

        Assert.Equal("""[{"retain":1},{"delete":1}]""", Deltas.Of(_heard[0].Delta));
        Assert.Equal(new KeyChange(KeyAction.Add, null), Assert.Single(_heard[1].Keys).Value);
        Assert.Equal("""[{"retain":3},{"insert":"d"}]""", Deltas.Of(_heard[2].Delta));
    }

    [Fact]
    public void Who_observes_the_whole_hears_of_two_at_the_same_depth_in_the_order_of_their_changes()
    {
        var (one, other) = (new YText(), new YText());
        _doc.GetArray("array").Add(one, other);
        var batches = new List<IReadOnlyList<YEvent>>();
        _doc.GetArray("array").ObserveDeep(batches.Add);
        one.ObserveDeep(batches.Add);

        _doc.Transact(() =>
        {
            other.Append("a");
            one.Append("b");
            _doc.GetArray("array").Add(1);
        });
        _doc.GetMap("map").Set("key", 1);

        Assert.Equal(2, batches.Count);
        Assert.Equal([_doc.GetArray("array"), other, one], batches.Single(events => events.Count == 3).Select(@event => @event.Target));
        var own = Assert.Single(batches.Single(events => events.Count == 1));
        Assert.Same(one, own.CurrentTarget);
        Assert.Empty(own.Path);
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
        text.Observe(_ => throw new InvalidOperationException("first"));
        text.ObserveDeep(_ => throw new InvalidOperationException("second"));
        _doc.GetMap("map").Observe(_ => throw new InvalidOperationException("third"));
        _doc.GetMap("map").ObserveDeep(_ => throw new InvalidOperationException("fourth"));
        text.Observe(_heard.Add);
        var updates = 0;
        _doc.UpdateEmitted += (_, _) => updates++;

        Assert.Equal("first", Assert.Throws<InvalidOperationException>(() => _doc.Transact(() =>
        {
            text.Append("a");
            _doc.GetMap("map").Set("key", 1);
        })).Message);

        Assert.Single(_heard);
        Assert.Equal(1, updates);
        Assert.Equal("a", text.ToString());
    }
}
