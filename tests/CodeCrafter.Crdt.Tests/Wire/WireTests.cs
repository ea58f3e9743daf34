using System.Text;
using CodeCrafter.Crdt.Wire;
using CsCheck;

namespace CodeCrafter.Crdt.Tests.Wire;

public sealed class WireTests
{
    private static readonly Gen<object?> s_leaf = Gen.OneOf<object?>(
        Gen.Const((object?)null),
        Gen.Bool.Select(value => (object?)value),
        Gen.Double.Where(value => !double.IsNaN(value)).Select(value => (object?)value),
        Gen.Int.Select(value => (object?)(double)value),
        Gen.Long.Where(value => Math.Abs((decimal)value) > WireReader.MaxInteger).Select(value => (object?)value),
        Gen.String[Gen.Char['\0', '\uD7FF'], 0, 20].Select(value => (object?)value),
        Gen.Byte.Array[0, 20].Select(value => (object?)value));

    private static readonly Gen<object?> s_value = Gen.Recursive<object?>((depth, gen) => depth == 4 ? s_leaf : Gen.OneOf(
        s_leaf,
        gen.List[0, 4].Select(list => (object?)list),
        Gen.Dictionary(Gen.String[Gen.Char.AlphaNumeric, 0, 5], gen)[0, 4].Select(map => (object?)map)));

    [Fact]
    public void NaN_has_the_bytes_of_JavaScript()
    {
        foreach (var value in new object[] { double.NaN, float.NaN, -double.NaN, BitConverter.Int64BitsToDouble(-1) })
        {
            var writer = new WireWriter();
            AnyValue.Write(writer, value);
            Assert.Equal("7B7FF8000000000000", Convert.ToHexString(writer.Written));
        }
    }

    [Fact]
    public void Unsigned_integers_are_read_as_written() => Gen.ULong[0, WireReader.MaxInteger].Sample(value =>
    {
        var writer = new WireWriter();
        writer.WriteVarUint(value);
        var reader = new WireReader(writer.Written);
        Assert.Equal(value, reader.ReadVarUint());
        reader.ExpectEnd();
    });

    // With eight bytes or more left integers are read as one word.
    [Fact]
    public void Unsigned_integers_are_read_from_among_others() =>
        Gen.Select(Gen.ULong[0, WireReader.MaxInteger], Gen.Int[0, 63], Gen.Byte.Array[0, 9]).Sample((large, shift, rest) =>
        {
            var value = large >> shift;
            var writer = new WireWriter();
            writer.WriteVarUint(value);
            var length = writer.Length;
            writer.WriteBytes(rest);
            var reader = new WireReader(writer.Written);
            Assert.Equal(value, reader.ReadVarUint());
            Assert.Equal(length, reader.Position);
            Assert.Equal(length, VarUint.LengthOf(value));
        });

    [Fact]
    public void Integers_of_32_bits_are_the_same_words_as_others()
    {
        for (var bits = 0; bits <= 32; bits++)
        {
            foreach (var value in new[] { 1UL << bits, (1UL << bits) - 1, (1UL << bits) + 1 })
            {
                Assert.Equal(VarUint.Encode(value & uint.MaxValue), VarUint.Encode((uint)value));
            }
        }

        Gen.UInt.Sample(value => VarUint.Encode(value) == VarUint.Encode((ulong)value));
    }

    [Theory]
    [InlineData(0UL, "00")]
    [InlineData(127UL, "7F")]
    [InlineData(128UL, "8001")]
    [InlineData(16383UL, "FF7F")]
    [InlineData(16384UL, "808001")]
    [InlineData(4294967295UL, "FFFFFFFF0F")]
    [InlineData(WireReader.MaxInteger, "FFFFFFFFFFFFFF0F")]
    public void Integers_have_the_bytes_of_lib0(ulong value, string hex)
    {
        var writer = new WireWriter();
        writer.WriteVarUint(value);
        Assert.Equal(hex, Convert.ToHexString(writer.Written));
        var reader = new WireReader(writer.Written);
        Assert.Equal(value, reader.ReadVarUint());
        reader.ExpectEnd();
    }

