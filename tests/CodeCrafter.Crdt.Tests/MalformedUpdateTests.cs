using CodeCrafter.Crdt.Tests.Fixtures;
using CodeCrafter.Crdt.Wire;

namespace CodeCrafter.Crdt.Tests;

/// <summary>Whatever the bytes are: the document takes them as every replica does, or is as it was.</summary>
public sealed class MalformedUpdateTests
{
    public static TheoryData<string, byte[]> Hostile => new()
    {
        { "nothing", [] },
        { "text", "garbagedoc"u8.ToArray() },
        { "a typed text without parent", Convert.FromHexString("00010000000001000100010200001602000001fdffffffff7f0000") },
        { "2^53 clients", Update(w => w.WriteVarUint(WireReader.MaxInteger)) },
        { "2^53 structs", Update(w => w.WriteVarUint(1), w => w.WriteVarUint(WireReader.MaxInteger), w => w.WriteVarUint(1), w => w.WriteVarUint(0)) },
        { "an integer of 2^53", Convert.FromHexString("808080808080801001") },
        { "an integer that never ends", [.. Enumerable.Repeat((byte)0xFF, 100)] },
        { "an integer longer than it need be", Convert.FromHexString("808000") },
        { "invalid UTF-8", Struct([4, 1, 1, (byte)'t', 2, 0xC3, 0x28]) },
        { "UTF-8 of half a surrogate pair", Struct([4, 1, 1, (byte)'t', 3, 0xED, 0xA0, 0x80]) },
        { "a string longer than the update", Struct([4, 1, 1, (byte)'t', 0xFF, 0xFF, 0xFF, 0xFF, 0x0F]) },
        { "an empty string", Struct([4, 1, 1, (byte)'t', 0]) },
        { "a collected stretch of no length", Struct([0, 0]) },
        { "a deletion of no length", [0, 1, 1, 1, 5, 0] },
        { "a deletion beyond 2^53", [0, 1, 1, 1, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x0F, 1] },
        { "a clock beyond 2^53", Struct([0, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x0F]) },
        { "2^53 values", Struct([8, 1, 1, (byte)'t', 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x0F, 126]) },
        { "a value nested too deep", Struct([8, 1, 1, (byte)'t', 1, .. Enumerable.Repeat(new byte[] { 117, 1 }, 100_000).SelectMany(pair => pair), 126]) },
        { "JSON nested too deep", Struct([5, 1, 1, (byte)'t', 0xD0, 0x0F, .. Enumerable.Repeat((byte)'[', 1000), .. Enumerable.Repeat((byte)']', 1000)]) },
        { "old JSON that is none", Struct([2, 1, 1, (byte)'t', 1, 1, (byte)'{']) },
        { "JSON that is none", Struct([5, 1, 1, (byte)'t', 1, (byte)'{']) },
        { "a value of an unknown kind", Struct([8, 1, 1, (byte)'t', 1, 115]) },
        { "content of an unknown kind", Struct([11, 1, 1, (byte)'t', 0]) },
        { "a type of an unknown kind", Struct([7, 1, 1, (byte)'t', 7]) },
        { "a subdocument without options", Struct([9, 1, 1, (byte)'t', 1, (byte)'g', 126]) },
        { "an item whose origin is itself", Struct([0x84, 1, 5, 1, (byte)'x']) },
        { "an item inside itself", Struct([4, 0, 1, 5, 1, (byte)'x']) },
        { "bytes after the end", [0, 0, 0] },
        { "no delete set", [0] },
        { "a client that comes twice", [2, 1, 7, 0, 0, 1, 1, 7, 1, 0, 1, 0] },
        { "a client that comes again later", [3, 1, 7, 0, 0, 1, 1, 6, 0, 0, 1, 1, 7, 1, 0, 1, 0] },
    };

    [Theory]
    [Trait("fault", "12")]
    [MemberData(nameof(Hostile))]
    public void Refuses_hostile_bytes_and_stays_as_it_was(string name, byte[] update)
    {
        Assert.NotEmpty(name);
        var doc = Sample();
        var before = doc.EncodeStateAsUpdate();
        var emitted = 0;
        doc.UpdateEmitted += (_, _) => emitted++;

        Assert.Throws<MalformedUpdateException>(() => doc.ApplyUpdate(update));
        Assert.Throws<MalformedUpdateException>(() => doc.Contains(update));

        Assert.Equal(before, doc.EncodeStateAsUpdate());
        Assert.Equal(0, emitted);
        Assert.False(doc.HasPending);
    }

