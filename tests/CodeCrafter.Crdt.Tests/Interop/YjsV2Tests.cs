using CodeCrafter.Crdt.Tests.Fixtures;
using CodeCrafter.Crdt.Wire;

namespace CodeCrafter.Crdt.Tests.Interop;

/// <summary>V2 updates: read from Yjs, and written as Yjs writes them.</summary>
public sealed class YjsV2Tests(YjsPeer yjs) : IClassFixture<YjsPeer>
{
    [Theory]
    [MemberData(nameof(Fixture.Cases), MemberType = typeof(Fixture))]
    public void States_of_all_kinds_go_both_ways(Fixture fixture)
    {
        var v2 = Update.ConvertV1ToV2(fixture.Update);
        Assert.Equal(Hex(fixture.Update), Hex(Update.ConvertV2ToV1(v2)));

        // Yjs forgets a flag that says nothing, so the first bytes that can be equal are those of its second step.
        var theirs = yjs.Call("convertUpdateFormatV1ToV2", fixture.Update);
        var v1 = yjs.Call("convertUpdateFormatV2ToV1", v2);
        Assert.Equal(Hex(theirs), Hex(Update.ConvertV1ToV2(v1)));
        Assert.Equal(Hex(v1), Hex(Update.ConvertV2ToV1(theirs)));
    }

    [Fact]
    public void Documents_are_written_and_read_as_in_Yjs() => Seeds.Run(Seeds.Times(60), seed =>
    {
        var random = new Random(seed);
        yjs.Create(0, 500, gc: random.Next(2) == 0);
        yjs.Create(1, 9_000_000_000_000_000);
        yjs.Edit(0, random.Next(), 25);
        yjs.Edit(1, random.Next(), 10);
        yjs.Apply(0, yjs.State(1).Update);
        yjs.Edit(0, random.Next(), 10);
        var expected = yjs.StateV2(0);

        Assert.Equal(Hex(expected), Hex(Update.ConvertV1ToV2(yjs.State(0).Update)));
        Assert.Equal(Hex(yjs.State(0).Update), Hex(Update.ConvertV2ToV1(expected)));
        var ours = new Doc(400);
        ours.ApplyUpdateV2(expected, "network");
        Assert.Equal(Content.Normalize(yjs.State(0).Content), Content.Of(ours));
        RandomEdits.Make(ours, random, 10);
        yjs.ApplyV2(0, ours.EncodeStateAsUpdateV2(yjs.State(0).Vector));
        Assert.Equal(Content.Normalize(yjs.State(0).Content), Content.Of(ours));
        Assert.Equal(yjs.State(0).Vector, ours.EncodeStateVector());
    });

    [Fact]
    public void What_is_made_of_updates_without_a_document_is_as_in_Yjs() => Seeds.Run(Seeds.Times(40), seed =>
    {
        var random = new Random(seed);
        yjs.Create(0, 500, gc: false);
        yjs.Create(1, 7, gc: false);
        var updates = new List<byte[]>();
        for (var round = 0; round < 3; round++)
        {
            updates.AddRange(yjs.Edit(0, random.Next(), random.Next(8)));
            yjs.Apply(1, yjs.State(0).Update);
            updates.AddRange(yjs.Edit(1, random.Next(), random.Next(8)));
            updates.Add(yjs.State(random.Next(2)).Update);
        }

        byte[][] some = [.. updates.Where(_ => random.Next(3) > 0).Select(update => yjs.Call("convertUpdateFormatV1ToV2", update))];
        random.Shuffle(some);
        some = [.. some, some.Length > 0 ? some[0] : yjs.StateV2(0)];

        var merged = Update.MergeUpdatesV2(some);
        Assert.Equal(Hex(yjs.CallWithList("mergeUpdatesV2", some)), Hex(merged));
        Assert.Equal(Hex(yjs.Call("encodeStateVectorFromUpdateV2", merged)), Hex(Update.EncodeStateVectorFromUpdateV2(merged)));
        var state = Update.EncodeStateVector(Update.DecodeStateVector(yjs.State(0).Vector)
            .ToDictionary(entry => entry.Key, entry => random.NextInt64(entry.Value + 2)));
        Assert.Equal(Hex(yjs.Call("diffUpdateV2", merged, state)), Hex(Update.DiffUpdateV2(merged, state)));
    });

    [Fact]
    public void Numbers_of_all_kinds_become_JSON_as_in_JavaScript() => Seeds.Run(Seeds.Times(20), seed =>
    {
        var random = new Random(seed);
        double[] some =
        [
            0, -0.0, 1e21, 1e20, 1.2345678901234568e20, 1e-6, 1e-7, 1.5e-7, 5e-324, 1.7976931348623157e308, double.NaN,
            double.PositiveInfinity, 0.1, -1.5, 100, 9007199254740991, 4294967296, 1e300, 0.000123,
            .. Enumerable.Range(0, 50).Select(_ => BitConverter.Int64BitsToDouble(random.NextInt64(long.MinValue, long.MaxValue))),
            .. Enumerable.Range(0, 50).Select(_ => Math.Round(random.NextDouble() * 1000, random.Next(10)) * Math.Pow(10, random.Next(-30, 30))),
        ];
        var value = new Dictionary<string, object?>
        {
            ["z"] = some, ["10"] = "\u0000\u001f\"\\/\b\f\n\r\t ß😀\u2028\u007f", ["9"] = null, ["01"] = true, ["4294967295"] = false,
            ["bytes"] = new byte[] { 1, 255 }, ["list"] = new List<object?> { new List<object?>(), new Dictionary<string, object?>() },
        };
        var update = Embed(value);

        Assert.Equal(Hex(yjs.Call("convertUpdateFormatV2ToV1", update)), Hex(Update.ConvertV2ToV1(update)));
        var v1 = Update.ConvertV2ToV1(update);
        Assert.Equal(Hex(yjs.Call("convertUpdateFormatV1ToV2", v1)), Hex(Update.ConvertV1ToV2(v1)));
    });