    [Theory]
    [InlineData(0UL, "00", "40")]
    [InlineData(63UL, "3F", "7F")]
    [InlineData(64UL, "8001", "C001")]
    [InlineData(8191UL, "BF7F", "FF7F")]
    [InlineData(8192UL, "808001", "C08001")]
    [InlineData(WireReader.MaxInteger, "BFFFFFFFFFFFFF1F", "FFFFFFFFFFFFFF1F")]
    public void Signed_integers_have_the_bytes_of_lib0(ulong magnitude, string positive, string negative)
    {
        foreach (var (isNegative, hex) in new[] { (false, positive), (true, negative) })
        {
            var writer = new WireWriter();
            writer.WriteVarInt(magnitude, isNegative);
            Assert.Equal(hex, Convert.ToHexString(writer.Written));
            Assert.Equal((magnitude, isNegative), new WireReader(writer.Written).ReadSigned(WireReader.MaxInteger));
            var reader = new WireReader(writer.Written);
            Assert.Equal(isNegative ? -(double)magnitude : magnitude, reader.ReadVarInt());
            reader.ExpectEnd();
            AssertIsSkipped(hex);
            AssertIsSkipped(hex, "0102030405060708");
        }

        static void AssertIsSkipped(string hex, string behind = "")
        {
            var reader = new WireReader(Convert.FromHexString(hex + behind));
            reader.SkipVarInt();
            Assert.Equal(hex.Length / 2, reader.Position);
        }
    }

    [Theory]
    [InlineData("BFFFFFFFFFFFFF3F")]
    [InlineData("80808080808080808080808001")]
    [InlineData("8000")]
    [InlineData("808000")]
    [InlineData("80")]
    [InlineData("")]
    public void Refuses_signed_integers_that_are_too_long_too_large_or_cut(string hex)
    {
        var bytes = Convert.FromHexString(hex);
        Assert.Throws<MalformedUpdateException>(() => new WireReader(bytes).ReadVarInt());
        Assert.Throws<MalformedUpdateException>(() => new WireReader(bytes).SkipVarInt());
    }

    [Theory]
    [InlineData("BFFFFFFFFFFFFF3F")]
    [InlineData("80808080808080808080808001")]
    [InlineData("8000")]
    [InlineData("808000")]
    [InlineData("80808080808000")]
    [InlineData("8080808080808000")]
    public void Refuses_signed_integers_that_are_too_long_or_too_large_before_others(string hex)
    {
        var bytes = Convert.FromHexString(hex + "0102030405060708");
        Assert.Throws<MalformedUpdateException>(() => new WireReader(bytes).ReadVarInt());
        Assert.Throws<MalformedUpdateException>(() => new WireReader(bytes).SkipVarInt());
    }

    [Theory]
    [InlineData("FFFFFFFFFFFFFF1F")]
    [InlineData("FFFFFFFFFFFFFFFF01")]
    [InlineData("80808080808080808080808080808000")]
    [InlineData("8000")]
    [InlineData("80")]
    [InlineData("")]
    // With eight bytes or more left.
    [InlineData("FFFFFFFFFFFFFF1F0000000000000000")]
    [InlineData("FFFFFFFFFFFFFFFF010000000000000000")]
    [InlineData("80000102030405060708")]
    [InlineData("808000FFFFFFFFFFFFFF")]
    public void Refuses_integers_that_are_too_long_too_large_or_cut(string hex) => Assert.Throws<MalformedUpdateException>(() =>
    {
        var reader = new WireReader(Convert.FromHexString(hex));
        reader.ReadVarUint();
    });

    [Theory]
    [InlineData("FFFFFFFFFFFFFF1F")]
    [InlineData("FFFFFFFFFFFFFFFF01")]
    [InlineData("8000")]
    [InlineData("80808000")]
    [InlineData("FFFFFFFFFFFFFF00")]
    public void Refuses_integers_that_are_too_long_or_too_large_before_others(string hex) => Assert.Throws<MalformedUpdateException>(() =>
    {
        var reader = new WireReader(Convert.FromHexString(hex + "0102030405060708"));
        reader.ReadVarUint();
    });

