using Microsoft.Extensions.Time.Testing;

namespace CodeCrafter.Crdt.Tests.Undo;

/// <summary>What undo managers keep of what was deleted, and until when.</summary>
public sealed class UndoCollectionTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly Doc _doc = new(1);
    private readonly YText _text;

    public UndoCollectionTests() => _text = _doc.GetText("text");

    [Fact]
    public void What_can_be_restored_is_kept_and_then_forgotten()
    {
        _text.Insert(0, new string('x', 1000));
        using var manager = Manager();
        _text.Delete(0, 900);
        Assert.Equal(1000, _doc.Store.Text.Live);

        manager.Clear();

        Assert.Equal(100, _doc.Store.Text.Live);
        InvariantChecks.Check(_doc);
    }

    [Fact]
    public void What_was_restored_is_not_kept_twice()
    {
        _text.Insert(0, new string('x', 1000));
        using var manager = Manager();
        _text.Delete(0, 1000);
        for (var i = 0; i < 5; i++)
        {
            manager.Undo();
            Assert.Equal(1000, _doc.Store.Text.Live);
            manager.Redo();
            Assert.Equal(1000, _doc.Store.Text.Live);
        }

        manager.Undo();
        Assert.Equal(new string('x', 1000), _text.ToString());
        InvariantChecks.Check(_doc);
    }

    [Fact]
    public void Two_managers_keep_for_each_other()
    {
        _text.Insert(0, "0123456789");
        using var first = Manager();
        using var second = Manager();
        _text.Delete(0, 4);
        first.StopCapturing();
        _text.Delete(0, 4);

        first.Clear();
        Assert.Equal(10, _doc.Store.Text.Live);
        second.Undo();
        Assert.Equal("0123456789", _text.ToString());
        second.Dispose();
        Assert.Equal(10, _doc.Store.Text.Live);
    }

    [Fact]
    public void A_type_is_kept_as_long_as_something_in_it_can_be_restored()
    {
        var map = _doc.GetMap("map");
        map.Set("file", new YText("abc"));
        var file = map.GetText("file")!;
        using var manager = new UndoManager(map, Options());
        file.Delete(0, 1);
        _doc.Transact(() => map.Remove("file"), "untracked");
        Assert.Equal(1, _doc.Store.Text.Live);
        Assert.False(file.Branch!.IsCollected);

        manager.Clear();

        Assert.Equal(0, _doc.Store.Text.Live);
        Assert.True(file.Branch!.IsCollected);
        InvariantChecks.Check(_doc);
    }

    [Fact]
    public void So_is_each_type_that_it_is_in()
    {
        var map = _doc.GetMap("map");
        map.Set("folder", new YMap());
        map.GetMap("folder")!.Set("file", new YText("abc"));
        var (folder, file) = (map.GetMap("folder")!, map.GetMap("folder")!.GetText("file")!);
        using var manager = new UndoManager(map, Options());
        file.Delete(0, 1);
        _doc.Transact(() => map.Remove("folder"), "untracked");
        Assert.Equal(1, _doc.Store.Text.Live);
        Assert.False(folder.Branch!.IsCollected || file.Branch!.IsCollected);

        manager.Clear();

        Assert.Equal(0, _doc.Store.Text.Live);
        Assert.True(folder.Branch!.IsCollected && file.Branch!.IsCollected);
    }

    [Fact]
    public void Types_are_forgotten_with_the_last_step()
    {
        var map = _doc.GetMap("map");
        map.Set("file", new YText("abc"));
        var first = map.GetText("file")!;
        using var manager = new UndoManager(map, Options());
        map.Remove("file");
        manager.Undo();
        var second = map.GetText("file")!;
        _doc.Transact(() => map.Remove("file"), "untracked");
        Assert.False(first.Branch!.IsCollected || second.Branch!.IsCollected);

        manager.Clear();

        Assert.True(first.Branch!.IsCollected && second.Branch!.IsCollected);
    }

    [Fact]
    public void Types_are_forgotten_with_the_oldest_step()
    {
        var map = _doc.GetMap("map");
        using var manager = new UndoManager(map, new UndoManagerOptions { CaptureTimeout = TimeSpan.Zero, MaxStackItems = 2 });
        map.Set("file", new YText("abc"));
        var file = map.GetText("file")!;
        map.Remove("file");
        map.Set("key", 1);
        Assert.False(file.Branch!.IsCollected);

        map.Set("key", 2);

        Assert.True(file.Branch!.IsCollected);
    }

    [Fact]
    public void What_is_forgotten_step_by_step_becomes_one()
    {
        _text.Insert(0, new string('x', 100));
        using var manager = new UndoManager(_text, new UndoManagerOptions { CaptureTimeout = TimeSpan.Zero, MaxStackItems = 1 });
        for (var i = 0; i < 100; i++)
        {
            _text.Delete(0, 1);
        }

        Assert.InRange(_doc.Store.Find(1)!.CountFrom(default), 1, 3);
    }

    [Fact]
    public void Without_collection_nothing_is_forgotten()
    {
        var doc = new Doc(new DocOptions { ClientId = 1, CollectsGarbage = false });
        var text = doc.GetText("text");
        text.Insert(0, "abc");
        using var manager = new UndoManager(text, Options());
        text.Delete(0, 2);
        manager.Clear();

        Assert.Equal(3, doc.Store.Text.Live);
        Assert.Empty(manager.Kept.Clients);
        text.Delete(0, 1);
        manager.Undo();
        Assert.Equal("c", text.ToString());
    }

    [Fact]
    public void The_oldest_steps_are_forgotten_where_there_is_a_limit()
    {
        _text.Insert(0, "0123456789");
        using var manager = new UndoManager(_text, new UndoManagerOptions { CaptureTimeout = TimeSpan.Zero, MaxStackItems = 2 });
        for (var i = 0; i < 5; i++)
        {
            _text.Delete(0, 2);
        }

        Assert.Equal(2, manager.UndoStack.Count);
        Assert.Equal(4, _doc.Store.Text.Live);
        while (manager.Undo() is not null)
        {
        }

        Assert.Equal("6789", _text.ToString());
    }

    [Fact]
    public void Clearing_in_a_transaction_keeps_what_the_transaction_deletes()
    {
        var map = _doc.GetMap("map");
        map.Set("file", new YText("abc"));
        using var manager = new UndoManager(map, Options());
        map.GetText("file")!.Delete(0, 1);
        manager.StopCapturing();
        _doc.Transact(() =>
        {
            map.Remove("file");
            manager.Clear();
        });

        manager.Undo();

        Assert.Equal("bc", map.GetText("file")!.ToString());
    }

    [Fact]
    public void Types_nested_deep_are_restored_and_forgotten_in_time()
    {
        var outer = new YArray();
        _doc.GetArray("array").Add(outer);
        for (var i = 0; i < 20_000; i++)
        {
            var inner = new YArray();
            outer.Add(inner);
            outer = inner;
        }

        using var manager = new UndoManager(_doc.GetArray("array"), Options());
        outer.Add("deep");
        manager.StopCapturing();
        _doc.GetArray("array").Delete(0, 1);
        manager.Undo();
        Assert.Equal(1, _doc.GetArray("array").Length);
        manager.Redo();
        manager.Undo();
        _doc.Transact(() => _doc.GetArray("array").Delete(0, 1), "untracked");
        Assert.Null(manager.Undo());
        manager.Clear();
        InvariantChecks.Check(_doc);
    }

    private UndoManager Manager() => new(_text, Options());

    private UndoManagerOptions Options() => new() { TimeProvider = _time };
}