    [Fact]
    public void A_pair_that_is_cut_between_two_strings_becomes_two_replacement_characters()
    {
        // Two items of one code unit each: in the column of strings stands the whole pair.
        byte[] update =
        [
            0, 0, 2, 0x47, 0, 1, 0, 0, 3, 4, 0, 0x84, 8, 5, (byte)'t', 0xF0, 0x9F, 0x98, 0x80, 0x41, 1, 1, 1, 0, 0, 1, 2, 0, 0,
        ];

        Assert.Equal(Hex(yjs.Call("convertUpdateFormatV2ToV1", update)), Hex(Update.ConvertV2ToV1(update)));
        var doc = new Doc();
        doc.ApplyUpdateV2(update);
        Assert.Equal("\uFFFD\uFFFD", doc.GetText("t").ToString());
    }

    // Yjs writes every key anew, and reads what others would write.
    [Fact]
    public void Keys_are_read_again_by_their_numbers()
    {
        // Five XML elements in the root "t", each behind the one before: p p q p q.
        byte[] update =
        [
            .. MalformedBytesTests.Columns(
                keys: [1, 0, 2, 0x42, 2], clients: [0x47, 3], lefts: [0, 3, 1], infos: [7, 0, 0x87],
                strings: [3, (byte)'t', (byte)'p', (byte)'q', 0x41, 1], parents: [1], types: [0x43, 3]),
            1, 5, 0, 0,
        ];

        Assert.Equal(Hex(yjs.Call("convertUpdateFormatV2ToV1", update)), Hex(Update.ConvertV2ToV1(update)));
        var doc = new Doc(1);
        doc.ApplyUpdateV2(update);
        Assert.Equal("<p></p><p></p><q></q><p></p><q></q>", doc.GetXmlFragment("t").ToString());
    }

    [Fact]
    public void JSON_of_old_arrays_goes_both_ways()
    {
        byte[] v1 = [1, 1, 7, 0, 2, 1, 1, (byte)'t', 3, 1, (byte)'1', 9, .. "undefined"u8, 7, .. "{\"a\":1}"u8, 0];

        var v2 = Update.ConvertV1ToV2(v1);

        Assert.Equal(Hex(yjs.Call("convertUpdateFormatV1ToV2", v1)), Hex(v2));
        Assert.Equal(Hex(v1), Hex(Update.ConvertV2ToV1(v2)));
    }

    [Fact]
    public void A_single_update_stays_as_it_was_written()
    {
        // As a float of 32 bits, which nobody writes for a number that is whole.
        var update = Embed(5.0);
        var longer = Embed([124, 0x40, 0xA0, 0, 0]);

        Assert.Equal([125, 5, 0], update[^3..]);
        Assert.Equal(Hex(longer), Hex(Update.MergeUpdatesV2(longer)));
        Assert.Equal(Hex(update), Hex(Update.MergeUpdatesV2(longer, longer)));
    }

    [Fact]
    public void What_is_no_JSON_is_refused()
    {
        Assert.Throws<MalformedUpdateException>(() => Update.ConvertV2ToV1(Embed(long.MaxValue)));
        Assert.Throws<MalformedUpdateException>(() => Update.ConvertV2ToV1(Embed(new List<object?> { 1, long.MaxValue })));
    }

    [Theory]
    [InlineData("7503" + "7F" + "7D01" + "7F")] // in a list it is null
    [InlineData("7602" + "0161" + "7F" + "0162" + "7D01")] // as the value of a key it is nothing
    public void What_is_undefined_is_told_in_JSON_as_in_JavaScript(string value)
    {
        var update = Embed(Convert.FromHexString(value).AsSpan());

        Assert.Equal(Hex(yjs.Call("convertUpdateFormatV2ToV1", update)), Hex(Update.ConvertV2ToV1(update)));
    }

    private static byte[] Embed(object? value)
    {
        var writer = new WireWriter();
        AnyValue.Write(writer, value);
        return Embed(writer.Written);
    }

    /// <summary>A V2 update of one embedded object in the root "text".</summary>
    private static byte[] Embed(ReadOnlySpan<byte> value) =>
        [0, 0, 1, 7, 0, 0, 1, 5, 6, 4, .. "text"u8, 4, 1, 1, 0, 0, 1, 1, 0, .. value, 0];

    private static string Hex(byte[] bytes) => Convert.ToHexString(bytes);
}
