using CodeCrafter.Crdt.Structs;
using CodeCrafter.Crdt.Types;

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

    [Fact]
    public void A_path_is_as_it_was_whatever_other_handlers_do()
    {
        var (list, inner) = (new YArray(), new YText("inner"));
        list.Add("before", inner);
        var map = _doc.GetMap("map");
        map.Set("list", list);
        var (others, paths) = (new List<YEvent>(), new List<IReadOnlyList<object>>());
        map.ObserveDeep(events =>
        {
            others.AddRange(events);
            if (others.Count == 1)
            {
                list.Insert(0, "first");
                map.Remove("list");
                map.Set("list", 1);
            }
        });
        map.ObserveDeep(events => paths.AddRange(events.Select(@event => @event.Path)));

        inner.Append("!");

        Assert.Equal(new object[] { "list", 1 }, paths[0]);
        Assert.Equal([["list"], [], []], paths.Skip(1));
    }

    [Fact]
    public void A_path_is_read_while_the_event_is_handled()
    {
        var list = new YArray();
        var map = _doc.GetMap("map");
        map.Set("list", list);
        map.ObserveDeep(_heard.AddRange);
        list.Add(1);
        list.Add(2);

        Assert.Throws<InvalidOperationException>(() => _heard[0].Path);
        _doc.Transact(() => { });
        Assert.Equal(["list"], _heard[1].Path);
        _doc.GetText("text").Insert(0, "x");
        Assert.Equal(["list"], _heard[1].Path);
        Assert.Throws<InvalidOperationException>(() => _heard[0].Path);
    }

    [Fact]
    public void Attributes_of_a_step_are_those_at_that_step_whenever_they_are_read()
    {
        var text = _doc.GetText("text");
        text.Observe(_heard.Add);
        _doc.Transact(() =>
        {
            for (var i = 0; i < 40; i++)
            {
                // Up to twenty at once, and back to none.
                var attributes = Enumerable.Range(0, 20).Where(key => key <= i && i < 20 + key)
                    .ToDictionary(key => $"k{key}", key => (object?)$"v{i / 5}");
                text.Insert(text.Length, $"{i},", attributes);
            }
        });

        var last = text.ToDelta();
        var steps = Assert.Single(_heard).Delta;
        text.Delete(0, text.Length);
        foreach (var delta in new[] { steps, last, [.. steps.Reverse()] })
        {
            foreach (var step in delta)
            {
                var i = int.Parse(((string)step.Value!).TrimEnd(','), System.Globalization.CultureInfo.InvariantCulture);
                var expected = Enumerable.Range(0, 20).Where(key => key <= i && i < 20 + key).Select(key => $"k{key}=v{i / 5}").Order(StringComparer.Ordinal);
                Assert.Equal(expected, (step.Attributes ?? new Dictionary<string, object?>()).Select(entry => $"{entry.Key}={entry.Value}").Order(StringComparer.Ordinal));
                Assert.Equal(expected.Count(), step.Attributes?.Count ?? 0);
            }
        }

        Assert.Equal("v1", steps[5].Attributes!["k3"]);
        Assert.False(steps[5].Attributes!.ContainsKey("k6"));
        Assert.False(steps[5].Attributes!.TryGetValue("k6", out _));
    }

    [Fact]
    public void A_transaction_whose_events_cannot_be_made_ends_like_any_other()
    {
        var text = _doc.GetText("text");
        text.Observe(_heard.Add);
        var updates = new List<byte[]>();
        _doc.UpdateEmitted += (update, _) => updates.Add(update);

        // Not what an update could bring: its JSON is checked.
        Assert.ThrowsAny<System.Text.Json.JsonException>(() => ListEdit.Insert(_doc.Root("text"), 0, [new FormatContent("key", new JsonLiteral("{"u8.ToArray()))]));
        Assert.Single(updates);
        _doc.GetMap("map").Set("key", 1);

        Assert.Equal(2, updates.Count);
        Assert.Empty(_heard);
        var other = new Doc(2);
        other.ApplyUpdate(updates[1]);
        Assert.True(other.HasPending);
        Assert.Equal(0, other.GetMap("map").Count);
    }
}
