using Microsoft.Extensions.Time.Testing;

namespace CodeCrafter.Crdt.Tests.Undo;

/// <summary>What comes back where others, another manager or other steps have had their part in it.</summary>
public sealed class UndoRestoringTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly Doc _doc = new(1);
    private readonly YText _text;
    private readonly YMap _map;

    public UndoRestoringTests() => (_text, _map) = (_doc.GetText("text"), _doc.GetMap("map"));

    [Fact]
    public void Types_of_several_clients_come_back_whoever_is_looked_at_first()
    {
        var other = new Doc(2);
        _map.Set("a", new YMap());
        other.ApplyUpdate(_doc.EncodeStateAsUpdate());
        other.GetMap("map").GetMap("a")!.Set("b", new YMap());
        _doc.ApplyUpdate(other.EncodeStateAsUpdate());
        _map.GetMap("a")!.GetMap("b")!.Set("c", "deep");
        using var manager = new UndoManager(_doc, Options());
        _map.Remove("a");

        manager.Undo();

        Assert.Equal("deep", _map.GetMap("a")?.GetMap("b")?.Get("c"));
    }

    /// <summary>Yjs 13.6.33 does the same.</summary>
    [Fact]
    public void What_another_manager_has_restored_is_undone()
    {
        using var first = new UndoManager(_doc, Options());
        using var second = new UndoManager(_doc, Options());
        _text.Insert(0, "abc");
        _text.Delete(0, 1);

        first.Undo();
        Assert.NotNull(second.Undo());

        Assert.Equal("abc", _text.ToString());
        Assert.Single(second.UndoStack);
    }

    [Fact]
    public void A_step_of_which_nothing_can_come_back_is_passed_over()
    {
        _map.Set("file", new YText("abc"));
        using var manager = new UndoManager(_doc, Options());
        _text.Insert(0, "x");
        _map.GetText("file")!.Delete(0, 1);
        _doc.Transact(() => _map.Remove("file"), "untracked");

        Assert.NotNull(manager.Undo());

        Assert.Equal(("", 0), (_text.ToString(), _map.Count));
    }

    /// <summary>Yjs 13.6.33 does the same.</summary>
    [Fact]
    public void The_value_of_a_key_comes_back_in_the_map_that_was_restored()
    {
        _map.Set("inner", new YMap());
        _map.GetMap("inner")!.Set("key", "a");
        using var manager = new UndoManager(_doc, Options());
        _doc.Transact(() =>
        {
            _map.GetMap("inner")!.Set("key", "b");
            _map.GetMap("inner")!.Remove("key");
        });
        _map.Remove("inner");
        manager.Undo();
        _doc.Transact(() => _map.GetMap("inner")!.Set("key", "x"), "untracked");

        manager.Undo();

        var there = new Doc(2);
        there.ApplyUpdate(_doc.EncodeStateAsUpdate());
        Assert.Equal("a", _map.GetMap("inner")!.Get("key"));
        Assert.Equal("a", there.GetMap("map").GetMap("inner")!.Get("key"));
        InvariantChecks.Check(_doc);
    }

    [Fact]
    public void The_value_of_a_key_comes_back_after_one_that_was_set_later_and_undone()
    {
        _map.Set("key", "a");
        using var manager = new UndoManager(_map, Options());
        _map.Remove("key");
        _map.Set("key", "b");

        manager.Undo();
        manager.Undo();
        Assert.Equal("a", _map.Get("key"));

        manager.Redo();
        manager.Redo();
        Assert.Equal("b", _map.Get("key"));
    }

    /// <summary>Nobody sees it, but in Yjs too that is what the undo has done.</summary>
    [Fact]
    public void What_was_in_a_type_that_was_restored_comes_back_to_it_though_it_is_gone_again()
    {
        _map.Set("file", new YText("abc"));
        using var manager = new UndoManager(_map, Options());
        _map.GetText("file")!.Delete(0, 1);
        _map.Remove("file");
        manager.Undo();
        var restored = _map.GetText("file")!;
        _doc.Transact(() => _map.Remove("file"), "untracked");
        Assert.Equal(1, _doc.Store.Text.Live);
        Assert.False(restored.Branch!.IsCollected);

        Assert.NotNull(manager.Undo());

        manager.Clear();
        Assert.Equal(0, _doc.Store.Text.Live);
        Assert.True(restored.Branch!.IsCollected);
    }

    /// <summary>Yjs 13.6.33 does the same.</summary>
    [Fact]
    public void So_does_what_was_in_one_whose_key_has_another_value()
    {
        _map.Set("file", new YText("abc"));
        using var manager = new UndoManager(_doc, Options());
        _map.GetText("file")!.Delete(0, 1);
        _map.Remove("file");
        manager.Undo();
        _doc.Transact(() =>
        {
            _map.Remove("file");
            _text.Insert(0, "x");
        });
        _doc.Transact(() => _map.Set("file", "theirs"), "untracked");

        Assert.NotNull(manager.Undo());
        Assert.Single(manager.UndoStack);
        Assert.NotNull(manager.Undo());

        Assert.Equal(("", "theirs"), (_text.ToString(), _map.Get("file")));
    }

    /// <summary>Yjs 13.6.33 does the same.</summary>
    [Fact]
    public void What_clients_made_goes_in_the_order_in_which_the_document_knows_them()
    {
        var asked = new List<object?>();
        using var manager = new UndoManager(_text, Options() with
        {
            TrackedOrigins = ["import"],
            DeleteFilter = deletion =>
            {
                asked.AddRange(deletion.Values);
                return true;
            },
        });
        var (two, three) = (new Doc(2), new Doc(3));
        foreach (var (doc, text) in new[] { (two, "a"), (three, "b") })
        {
            doc.GetText("text").Insert(0, text);
            _doc.ApplyUpdate(doc.EncodeStateAsUpdate());
        }

        two.GetText("text").Insert(0, "two");
        three.GetText("text").Insert(0, "three");
        _doc.ApplyUpdate(Update.MergeUpdates([two.EncodeStateAsUpdate(), three.EncodeStateAsUpdate()]), "import");

        manager.Undo();

        Assert.Equal(["three", "two"], asked);
        Assert.Equal("ab", _text.ToString());
    }

    [Fact]
    public void Where_attributes_begin_and_end_a_filter_sees_no_values()
    {
        var asked = new List<int>();
        using var manager = new UndoManager(_text, Options() with
        {
            DeleteFilter = deletion =>
            {
                asked.Add(deletion.Values.Count);
                return true;
            },
        });
        _text.Insert(0, "abc", new Dictionary<string, object?> { ["b"] = true });

        manager.Undo();

        Assert.Equal([0, 1, 0], asked);
    }

    [Fact]
    public void What_was_forgotten_before_it_came_into_the_scope_does_not_come_back()
    {
        var array = _doc.GetArray("array");
        array.Add("value");
        using var manager = new UndoManager(_text, Options());
        _doc.Transact(() =>
        {
            _text.Insert(0, "x");
            array.Delete(0, 1);
        });
        _doc.Transact(() => _text.Delete(0, 1), "untracked");
        manager.AddToScope(array);

        Assert.Null(manager.Undo());

        Assert.Equal((0, 0), (array.Length, _text.Length));
    }

    [Fact]
    public void Either_stack_can_be_given_up_alone()
    {
        using var manager = new UndoManager(_text, Options());
        foreach (var letter in "abc")
        {
            _text.Insert(_text.Length, letter.ToString());
        }

        manager.Undo();
        manager.Clear(redoStack: false);
        Assert.Equal((false, true), (manager.CanUndo, manager.CanRedo));
        manager.Redo();
        Assert.Equal("abc", _text.ToString());

        _text.Insert(3, "d");
        manager.Undo();
        manager.Clear(undoStack: false);
        Assert.Equal((true, false), (manager.CanUndo, manager.CanRedo));
        manager.Undo();
        Assert.Equal("ab", _text.ToString());
    }

    [Fact]
    public void What_is_in_a_type_in_the_scope_is_too_however_deep()
    {
        _map.Set("folder", new YMap());
        var folder = _map.GetMap("folder")!;
        folder.Set("inner", new YMap());
        folder.GetMap("inner")!.Set("file", new YText());
        using var manager = new UndoManager(folder, Options());
        _map.Set("key", 1);
        Assert.False(manager.CanUndo);
        folder.GetMap("inner")!.GetText("file")!.Insert(0, "abc");

        Assert.NotNull(manager.Undo());

        Assert.Equal("", folder.GetMap("inner")!.GetText("file")!.ToString());
    }

    [Fact]
    public void All_pieces_go_of_what_was_made_in_a_type_of_which_nothing_is_left()
    {
        _map.Set("file", new YText());
        using var first = new UndoManager(_map, Options() with { TrackedOrigins = ["first"] });
        using var second = new UndoManager(_map, Options() with { TrackedOrigins = ["second"] });
        _doc.Transact(() => _map.GetText("file")!.Insert(0, "ac"), "first");
        _doc.Transact(() => _map.GetText("file")!.Insert(1, "b"), "untracked");
        var old = _map.GetText("file")!;
        _doc.Transact(() => _map.Remove("file"), "second");
        second.Undo();
        second.Clear();
        Assert.True(old.Branch!.IsCollected);
        Assert.Equal("abc", _map.GetText("file")!.ToString());

        first.Undo();

        Assert.Equal("b", _map.GetText("file")!.ToString());
        InvariantChecks.Check(_doc);
    }

    [Fact]
    public void What_was_made_behind_what_is_collected_goes_too()
    {
        using var manager = new UndoManager(_doc, Options());
        _doc.Transact(() =>
        {
            _map.Set("file", new YText("abc"));
            _text.Insert(0, "x");
        });
        _doc.Transact(() => _map.Remove("file"), "untracked");

        manager.Undo();

        Assert.Equal("", _text.ToString());
    }

    private UndoManagerOptions Options() => new() { TimeProvider = _time, CaptureTimeout = TimeSpan.Zero };
}
