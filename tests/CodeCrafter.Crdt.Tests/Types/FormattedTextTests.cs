namespace CodeCrafter.Crdt.Tests.Types;

public sealed class FormattedTextTests
{
    private static readonly Dictionary<string, object?> s_bold = new() { ["bold"] = true };
    private readonly Doc _doc = new(1);

    private YText Text => _doc.GetText("text");

    [Fact]
    public void A_stretch_is_given_attributes_and_loses_them()
    {
        Text.Insert(0, "one two three");
        Text.Format(4, 3, s_bold);
        Assert.Equal("""[{"insert":"one "},{"attributes":{"bold":true},"insert":"two"},{"insert":" three"}]""", Deltas.Of(Text));

        Text.Format(0, 13, new Dictionary<string, object?> { ["bold"] = null });
        Assert.Equal("""[{"insert":"one two three"}]""", Deltas.Of(Text));
        Assert.Equal("one two three", Text.ToString());
    }

    [Fact]
    public void Text_takes_the_attributes_of_what_is_before_it_unless_it_is_given_others()
    {
        Text.Insert(0, "ab", s_bold);
        Text.Insert(2, "c");
        Text.Insert(3, "d", []);

        Assert.Equal("""[{"attributes":{"bold":true},"insert":"abc"},{"insert":"d"}]""", Deltas.Of(Text));
    }

    [Fact]
    public void An_embedded_object_counts_as_one_and_is_no_text()
    {
        Text.Insert(0, "ab");
        Text.InsertEmbed(1, new Dictionary<string, object?> { ["image"] = "a.png" }, s_bold);

        Assert.Equal(3, Text.Length);
        Assert.Equal("ab", Text.ToString());
        Assert.Equal("""[{"insert":"a"},{"attributes":{"bold":true},"insert":{"image":"a.png"}},{"insert":"b"}]""", Deltas.Of(Text));
        Text.Delete(1, 1);
        Assert.Equal("""[{"insert":"ab"}]""", Deltas.Of(Text));
    }

    [Fact]
    public void A_shared_type_can_be_embedded()
    {
        var inner = new YMap();
        inner.Set("key", 1);
        Text.InsertEmbed(0, inner);

        Assert.Same(inner, Assert.Single(Text.ToDelta()).Value);
        Assert.Same(Text, inner.Parent);
        Assert.Throws<InvalidOperationException>(() => Text.InsertEmbed(0, inner));
        Assert.Equal(1, Text.Length);
    }

    [Fact]
    public void A_delta_is_applied_as_one_transaction()
    {
        Text.Insert(0, "one two three");
        var updates = 0;
        _doc.UpdateEmitted += (_, _) => updates++;

        Text.ApplyDelta(
        [
            DeltaOperation.Retain(4, s_bold),
            DeltaOperation.Delete(4),
            DeltaOperation.Insert("2 ", s_bold),
            DeltaOperation.InsertEmbed(new Dictionary<string, object?> { ["x"] = 1 }),
        ]);

        Assert.Equal(1, updates);
        Assert.Equal("""[{"attributes":{"bold":true},"insert":"one "},{"attributes":{"bold":true},"insert":"2 "},{"insert":{"x":1}},{"insert":"three"}]""", Deltas.Of(Text));
        var copy = new YText();
        _doc.GetMap("map").Set("copy", copy);
        copy.ApplyDelta(Text.ToDelta());
        Assert.Equal(Deltas.Of(Text), Deltas.Of(copy));
    }

    [Fact]
    public void What_was_done_to_a_detached_text_is_done_when_it_is_attached()
    {
        var text = new YText("a😀b");
        text.Insert(2, "cut");
        text.Format(0, 1, s_bold);
        text.InsertEmbed(1, new Dictionary<string, object?>());
        text.Insert(text.Length, "!");
        text.Insert(0, "i", new Dictionary<string, object?> { ["italic"] = 1 });
        text.Delete(3, 1);
        Assert.Equal(9, text.Length);
        Assert.Equal("iacut\uFFFDb!", text.ToString());
        Assert.Throws<InvalidOperationException>(() => text.ToDelta());

        _doc.GetMap("map").Set("key", text);

        Assert.Equal(
            """[{"attributes":{"italic":1},"insert":"i"},{"attributes":{"bold":true},"insert":"a"},{"insert":{}},{"insert":"cut""" + "\uFFFDb!\"}]",
            Deltas.Of(text));
    }

    [Fact]
    public void What_cannot_be_changes_nothing()
    {
        Text.Insert(0, "abc");
        var before = _doc.EncodeStateAsUpdate();

        Assert.Throws<ArgumentOutOfRangeException>(() => Text.Format(2, 2, s_bold));
        Assert.Throws<ArgumentOutOfRangeException>(() => Text.InsertEmbed(4, "x"));
        Assert.Throws<ArgumentException>(() => Text.Format(0, 1, new Dictionary<string, object?> { ["a"] = new byte[1] }));
        Assert.Throws<ArgumentException>(() => Text.InsertEmbed(0, long.MaxValue));
        Assert.Throws<ArgumentException>(() => Text.ApplyDelta(
            [DeltaOperation.Delete(1), DeltaOperation.InsertEmbed(new object())]));
        Assert.Equal(before, _doc.EncodeStateAsUpdate());
    }

    [Fact]
    public void An_attribute_that_cuts_a_surrogate_pair_leaves_valid_text()
    {
        Text.Insert(0, "a😀b");
        Text.Format(0, 2, s_bold);
        var other = new Doc(2);
        other.ApplyUpdate(_doc.EncodeStateAsUpdate());

        Assert.Equal("a\uFFFD\uFFFDb", Text.ToString());
        Assert.Equal(Deltas.Of(Text), Deltas.Of(other.GetText("text")));
    }

    [Fact]
    public void Typing_on_in_formatted_text_makes_one_item()
    {
        Text.Insert(0, "ab");
        Text.Format(0, 1, s_bold);
        var before = _doc.Store.Find(1)!.CountFrom(default);
        for (var i = 0; i < 100; i++)
        {
            Text.Append("x");
        }

        Assert.Equal(before + 1, _doc.Store.Find(1)!.CountFrom(default));
        Assert.Equal(102, Text.Length);
    }

    [Fact]
    public void Formatting_that_changes_nothing_leaves_the_state_as_it_was()
    {
        Text.Insert(0, "hello world", s_bold);
        var before = _doc.EncodeStateAsUpdate();

        Text.Format(2, 3, s_bold);

        Assert.Equal(before, _doc.EncodeStateAsUpdate());
    }
}
