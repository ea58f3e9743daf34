namespace CodeCrafter.Crdt.Tests;

public sealed class RelativePositionTests
{
    private readonly Doc _doc = new((1UL << 53) - 1);

    [Fact]
    public void A_map_has_no_places() => Assert.Throws<ArgumentException>(() => RelativePosition.FromIndex(_doc.GetMap("map"), 0));

    [Fact]
    public void A_position_moves_with_the_text()
    {
        var text = _doc.GetText("text");
        text.Insert(0, "abcdef");
        var right = RelativePosition.FromIndex(text, 3);
        var left = RelativePosition.FromIndex(text, 3, -1);
        var end = RelativePosition.FromIndex(text, 6);
        var start = RelativePosition.FromIndex(text, 0, -1);

        text.Insert(3, "XY");
        text.Insert(0, "__");
        text.Append("!");

        Assert.Equal(new AbsolutePosition(text, 7, 0), right.Resolve(_doc));
        Assert.Equal(5, left.Resolve(_doc)?.Index);
        Assert.Equal(11, end.Resolve(_doc)?.Index);
        Assert.Equal(0, start.Resolve(_doc)?.Index);
        text.Delete(0, text.Length);
        Assert.Equal(0, right.Resolve(_doc)?.Index);
    }

    [Fact]
    public void A_position_in_a_nested_list_is_kept_as_bytes_and_as_JSON()
    {
        var list = new YArray();
        list.Add(1, 2, 3);
        _doc.GetMap("map").Set("list", list);
        foreach (var index in new[] { 0, 1, 3 })
        {
            var position = RelativePosition.FromIndex(list, index);
            Assert.Equal(new AbsolutePosition(list, index, 0), RelativePosition.Decode(position.Encode()).Resolve(_doc));
            Assert.Equal(position, RelativePosition.FromJson(position.ToJson()));
        }

        var end = RelativePosition.FromIndex(list, 3);
        Assert.Equal("""{"type":{"client":9007199254740991,"clock":0},"assoc":0}""", end.ToJson());
        _doc.GetMap("map").Remove("list");
        Assert.Null(end.Resolve(_doc));
    }

    [Fact]
    public void Positions_are_equal_if_they_are_tied_to_the_same()
    {
        var text = _doc.GetText("text");
        text.Insert(0, "abc");
        var list = new YArray();
        list.Add(1, 2);
        _doc.GetMap("map").Set("list", list);
        var positions = new[]
        {
            RelativePosition.FromIndex(text, 0), RelativePosition.FromIndex(text, 1), RelativePosition.FromIndex(text, 1, -1),
            RelativePosition.FromIndex(text, 3), RelativePosition.FromIndex(text, 0, -1), RelativePosition.FromIndex(_doc.GetText(""), 0),
            RelativePosition.FromIndex(list, 0), RelativePosition.FromIndex(list, 1), RelativePosition.FromIndex(list, 2),
        };
        foreach (var position in positions)
        {
            foreach (var read in new[] { RelativePosition.Decode(position.Encode()), RelativePosition.FromJson(position.ToJson()) })
            {
                Assert.Equal(position, read);
                Assert.Equal(position.GetHashCode(), read.GetHashCode());
                Assert.Single(positions, other => other == read);
            }
        }
    }

    [Fact]
    public void What_the_document_does_not_have_leads_nowhere()
    {
        var text = _doc.GetText("text");
        text.Insert(0, "abc");
        var other = new Doc(2);

        Assert.Null(RelativePosition.FromIndex(text, 1).Resolve(other));
        Assert.Null(RelativePosition.FromIndex(text, 3).Resolve(other));
        Assert.Empty(other.RootNames);
        Assert.Throws<ArgumentOutOfRangeException>(() => RelativePosition.FromIndex(text, 4));
        Assert.Throws<InvalidOperationException>(() => RelativePosition.FromIndex(new YText(), 0));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void What_has_been_deleted_leads_to_where_it_was(bool collectsGarbage)
    {
        var doc = new Doc(new DocOptions { CollectsGarbage = collectsGarbage });
        var text = doc.GetText("text");
        text.Insert(0, "abcdef");
        var positions = Enumerable.Range(0, 6).Select(index => RelativePosition.FromIndex(text, index)).ToList();
        text.Delete(1, 3);

        Assert.Equal([0, 1, 1, 1, 1, 2], positions.Select(position => position.Resolve(doc)!.Value.Index));
    }

    [Fact]
    public void What_has_not_arrived_yet_leads_nowhere()
    {
        // There is a text in the root t. A unit and a type behind it are not.
        _doc.ApplyUpdate([1, 1, 7, 0, 7, 1, 1, (byte)'t', 2, 0]);

        Assert.Null(RelativePosition.Decode([0, 7, 1, 0]).Resolve(_doc));
        Assert.Null(RelativePosition.Decode([2, 7, 1, 0]).Resolve(_doc));
        Assert.NotNull(RelativePosition.Decode([0, 7, 0, 0]).Resolve(_doc));
        Assert.NotNull(RelativePosition.Decode([2, 7, 0, 0]).Resolve(_doc));
    }

    [Theory]
    [InlineData("""{"item":{"client":9007199254740991,"clock":9007199254740991},"assoc":2147483647}""")]
    [InlineData("""{"tname":"a","assoc":-2147483647}""")]
    public void The_largest_integers_are_kept(string json)
    {
        var position = RelativePosition.FromJson(json);

        Assert.Equal(json, position.ToJson());
        Assert.Equal(position, RelativePosition.Decode(position.Encode()));
    }

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("""{"item":5}""")]
    [InlineData("""{"item":{"client":-1,"clock":0}}""")]
    [InlineData("""{"item":{"client":9007199254740992,"clock":0}}""")]
    [InlineData("""{"tname":5}""")]
    [InlineData("""{"item":{"client":0,"clock":9007199254740992}}""")]
    [InlineData("""{"tname":"a","assoc":1e300}""")]
    [InlineData("""{"tname":"a","assoc":2147483648}""")]
    [InlineData("""{"tname":"a","assoc":0.5}""")]
    public void JSON_that_is_no_position_is_refused(string json) =>
        Assert.Throws<MalformedUpdateException>(() => RelativePosition.FromJson(json));

    [Fact]
    public void JSON_with_half_a_surrogate_pair_is_refused()
    {
        foreach (var half in new[] { "\\ud800", "\ud800", "\udc00", "a\ud800b" })
        {
            Assert.Throws<MalformedUpdateException>(() => RelativePosition.FromJson($$"""{"tname":"{{half}}"}"""));
        }
    }

    [Fact]
    public void Bytes_that_are_no_position_are_refused()
    {
        foreach (var bytes in new byte[][] { [], [3], [0, 1], [1, 5], [0, 1, 1, 0, 0], [1, 1, 0xFF] })
        {
            Assert.Throws<MalformedUpdateException>(() => RelativePosition.Decode(bytes));
        }

        // Without an association, as Yjs once wrote them.
        Assert.Equal(0, RelativePosition.Decode([0, 1, 1]).Association);
    }
}
