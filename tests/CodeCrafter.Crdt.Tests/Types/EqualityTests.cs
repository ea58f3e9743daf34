namespace CodeCrafter.Crdt.Tests.Types;

/// <summary>Steps of deltas and subdocuments are equal if they say the same.</summary>
public sealed class EqualityTests
{
    private static readonly YMap s_type = new();

    // Each twice, made anew, and different from all others.
    public static TheoryData<Func<object>[]> Different => new()
    {
        new Func<object>[]
        {
            () => DeltaOperation.Insert("a"),
            () => DeltaOperation.Insert("b"),
            () => DeltaOperation.Insert("a", Attributes("bold", true)),
            () => DeltaOperation.Insert("a", Attributes("bold", false)),
            () => DeltaOperation.Insert("a", Attributes("italic", true)),
            () => DeltaOperation.Insert("a", Attributes("bold", null)),
            () => DeltaOperation.Insert("a", new Dictionary<string, object?> { ["bold"] = true, ["italic"] = true }),
            () => DeltaOperation.Insert("a", Attributes("link", new List<object?> { 1, "x", new Dictionary<string, object?> { ["y"] = null } })),
            () => DeltaOperation.Insert("a", Attributes("link", new List<object?> { 1, "x", new Dictionary<string, object?> { ["z"] = null } })),
            () => DeltaOperation.InsertEmbed(1),
            () => DeltaOperation.InsertEmbed(new byte[] { 1, 2 }),
            () => DeltaOperation.InsertEmbed(new byte[] { 1, 3 }),
            () => DeltaOperation.InsertEmbed(new object?[] { 1, 2 }),
            () => DeltaOperation.InsertEmbed(s_type),
            () => DeltaOperation.InsertEmbed(long.MaxValue),
            () => DeltaOperation.InsertEmbed(long.MaxValue - 1),
            () => DeltaOperation.Retain(1),
            () => DeltaOperation.Retain(2),
            () => DeltaOperation.Delete(1),
        },
        new Func<object>[]
        {
            () => new YSubdocument("a"),
            () => new YSubdocument("b"),
            () => new YSubdocument("a") { AutoLoad = true },
            () => new YSubdocument("a") { CollectsGarbage = false },
            () => new YSubdocument("a") { Meta = Attributes("x", 1) },
            () => new YSubdocument("a") { Meta = Attributes("x", 2) },
        },
    };

    [Theory]
    [MemberData(nameof(Different))]
    public void They_are_equal_if_they_say_the_same(Func<object>[] values)
    {
        for (var i = 0; i < values.Length; i++)
        {
            for (var j = 0; j < values.Length; j++)
            {
                Assert.Equal(i == j, values[i]().Equals(values[j]()));
            }

            Assert.Equal(values[i]().GetHashCode(), values[i]().GetHashCode());
        }
    }

    [Fact]
    public void What_is_read_is_equal_to_what_was_written()
    {
        var doc = new Doc(1);
        var text = doc.GetText("text");
        DeltaOperation[] delta =
        [
            DeltaOperation.Insert("ab", Attributes("size", 12)),
            DeltaOperation.InsertEmbed(new Dictionary<string, object?> { ["list"] = new[] { 1, 2 } }),
            DeltaOperation.Insert("c"),
        ];
        text.ApplyDelta(delta);
        var subdocument = new YSubdocument("guid") { Meta = Attributes("title", "x") };
        doc.GetMap("map").Set("doc", subdocument);

        Assert.Equal(delta, text.ToDelta());
        Assert.True(delta[0] == text.ToDelta()[0]);
        Assert.Equal(subdocument, doc.GetMap("map").Get("doc"));
        Assert.Equal(DeltaOperation.Retain(1), DeltaOperation.Retain(1, new Dictionary<string, object?>()));
        Assert.Equal(DeltaOperation.InsertEmbed(1), DeltaOperation.InsertEmbed(1.0f));
    }

    private static Dictionary<string, object?> Attributes(string key, object? value) => new() { [key] = value };
}