    [Fact]
    [Trait("fault", "12")]
    public void Takes_no_memory_for_what_is_not_there()
    {
        var doc = Sample();
        var updates = Hostile.Select(row => row.Data.Item2).ToArray();
        var before = GC.GetAllocatedBytesForCurrentThread();
        foreach (var update in updates)
        {
            Assert.Throws<MalformedUpdateException>(() => doc.ApplyUpdate(update));
        }

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1_000_000);
    }

    [Theory]
    [Trait("fault", "11")]
    [MemberData(nameof(Fixture.Cases), MemberType = typeof(Fixture))]
    public void Refuses_every_truncation(Fixture fixture)
    {
        for (var length = 0; length < fixture.Update.Length; length++)
        {
            var doc = Sample();
            var before = doc.EncodeStateAsUpdate();
            Assert.Throws<MalformedUpdateException>(() => doc.ApplyUpdate(fixture.Update.AsSpan(0, length)));
            Assert.Equal(before, doc.EncodeStateAsUpdate());
        }
    }

    [Theory]
    [Trait("fault", "11")]
    [MemberData(nameof(Fixture.BitByBit), MemberType = typeof(Fixture))]
    public void Survives_every_flipped_bit(Fixture fixture)
    {
        for (var bit = 0; bit < 8 * fixture.Update.Length; bit++)
        {
            var update = fixture.Update.ToArray();
            update[bit / 8] ^= (byte)(1 << (bit % 8));
            AssertTakesOrRefuses(update);
        }
    }

    [Fact]
    public void Survives_random_changes_of_bytes() => Seeds.Run(2000, seed =>
    {
        var random = new Random(seed);
        var update = Fixture.All[random.Next(Fixture.All.Count)].Update.ToList();
        for (var i = random.Next(1, 6); i > 0; i--)
        {
            switch (random.Next(3))
            {
                case 0 when update.Count > 0:
                    update[random.Next(update.Count)] = (byte)random.Next(256);
                    break;
                case 1 when update.Count > 0:
                    update.RemoveAt(random.Next(update.Count));
                    break;
                default:
                    update.Insert(random.Next(update.Count + 1), (byte)random.Next(256));
                    break;
            }
        }

        AssertTakesOrRefuses([.. update]);
    });

    [Fact]
    public void Takes_stretches_of_any_length_in_no_time()
    {
        var doc = new Doc();
        const long length = (1L << 53) - 2;
        doc.ApplyUpdate(Update(
            w => w.WriteVarUint(2),
            w => w.WriteVarUint(1), w => w.WriteVarUint(2), w => w.WriteVarUint(0), w => w.WriteByte(0), w => w.WriteClock(length),
            w => w.WriteVarUint(2), w => w.WriteVarUint(1), w => w.WriteVarUint(0),
            w => w.WriteByte(10), w => w.WriteClock(length), w => w.WriteByte(0), w => w.WriteClock(1),
            w => w.WriteVarUint(1), w => w.WriteVarUint(3), w => w.WriteVarUint(1), w => w.WriteVarUint(0), w => w.WriteClock(length)));

        Assert.Equal(length, Crdt.Update.DecodeStateVector(doc.EncodeStateVector())[2]);
        Assert.True(doc.HasPending);
        new Doc().ApplyUpdate(doc.EncodeStateAsUpdate());
    }

    [Fact]
    public void Text_that_follows_text_of_a_key_takes_its_place_and_has_no_position()
    {
        var doc = new Doc(1);
        doc.ApplyUpdate([1, 2, 7, 0, 0x24, 1, 1, (byte)'m', 1, (byte)'k', 2, (byte)'a', (byte)'b', 0x84, 7, 1, 2, (byte)'c', (byte)'d', 0]);

        InvariantChecks.Check(doc);
        Assert.Equal(0, doc.GetArray("m").Length);
        Assert.Equal([1, 7, 1, 0, 2], doc.EncodeStateAsUpdate()[^5..]);
    }

    [Fact]
    public void A_delete_set_that_covers_the_same_again_and_again_is_applied_once()
    {
        var doc = new Doc(1);
        for (var i = 0; i < 20_000; i++)
        {
            doc.GetText("text").Insert(0, "x");
        }

        var writer = new WireWriter();
        writer.WriteVarUint(0);
        writer.WriteVarUint(1);
        writer.WriteVarUint(1);
        writer.WriteVarUint(100_000);
        for (var i = 0; i < 100_000; i++)
        {
            writer.WriteClock(0);
            writer.WriteClock(20_000);
        }

        Assert.False(doc.Contains(writer.Written));
        doc.ApplyUpdate(writer.Written);
        Assert.True(doc.Contains(writer.Written));
        Assert.Equal("", doc.GetText("text").ToString());
    }

    [Fact]
    public void Every_other_unit_of_a_long_text_can_be_deleted_at_once()
    {
        const int length = 400_000;
        var doc = new Doc(1);
        doc.GetText("text").Insert(0, new string('x', length));
        var writer = new WireWriter();
        writer.WriteVarUint(0);
        writer.WriteVarUint(1);
        writer.WriteVarUint(1);
        writer.WriteVarUint(length / 2);
        for (var i = 0; i < length; i += 2)
        {
            writer.WriteClock(i);
            writer.WriteClock(1);
        }

        doc.ApplyUpdate(writer.Written);

        Assert.Equal(length / 2, doc.GetText("text").Length);
    }

    [Fact]
    public void A_delete_set_that_goes_backwards_is_put_in_order()
    {
        const int count = 300_000;
        var writer = new WireWriter();
        writer.WriteBytes([0, 1, 2]);
        writer.WriteVarUint(count);
        for (var i = count - 1; i >= 0; i--)
        {
            writer.WriteClock(2 * i);
            writer.WriteByte(1);
        }

        var doc = new Doc(5);
        doc.ApplyUpdate(writer.Written);

        Assert.True(doc.HasPending);
        Assert.InRange(doc.EncodeStateAsUpdate().Length, count, writer.Length);
    }

    private static void AssertTakesOrRefuses(byte[] update)
    {
        var doc = Sample();
        var before = doc.EncodeStateAsUpdate();
        try
        {
            doc.ApplyUpdate(update);
        }
        catch (MalformedUpdateException)
        {
            Assert.Equal(before, doc.EncodeStateAsUpdate());
            return;
        }

        InvariantChecks.Check(doc);
        Assert.True(doc.HasPending || doc.Contains(update));
        var copy = new Doc();
        copy.ApplyUpdate(doc.EncodeStateAsUpdate());
        InvariantChecks.Check(copy);
    }

    private static Doc Sample()
    {
        var doc = new Doc(1);
        doc.GetText("text").Insert(0, "some text");
        doc.GetMap("map").Set("key", new YArray());
        return doc;
    }

    /// <summary>An update of one struct: client 1, clock 5.</summary>
    private static byte[] Struct(byte[] bytes) => [1, 1, 1, 5, .. bytes, 0];

    private static byte[] Update(params Action<WireWriter>[] parts)
    {
        var writer = new WireWriter();
        foreach (var part in parts)
        {
            part(writer);
        }

        return writer.ToArray();
    }

    [Fact]
    public void An_update_of_the_other_format_is_said_to_be_one()
    {
        var doc = new Doc(1);
        foreach (var text in new[] { "", "text" })
        {
            doc.GetText("text").Insert(0, text);
            var (v1, v2) = (doc.EncodeStateAsUpdate(), doc.EncodeStateAsUpdateV2());

            Assert.Contains("are a V2 update", Assert.Throws<MalformedUpdateException>(() => doc.ApplyUpdate(v2)).Message);
            Assert.Contains("are a V1 update", Assert.Throws<MalformedUpdateException>(() => doc.ApplyUpdateV2(v1)).Message);
            Assert.DoesNotContain("The bytes are a", Assert.Throws<MalformedUpdateException>(() => doc.ApplyUpdate(v2.AsSpan(1))).Message);
            Assert.DoesNotContain("The bytes are a", Assert.Throws<MalformedUpdateException>(() => doc.ApplyUpdateV2([.. v1, 0])).Message);
        }
    }
}
