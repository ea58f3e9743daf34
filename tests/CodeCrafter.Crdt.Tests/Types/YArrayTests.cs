namespace CodeCrafter.Crdt.Tests.Types;

public sealed class YArrayTests
{
    private readonly Doc _doc = new(1);

    [Fact]
    public void Edits_do_what_they_do_to_a_list() => Seeds.Run(30, seed =>
    {
        var random = new Random(seed);
        var doc = new Doc(1);
        var array = doc.GetArray("array");
        var model = new List<object?>();
        for (var i = 0; i < 300; i++)
        {
            var index = random.Next(model.Count + 1);
            if (random.Next(3) == 0)
            {
                var length = Math.Min(random.Next(4), model.Count - index);
                array.Delete(index, length);
                model.RemoveRange(index, length);
            }
            else
            {
                object?[] values = [.. Enumerable.Range(0, random.Next(4)).Select(object? (n) => n % 2 == 0 ? (double)random.Next(9) : "s")];
                array.Insert(index, values);
                model.InsertRange(index, values);
            }
        }

        Assert.Equal(model, array.ToList());
        Assert.Equal(model.Count, array.Length);
        Assert.Equal(model, Enumerable.Range(0, array.Length).Select(array.Get));
        InvariantChecks.Check(doc);
    });

    [Fact]
    public void Values_that_are_added_one_by_one_are_one_item()
    {
        for (var i = 0; i < 100; i++)
        {
            _doc.GetArray("array").Add(i);
        }

        Assert.Equal(1, _doc.Store.Find(1)!.CountFrom(default));
        Assert.Equal(57.0, _doc.GetArray("array").Get(57));
    }

    [Fact]
    public void Types_and_bytes_and_plain_values_mix()
    {
        var text = new YText("t");
        _doc.GetArray("array").Insert(0, 1, 2, text, new byte[] { 9 }, null, new YMap());

        Assert.Equal(6, _doc.GetArray("array").Length);
        Assert.Same(text, _doc.GetArray("array").Get(2));
        Assert.Null(_doc.GetArray("array").Get(4));
        Assert.IsType<YMap>(_doc.GetArray("array").Get(5));
    }

    [Fact]
    public void Cannot_go_beyond_the_end()
    {
        var array = _doc.GetArray("array");
        array.Add(1);

        Assert.Throws<ArgumentOutOfRangeException>(() => array.Get(1));
        Assert.Throws<ArgumentOutOfRangeException>(() => array.Get(-1));
        Assert.Throws<ArgumentOutOfRangeException>(() => array.Insert(2, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => array.Delete(0, 2));
    }

    [Fact]
    public void A_value_that_cannot_be_changes_nothing()
    {
        Assert.Throws<ArgumentException>(() => _doc.GetArray("array").Insert(0, 1, new object()));
        Assert.Equal(0, _doc.GetArray("array").Length);
    }

    [Fact]
    public void A_value_is_got_if_it_is_there_and_of_the_type()
    {
        var array = new Doc(1).GetArray("array");
        array.Add("text", 1);

        Assert.True(array.TryGet<string>(0, out var text));
        Assert.Equal("text", text);
        Assert.True(array.TryGet<double>(1, out var number));
        Assert.Equal(1, number);
        Assert.False(array.TryGet<string>(1, out _));
        Assert.False(array.TryGet<string>(2, out _));
        Assert.False(array.TryGet<string>(-1, out _));
    }
}
