using Microsoft.Extensions.Time.Testing;

namespace CodeCrafter.Crdt.Tests.Undo;

public sealed class UndoManagerTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly Doc _doc = new(1);
    private readonly YText _text;

    public UndoManagerTests() => _text = _doc.GetText("text");

    [Fact]
    public void What_follows_within_the_timeout_is_one_step()
    {
        using var manager = Manager();
        _text.Insert(0, "a");
        _time.Advance(TimeSpan.FromMilliseconds(499));
        _text.Insert(1, "b");
        _time.Advance(TimeSpan.FromMilliseconds(499));
        _text.Insert(2, "c");
        _time.Advance(TimeSpan.FromMilliseconds(500));
        _text.Insert(3, "d");

        Assert.Equal(2, manager.UndoStack.Count);
        Assert.NotNull(manager.Undo());
        Assert.Equal("abc", _text.ToString());
        Assert.NotNull(manager.Undo());
        Assert.Equal("", _text.ToString());
        Assert.Null(manager.Undo());
        Assert.NotNull(manager.Redo());
        Assert.Equal("abc", _text.ToString());
    }

    [Fact]
    public void StopCapturing_begins_a_new_step()
    {
        using var manager = Manager();
        _text.Insert(0, "a");
        manager.StopCapturing();
        _text.Insert(0, "b");

        manager.Undo();

        Assert.Equal("a", _text.ToString());
    }

    [Fact]
    public void What_others_do_stays()
    {
        using var manager = Manager();
        var other = new Doc(2);
        _text.Insert(0, "mine");
        other.ApplyUpdate(_doc.EncodeStateAsUpdate());
        other.GetText("text").Insert(2, " theirs ");
        _doc.ApplyUpdate(other.EncodeStateAsUpdate());

        manager.Undo();
        Assert.Equal(" theirs ", _text.ToString());
        manager.Redo();
        Assert.Equal("mi theirs ne", _text.ToString());
        other.ApplyUpdate(_doc.EncodeStateAsUpdate());
        Assert.Equal("mi theirs ne", other.GetText("text").ToString());
    }

    [Fact]
    public void Only_tracked_origins_are_undone()
    {
        using var manager = new UndoManager(_text, new UndoManagerOptions { TrackedOrigins = ["editor", typeof(Version)], CaptureTimeout = TimeSpan.Zero });
        _doc.Transact(() => _text.Insert(0, "a"));
        _doc.Transact(() => _text.Insert(0, "b"), "other");
        Assert.False(manager.CanUndo);
        _doc.Transact(() => _text.Insert(0, "c"), "editor");
        _doc.Transact(() => _text.Insert(0, "d"), new Version(1, 0));
        manager.AddTrackedOrigin(7);
        _doc.Transact(() => _text.Insert(0, "e"), 7);
        manager.RemoveTrackedOrigin("editor");
        _doc.Transact(() => _text.Insert(0, "f"), "editor");

        Assert.Equal(3, manager.UndoStack.Count);
        while (manager.Undo() is not null)
        {
        }

        Assert.Equal("fba", _text.ToString());
    }

    [Fact]
    public void An_update_without_origin_is_not_undone_but_one_with_a_tracked_origin_is()
    {
        using var manager = Manager();
        var other = new Doc(2);
        other.GetText("text").Insert(0, "theirs");
        _doc.ApplyUpdate(other.EncodeStateAsUpdate());
        Assert.False(manager.CanUndo);

        manager.AddTrackedOrigin("import");
        other.GetText("text").Insert(0, "more ");
        _doc.ApplyUpdate(other.EncodeStateAsUpdate(_doc.EncodeStateVector()), "import");
        manager.Undo();

        Assert.Equal("theirs", _text.ToString());
    }

    [Fact]
    public void Only_the_scope_is_undone()
    {
        var files = _doc.GetMap("files");
        files.Set("a", new YText());
        using var manager = new UndoManager([_text, files.GetText("a")!], Options());
        _doc.GetArray("array").Add(1);
        files.Set("b", new YText("b"));
        Assert.False(manager.CanUndo);
        _doc.Transact(() =>
        {
            files.GetText("a")!.Insert(0, "in");
            _text.Insert(0, "in");
            files.GetText("b")!.Insert(0, "out ");
        });
        manager.AddToScope(_doc.GetArray("array"));
        manager.StopCapturing();
        _doc.GetArray("array").Add(2);

        manager.Undo();
        manager.Undo();

        Assert.Equal([1.0], _doc.GetArray("array").ToList());
        Assert.Equal(("", "", "out b"), (_text.ToString(), files.GetText("a")!.ToString(), files.GetText("b")!.ToString()));
    }

    [Fact]
    public void All_of_a_document_can_be_the_scope()
    {
        using var manager = new UndoManager(_doc, Options());
        _doc.Transact(() =>
        {
            _doc.GetMap("map").Set("key", new YText("deep"));
            _text.Insert(0, "a");
        });
        _doc.Transact(() => { });

        Assert.Single(manager.UndoStack);
        manager.Undo();
        Assert.Equal((0, 0), (_doc.GetMap("map").Count, _text.Length));
        manager.Redo();
        Assert.Equal("deep", _doc.GetMap("map").GetText("key")!.ToString());
    }

    [Fact]
    public void What_was_deleted_comes_back_with_all_that_it_contained()
    {
        var map = _doc.GetMap("map");
        map.Set("file", new YText("one two"));
        map.GetText("file")!.Format(0, 3, new Dictionary<string, object?> { ["b"] = true });
        using var manager = new UndoManager(_doc, Options());
        map.GetText("file")!.Delete(3, 1);
        manager.StopCapturing();
        map.Remove("file");

        manager.Undo();
        Assert.Equal("onetwo", map.GetText("file")!.ToString());
        manager.Undo();

        Assert.Equal("""[{"attributes":{"b":true},"insert":"one"},{"insert":" two"}]""", Deltas.Of(map.GetText("file")!));
        InvariantChecks.Check(_doc);
    }

    [Fact]
    public void The_value_that_somebody_else_has_set_stays_unless_it_is_asked_otherwise()
    {
        foreach (var ignores in new[] { false, true })
        {
            var doc = new Doc(1);
            var map = doc.GetMap("map");
            using var manager = new UndoManager(map, Options() with { IgnoresRemoteMapChanges = ignores });
            map.Set("key", "first");
            manager.StopCapturing();
            map.Set("key", "second");
            var other = new Doc(2);
            other.ApplyUpdate(doc.EncodeStateAsUpdate());
            other.GetMap("map").Set("key", "theirs");
            doc.ApplyUpdate(other.EncodeStateAsUpdate());

            Assert.Equal(ignores, manager.Undo() is not null);

            Assert.Equal(ignores ? "first" : "theirs", map.Get("key"));
        }
    }

    [Fact]
    public void A_change_after_an_undo_gives_up_what_could_be_redone()
    {
        using var manager = Manager();
        _text.Insert(0, new string('x', 1000));
        manager.Undo();
        Assert.True(manager.CanRedo);
        Assert.Equal(1000, _doc.Store.Text.Live);

        _text.Insert(0, "y");

        Assert.False(manager.CanRedo);
        Assert.Equal(1, _doc.Store.Text.Live);
    }

    [Fact]
    public void Handlers_hear_of_steps_and_find_again_what_they_attached()
    {
        using var manager = Manager();
        var heard = new List<string>();
        manager.StackItemAdded += said =>
        {
            heard.Add($"added {said.Stack} {said.Origin is UndoManager}");
            said.Item.Meta["cursor"] = heard.Count;
        };
        manager.StackItemUpdated += said => heard.Add($"updated {said.Stack}");
        manager.StackItemPopped += said => heard.Add($"popped {said.Stack} {said.Item.Meta["cursor"]} {said.ChangedTypes.Contains(_text)}");
        manager.StackCleared += said => heard.Add($"cleared {said.UndoStack} {said.RedoStack}");
        _text.Insert(0, "a");
        _text.Insert(1, "b");
        manager.Undo();
        manager.Redo();
        manager.Undo();
        _text.Insert(0, "c");
        manager.Clear();
        manager.Clear();

        Assert.Equal(
            [
                "added Undo False", "updated Undo", "added Redo True", "popped Undo 1 True", "added Undo True", "popped Redo 3 True",
                "added Redo True", "popped Undo 5 True", "cleared False True", "added Undo False", "cleared True True",
            ],
            heard);
    }

    [Fact]
    public void A_handler_that_throws_keeps_no_other_from_hearing()
    {
        using var manager = Manager();
        var heard = 0;
        manager.StackItemAdded += _ => throw new InvalidOperationException("first");
        manager.StackItemAdded += _ => heard++;
        manager.StackItemPopped += _ => heard++;

        Assert.Equal("first", Assert.Throws<InvalidOperationException>(() => _text.Insert(0, "a")).Message);
        Assert.Equal("first", Assert.Throws<InvalidOperationException>(manager.Undo).Message);

        Assert.Equal(3, heard);
        Assert.Equal("", _text.ToString());
        Assert.True(manager.CanRedo);
    }

    [Fact]
    public void An_undo_by_a_handler_is_an_undo()
    {
        using var manager = Manager();
        using var observer = _text.Observe(_ =>
        {
            if (_text.Length == 3)
            {
                manager.Undo();
            }
        });
        _text.Insert(0, "ab");
        manager.StopCapturing();
        _text.Insert(2, "c");

        Assert.Equal("ab", _text.ToString());
        Assert.Equal((1, 1), (manager.UndoStack.Count, manager.RedoStack.Count));
    }

    [Fact]
    public void A_transaction_can_be_left_out()
    {
        using var manager = new UndoManager(_text, Options() with { CaptureTransaction = change => change.Types.Count == 1 });
        _doc.Transact(() =>
        {
            _text.Insert(0, "a");
            _doc.GetMap("map").Set("key", 1);
        });
        Assert.False(manager.CanUndo);
        _text.Insert(0, "b");
        Assert.True(manager.CanUndo);
    }

    [Fact]
    public void Who_decides_of_a_transaction_can_neither_change_the_document_nor_break_it()
    {
        using var first = Manager();
        var heard = 0;
        first.StackItemAdded += _ => heard++;
        using var manager = new UndoManager(_text, Options() with
        {
            CaptureTransaction = _ =>
            {
                _doc.GetMap("map").Set("key", 1);
                return true;
            },
        });

        Assert.Throws<InvalidOperationException>(() => _text.Insert(0, "a"));

        Assert.Equal(("a", 0, false, 1), (_text.ToString(), _doc.GetMap("map").Count, manager.CanUndo, heard));
        _doc.GetMap("map").Set("key", 2);
        InvariantChecks.Check(_doc);
    }

    [Fact]
    public void A_filter_protects_what_would_be_deleted()
    {
        var map = _doc.GetMap("map");
        var asked = new List<string>();
        using var manager = new UndoManager(_doc, Options() with
        {
            DeleteFilter = deletion =>
            {
                asked.Add($"{deletion.Parent.GetType().Name} {deletion.Key} {deletion.Values[0]}");
                return deletion.Key != "kept";
            },
        });
        _doc.Transact(() =>
        {
            map.Set("kept", "a");
            map.Set("other", "b");
            _text.Insert(0, "cd");
        });

        manager.Undo();

        Assert.Equal(["YText  cd", "YMap other b", "YMap kept a"], asked);
        Assert.Equal(["kept"], map.Keys);
    }

    [Fact]
    public void Positions_follow_what_was_restored()
    {
        _text.Insert(0, "abcdef");
        using var manager = Manager();
        var position = RelativePosition.FromIndex(_text, 3);
        _text.Delete(2, 3);
        Assert.Equal(2, position.Resolve(_doc)?.Index);

        manager.Undo();
        Assert.Equal(3, position.Resolve(_doc)?.Index);
        _text.Insert(3, "XY");
        Assert.Equal(5, position.Resolve(_doc)?.Index);
    }

    [Fact]
    public void Nothing_can_be_undone_in_a_transaction()
    {
        using var manager = Manager();
        _text.Insert(0, "a");

        Assert.Throws<InvalidOperationException>(() => _doc.Transact(() => manager.Undo()));

        Assert.Equal("a", _text.ToString());
        Assert.NotNull(manager.Undo());
    }

    [Fact]
    public void One_that_was_disposed_of_hears_nothing_more()
    {
        var manager = Manager();
        _text.Insert(0, "abc");
        _text.Delete(0, 1);
        manager.Dispose();
        Assert.Equal(2, _doc.Store.Text.Live);
        _text.Insert(0, "a");

        Assert.False(manager.CanUndo);
        Assert.Null(manager.Undo());
        Assert.Equal("abc", _text.ToString());
    }

    [Fact]
    public void Arguments_are_checked()
    {
        Assert.Throws<ArgumentException>(() => new UndoManager([]));
        Assert.Throws<InvalidOperationException>(() => new UndoManager(new YText()));
        Assert.Throws<ArgumentException>(() => new UndoManager([_text, new Doc().GetText("text")]));
        Assert.Throws<ArgumentOutOfRangeException>(() => new UndoManager(_text, new UndoManagerOptions { CaptureTimeout = TimeSpan.FromTicks(-1) }));
        Assert.Throws<ArgumentOutOfRangeException>(() => new UndoManager(_text, new UndoManagerOptions { MaxStackItems = 0 }));
        Assert.Throws<ArgumentNullException>(() => new UndoManager(_text, new UndoManagerOptions { TimeProvider = null! }));
        Assert.Throws<ArgumentNullException>(() => new UndoManager([_text, null!]));
        using var manager = Manager();
        Assert.Throws<ArgumentException>(() => manager.AddToScope(new Doc().GetText("text")));
        Assert.Throws<InvalidOperationException>(() => manager.AddToScope(new YText()));
    }

    private UndoManager Manager() => new(_text, Options());

    private UndoManagerOptions Options() => new() { TimeProvider = _time };
}
