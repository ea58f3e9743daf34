using CodeCrafter.Crdt.Wire;

namespace CodeCrafter.Crdt.Tests.Structs;

/// <summary>An update may begin before what a document lacks, in the middle of an item: the rest alone is taken.</summary>
public sealed class PartlyKnownTests
{
    private readonly Doc _doc = new(1);

    [Theory]
    [InlineData("abc", "abcdef", "abcdef")]
    [InlineData("ß中", "ß中文x", "ß中文x")]
    [InlineData("a😀", "a😀b", "a😀b")]
    // Half of a pair that is left over becomes U+FFFD, as in Yjs.
    [InlineData("ax", "a😀", "ax\uFFFD")]
    [InlineData("ax", "a😀b😀c", "ax\uFFFDb😀c")]
    public void Of_text_the_rest_is_taken(string known, string whole, string expected)
    {
        _doc.ApplyUpdate(Item(4, writer => writer.WriteString(known)));
        _doc.ApplyUpdate(Item(4, writer => writer.WriteString(whole)));

        Assert.Equal(expected, _doc.GetText("t").ToString());
        AssertIsPassedOn(copy => Assert.Equal(expected, copy.GetText("t").ToString()));
    }

    [Fact]
    public void Of_values_the_rest_is_taken()
    {
        object?[] values = [1.0, "two", null, true];
        _doc.ApplyUpdate(Item(8, writer => WriteValues(writer, values[..1])));
        _doc.ApplyUpdate(Item(8, writer => WriteValues(writer, values)));

        Assert.Equal(values, _doc.GetArray("t").ToList());
        AssertIsPassedOn(copy => Assert.Equal(values, copy.GetArray("t").ToList()));
    }

    [Fact]
    public void Of_JSON_the_rest_is_taken()
    {
        string[] json = ["1", "undefined", "{\"a\":[true]}", "\"four\""];
        _doc.ApplyUpdate(Item(2, writer => WriteJson(writer, json[..1])));
        _doc.ApplyUpdate(Item(2, writer => WriteJson(writer, json)));

        AssertIsPassedOn(Check);
        Check(_doc);

        static void Check(Doc doc)
        {
            var array = doc.GetArray("t");
            Assert.Equal([1.0, null], array.ToList()[..2]);
            Assert.Equal(new Dictionary<string, object?> { ["a"] = new List<object?> { true } }, array.Get(2));
            Assert.Equal("four", array.Get(3));
            Assert.Equal(4, array.Length);
        }
    }

    [Fact]
    public void Of_what_was_deleted_the_rest_is_taken()
    {
        _doc.ApplyUpdate(Item(1, writer => writer.WriteVarUint(3)));
        _doc.ApplyUpdate(Item(1, writer => writer.WriteVarUint(5)));

        Assert.Equal([1, 7, 5], _doc.EncodeStateVector());
        Assert.Equal([1, 7, 1, 0, 5], _doc.EncodeStateAsUpdate()[^5..]);
    }

    private void AssertIsPassedOn(Action<Doc> check)
    {
        InvariantChecks.Check(_doc);
        var copy = new Doc(2);
        copy.ApplyUpdate(_doc.EncodeStateAsUpdate());
        check(copy);
    }

    /// <summary>An update of one item, of client 7 from clock 0, in the root "t".</summary>
    private static byte[] Item(byte kind, Action<WireWriter> writeContent)
    {
        var writer = new WireWriter();
        writer.WriteBytes([1, 1, 7, 0, kind, 1, 1, (byte)'t']);
        writeContent(writer);
        writer.WriteByte(0);
        return writer.ToArray();
    }

    private static void WriteValues(WireWriter writer, object?[] values)
    {
        writer.WriteVarUint((ulong)values.Length);
        Array.ForEach(values, value => AnyValue.Write(writer, value));
    }

    private static void WriteJson(WireWriter writer, string[] json)
    {
        writer.WriteVarUint((ulong)json.Length);
        Array.ForEach(json, text => writer.WriteString(text));
    }
}