    [Theory]
    [InlineData("0161", 1)]
    [InlineData("00", 0)]
    [InlineData("02C3A4", 1)]
    [InlineData("06E282ACF09F9880", -1)]
    [InlineData("07E282ACF09F9880", 3)]
    [InlineData("02C328", -1)]
    [InlineData("01FF", -1)]
    [InlineData("0261", -1)]
    public void Strings_are_counted_in_UTF16_units_and_checked(string hex, int units)
    {
        int Skip()
        {
            var reader = new WireReader(Convert.FromHexString(hex));
            return reader.SkipString();
        }

        if (units < 0)
        {
            Assert.Throws<MalformedUpdateException>(() => Skip());
        }
        else
        {
            Assert.Equal(units, Skip());
        }
    }

    [Fact]
    public void Values_are_read_as_written() => s_value.Sample(value =>
    {
        var writer = new WireWriter();
        AnyValue.Write(writer, value);
        var reader = new WireReader(writer.Written);
        AnyValue.Skip(ref reader);
        reader.ExpectEnd();
        Assert.Equivalent(value, AnyValue.Read(writer.Written), strict: true);
    });

    [Fact]
    public void Refuses_values_without_counterpart_and_without_end()
    {
        var endless = new List<object?>();
        endless.Add(endless);

        Assert.All(
            new object[] { new object(), 1m, 1UL, 'a', DayOfWeek.Monday, DateTime.UnixEpoch, Guid.Empty, new Dictionary<string, string> { ["a"] = "b" } },
            value => Assert.Contains("ulong", Assert.Throws<ArgumentException>(() => AnyValue.Write(new WireWriter(), value)).Message));
        Assert.Throws<ArgumentException>(() => AnyValue.Write(new WireWriter(), endless));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Values_are_nested_as_deep_as_the_cap_and_no_deeper(bool areMaps)
    {
        var writer = new WireWriter();
        AnyValue.Write(writer, Nested(AnyValue.MaxDepth, areMaps));
        byte[] oneMore = [.. areMaps ? [118, 1, 1, (byte)'a'] : (byte[])[117, 1], .. writer.Written];

        Assert.NotNull(AnyValue.Read(writer.Written));
        Assert.Throws<MalformedUpdateException>(() => AnyValue.Read(oneMore));
        Assert.Throws<ArgumentException>(() => AnyValue.Write(new WireWriter(), Nested(AnyValue.MaxDepth + 1, areMaps)));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void JSON_is_nested_as_deep_as_the_cap_and_no_deeper(bool areMaps)
    {
        var json = JsonText.Write(Nested(JsonValue.MaxDepth, areMaps));
        byte[] oneMore = areMaps ? [.. "{\"a\":"u8, .. json, (byte)'}'] : [(byte)'[', .. json, (byte)']'];

        JsonValue.Check(json);
        Assert.NotNull(JsonValue.Parse(json));
        Assert.Throws<MalformedUpdateException>(() => JsonValue.Check(oneMore));
        Assert.Throws<ArgumentException>(() => JsonText.Write(Nested(JsonValue.MaxDepth + 1, areMaps)));
    }

    [Fact]
    public void JSON_with_half_a_surrogate_pair_is_read_as_deep_as_any()
    {
        var json = new string('[', JsonValue.MaxDepth) + "\"\\ud83d\"" + new string(']', JsonValue.MaxDepth);

        Assert.IsType<List<object?>>(JsonValue.Parse(Encoding.UTF8.GetBytes(json)));
    }

    [Fact]
    public void JSON_with_half_a_surrogate_pair_is_read_with_a_replacement()
    {
        Assert.Equal("a\uFFFDb", JsonValue.Parse("\"a\\ud83db\""u8.ToArray()));
        Assert.Equal("\uFFFD\\ud83d😀", JsonValue.Parse("\"\\ude00\\\\ud83d\\ud83d\\ude00\""u8.ToArray()));
    }

    private static object Nested(int depth, bool areMaps)
    {
        object? value = null;
        for (var i = 0; i < depth; i++)
        {
            value = areMaps ? new Dictionary<string, object?> { ["a"] = value } : new List<object?> { value };
        }

        return value!;
    }
}
