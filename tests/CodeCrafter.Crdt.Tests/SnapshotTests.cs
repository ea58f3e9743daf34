namespace CodeCrafter.Crdt.Tests;

public sealed class SnapshotTests
{
    private readonly Doc _doc = new(new DocOptions { ClientId = 1, CollectsGarbage = false });

    [Fact]
    public void A_past_state_is_restored_and_the_document_stays_as_it_is()
    {
        var text = _doc.GetText("text");
        text.Insert(0, "a😀c");
        _doc.GetMap("map").Set("key", new YText("nested"));
        var snapshot = _doc.Snapshot();
        text.Append("def");
        text.Delete(0, 3);
        _doc.GetMap("map").Remove("key");
        var before = _doc.EncodeStateAsUpdate();

        var restored = Doc.CreateFromSnapshot(_doc, snapshot);

        Assert.Equal("a😀c", restored.GetText("text").ToString());
        Assert.Equal("nested", restored.GetMap("map").GetText("key")!.ToString());
        Assert.Equal("a😀c", text.ToString(snapshot));
        Assert.Equal("", text.ToString(Snapshot.Empty));
        Assert.Equal("cdef", text.ToString());
        Assert.Equal(before, _doc.EncodeStateAsUpdate());
        Assert.Equal(snapshot, restored.Snapshot());
        Assert.NotEqual(snapshot, _doc.Snapshot());
        InvariantChecks.Check(_doc);
    }

    [Fact]
    public void A_snapshot_that_cuts_a_surrogate_pair_harms_nothing()
    {
        _doc.GetText("text").Insert(0, "a😀c");

        // No document makes one: nothing deleted, and two units of client 1.
        var restored = Doc.CreateFromSnapshot(_doc, Snapshot.Decode([0, 1, 1, 2]));

        Assert.Equal("a\uFFFD", restored.GetText("text").ToString());
        Assert.Equal("a😀c", _doc.GetText("text").ToString());
    }

    [Fact]
    public void What_a_snapshot_contains_is_known()
    {
        _doc.GetText("text").Insert(0, "abc");
        var update = _doc.EncodeStateAsUpdate();
        var snapshot = _doc.Snapshot();
        Assert.True(snapshot.Contains(update));
        Assert.False(Snapshot.Empty.Contains(update));

        _doc.GetText("text").Delete(1, 1);
        Assert.False(snapshot.Contains(_doc.EncodeStateAsUpdate()));
        Assert.True(_doc.Snapshot().Contains(_doc.EncodeStateAsUpdate()));
        Assert.Throws<MalformedUpdateException>(() => snapshot.Contains([1]));
        // A client that comes twice.
        Assert.Throws<MalformedUpdateException>(() => snapshot.Contains([2, 1, 7, 0, 0, 1, 1, 7, 1, 0, 1, 0]));
    }

    [Theory]
    [InlineData("00" + "010105", "00" + "010106")] // a later clock
    [InlineData("00" + "010105", "00" + "010205")] // another client
    [InlineData("00" + "010105", "00" + "0202010105")] // one more client
    [InlineData("0101010001" + "010105", "00" + "010105")] // nothing deleted
    [InlineData("0101010001" + "010105", "0101010002" + "010105")] // more deleted
    [InlineData("0101010001" + "010105", "0101010101" + "010105")] // something later deleted
    [InlineData("0101010001" + "010105", "01010200010301" + "010105")] // two stretches deleted
    [InlineData("0101010001" + "010105", "0102010001" + "010105")] // deleted of another client
    public void Snapshots_that_show_something_else_are_not_equal(string hex, string otherHex)
    {
        var snapshot = Snapshot.Decode(Convert.FromHexString(hex));
        var other = Snapshot.Decode(Convert.FromHexString(otherHex));

        Assert.False(snapshot.Equals(other));
        Assert.False(other.Equals(snapshot));
        Assert.True(other.Equals(Snapshot.Decode(Convert.FromHexString(otherHex))));
    }

    [Fact]
    public void Ranges_are_read_in_any_order()
    {
        var snapshot = Snapshot.Decode([1, 1, 2, 4, 1, 0, 1, 1, 1, 5]);

        Assert.Equal(Snapshot.Decode([1, 1, 2, 0, 1, 4, 1, 1, 1, 5]), snapshot);
        Assert.Equal([1, 1, 2, 0, 1, 4, 1, 1, 1, 5], snapshot.Encode());
        Assert.Equal(Snapshot.Decode([1, 1, 2, 0, 1, 4, 1, 1, 1, 5]).GetHashCode(), snapshot.GetHashCode());
        Assert.False(snapshot.Equals(null));
        Assert.False(snapshot.Equals((object)"snapshot"));
    }

    [Fact]
    public void A_clock_is_at_most_2_to_the_53rd_less_one()
    {
        byte[] most = [0xFE, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x0F];

        Assert.Equal([1, 1, 1, .. most, 1, 0], Snapshot.Decode([1, 1, 1, .. most, 1, 0]).Encode());
        Assert.Throws<MalformedUpdateException>(() => Snapshot.Decode([1, 1, 1, .. most, 2, 0]));
    }

    [Fact]
    public void A_document_from_a_snapshot_is_as_the_options_say()
    {
        var doc = Doc.CreateFromSnapshot(_doc, _doc.Snapshot(), new DocOptions { ClientId = 77 });

        Assert.Equal(77UL, doc.ClientId);
    }

    [Fact]
    public void What_cannot_be_restored_is_said()
    {
        var other = new Doc(2);
        other.GetText("text").Insert(0, "x");

        Assert.Throws<InvalidOperationException>(() => Doc.CreateFromSnapshot(new Doc(1), Snapshot.Empty));
        Assert.Throws<ArgumentException>(() => Doc.CreateFromSnapshot(_doc, other.Snapshot()));
        Assert.Throws<MalformedUpdateException>(() => Snapshot.Decode([]));
        Assert.Throws<MalformedUpdateException>(() => Snapshot.Decode([0]));
        Assert.Throws<MalformedUpdateException>(() => Snapshot.Decode([0, 0, 0]));
        Assert.Throws<MalformedUpdateException>(() => Snapshot.Decode([1, 1, 1, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x0F, 1, 0]));
        Assert.Equal(Snapshot.Empty, Snapshot.Decode([0, 0]));
    }

    [Fact]
    public void Text_that_has_been_collected_is_not_told_without_it()
    {
        var doc = new Doc(1);
        var text = doc.GetText("text");
        text.Insert(0, "abc");
        var first = doc.Snapshot();
        text.Append("def");
        var second = doc.Snapshot();
        text.Delete(3, 1);
        var third = doc.Snapshot();

        Assert.Equal("abc", text.ToString(first));
        Assert.Equal("abcef", text.ToString(third));
        Assert.Contains("CollectsGarbage", Assert.Throws<InvalidOperationException>(() => text.ToString(second)).Message);
        Assert.Throws<InvalidOperationException>(() => text.ToDelta(third, second));
        Assert.Equal("abcef", string.Concat(text.ToDelta(third, first).Select(step => step.Value)));
        Assert.Equal("", text.ToString(Snapshot.Empty));
    }

    [Fact]
    public void A_nested_text_that_has_been_collected_is_not_told_as_empty()
    {
        var doc = new Doc(1);
        var nested = new YText("nested");
        doc.GetMap("map").Set("key", nested);
        var snapshot = doc.Snapshot();
        doc.GetMap("map").Remove("key");

        Assert.Throws<InvalidOperationException>(() => nested.ToString(snapshot));
        Assert.Equal("", nested.ToString(Snapshot.Empty));
        Assert.Equal("", nested.ToString(doc.Snapshot()));
    }

    [Fact]
    public void What_another_document_has_collected_is_missed_and_not_restored_without()
    {
        var collecting = new Doc(2);
        collecting.GetText("text").Insert(0, "abc");
        var snapshot = collecting.Snapshot();
        collecting.GetText("text").Delete(1, 1);
        var later = collecting.Snapshot();
        _doc.ApplyUpdate(collecting.EncodeStateAsUpdate());

        Assert.Throws<InvalidOperationException>(() => Doc.CreateFromSnapshot(_doc, snapshot));
        Assert.Throws<InvalidOperationException>(() => _doc.GetText("text").ToString(snapshot));
        Assert.Equal("ac", Doc.CreateFromSnapshot(_doc, later).GetText("text").ToString());
    }

    [Fact]
    public void What_had_been_collected_before_is_not_missed()
    {
        var collecting = new Doc(2);
        collecting.GetMap("map").Set("key", new YText("nested"));
        collecting.GetMap("map").Set("other", 1);
        collecting.GetMap("map").Remove("key");
        _doc.ApplyUpdate(collecting.EncodeStateAsUpdate());

        var restored = Doc.CreateFromSnapshot(_doc, collecting.Snapshot());

        Assert.Equal(["other"], restored.GetMap("map").Keys);
        Assert.Equal(collecting.EncodeStateVector(), restored.EncodeStateVector());
    }

    [Fact]
    public void What_was_typed_on_since_is_not_shown()
    {
        var text = _doc.GetText("text");
        text.Insert(0, "abc");
        var snapshot = _doc.Snapshot();
        text.Append("def");

        Assert.Equal("abc", text.ToString(snapshot));
        Assert.Equal(["abc", "def"], text.ToDelta(_doc.Snapshot(), snapshot).Select(step => step.Value));
    }

    [Fact]
    public void V2_counts_from_range_to_range_and_is_read_strictly()
    {
        _doc.GetText("text").Insert(0, "0123456789");
        _doc.GetText("text").Delete(7, 2);
        _doc.GetText("text").Delete(2, 3);

        var bytes = _doc.Snapshot().EncodeV2();

        // Client 1: two ranges, 3 units from 2 on, and 2 behind 2 more; lengths are told less one. Then the state.
        Assert.Equal([1, 1, 2, 2, 2, 2, 1, 1, 1, 10], bytes);
        Assert.Equal(_doc.Snapshot(), Snapshot.DecodeV2(bytes));
        for (var length = 0; length < bytes.Length; length++)
        {
            Assert.Throws<MalformedUpdateException>(() => Snapshot.DecodeV2(bytes.AsSpan(0, length)));
        }

        byte[] large = [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x0F];
        Assert.Throws<MalformedUpdateException>(() => Snapshot.DecodeV2([.. bytes, 0]));
        Assert.Throws<MalformedUpdateException>(() => Snapshot.DecodeV2([1, 1, 1, .. large, 0, 0]));
        Assert.Throws<MalformedUpdateException>(() => Snapshot.DecodeV2([1, 1, 2, 5, 0, .. large, 0, 0]));
    }

    [Fact]
    public void Without_collection_deleted_content_is_kept_and_passed_on()
    {
        _doc.GetText("text").Insert(0, "deleted");
        var size = _doc.EncodeStateAsUpdate().Length;
        _doc.GetText("text").Delete(0, 7);
        Assert.True(_doc.EncodeStateAsUpdate().Length > size);

        var collecting = new Doc(2);
        collecting.ApplyUpdate(_doc.EncodeStateAsUpdate());
        Assert.True(collecting.EncodeStateAsUpdate().Length < size);
        Assert.Equal("", collecting.GetText("text").ToString());
    }
}
