using CodeCrafter.Crdt.Tests.Fixtures;
using CodeCrafter.Crdt.Wire;

namespace CodeCrafter.Crdt.Tests;

/// <summary>V2 updates, and what is made of updates without a document: damaged bytes are refused, or lead to sound ones.</summary>
public sealed class MalformedBytesTests
{
    public static TheoryData<string, byte[]> HostileV2 => new()
    {
        { "nothing", [] },
        { "a V1 update", [1, 1, 7, 0, 4, 1, 1, (byte)'t', 1, (byte)'x', 0] },
        { "an unknown feature", [1, .. Columns().Skip(1), 0, 0] },
        { "bytes after the end", [.. Columns(), 0, 0, 0] },
        { "no delete set", [.. Columns(), 0] },
        { "2^53 collected stretches in runs without end", Bomb(Columns(clients: [7], infos: [0], lengths: [0x41, .. Max])) },
        { "2^53 items in runs without end", Bomb(Columns(clients: [0x47, .. Max], lefts: [1, .. Max], infos: [0x84], strings: [1, (byte)'x', 0x41, .. Max])) },
        { "2^53 empty strings", Bomb(Columns(clients: [0x47, .. Max], lefts: [1, .. Max], infos: [0x84], strings: [0, 0x40, .. Max])) },
        { "2^53 empty JSON texts", One(Columns(clients: [0x47, 0], lefts: [0], infos: [0x82], strings: [0, 0x40, .. Max], lengths: [.. MaxSigned])) },
        { "one long key 2^53 times", Bomb(Columns(keys: [1, .. Max], clients: [0x47, .. Max], lefts: [1, .. Max], infos: [0x87], strings: [0xE8, 7, .. new byte[1000], .. Signed(1000)], types: [0x43, .. Max])) },
        { "2^53 gaps", Bomb(Columns(clients: [7], infos: [10])) },
        { "2^53 sections", [.. Columns(clients: [0x47, .. Max], infos: [0], lengths: [0x41, .. Max]), .. Max, 0] },
        { "a negative clock", One(Columns(clients: [0x47, 0], lefts: [0x42], infos: [0x84], strings: [1, (byte)'x', 1])) },
        { "a clock beyond 2^53", One(Columns(clients: [0x47, 0], lefts: [0xBE, .. MaxTail], infos: [0x84], strings: [1, (byte)'x', 1])) },
        { "a string longer than all strings", One(Columns(clients: [0x47, 0], lefts: [0], infos: [0x84], strings: [1, (byte)'x', 2])) },
        { "invalid UTF-8", One(Columns(clients: [0x47, 0], lefts: [0], infos: [0x84], strings: [2, 0xC3, 0x28, 2])) },
        { "a string that nobody reads", [.. Columns(strings: [1, (byte)'x', 1]), 0, 0] },
        { "text behind all strings", One(Columns(clients: [7], infos: [4], strings: [3, (byte)'t', (byte)'x', (byte)'y', 0x41, 0], parents: [1])) },
        { "an empty string that nobody reads", One(Columns(clients: [7], infos: [4], strings: [2, (byte)'t', (byte)'x', 0x41, 0, 0], parents: [1])) },
        { "half a pair that nobody reads", One(Columns(clients: [7], infos: [4], strings: [5, (byte)'t', 0xF0, 0x9F, 0x98, 0x80, 0x41, 0], parents: [1])) },
        { "a run that nobody reads", [.. Columns(clients: [0x47, 5]), 0, 0] },
        { "a key that nobody reads", [.. Columns(keys: [0]), 0, 0] },
        { "a clock of an origin that nobody reads", [.. Columns(lefts: [0]), 0, 0] },
        { "a clock of a right origin that nobody reads", [.. Columns(rights: [0]), 0, 0] },
        { "an info that nobody reads", [.. Columns(infos: [0]), 0, 0] },
        { "a kind of a parent that nobody reads", [.. Columns(parents: [0]), 0, 0] },
        { "a type that nobody reads", [.. Columns(types: [0]), 0, 0] },
        { "a length that nobody reads", [.. Columns(lengths: [0]), 0, 0] },
        { "a run of which one is read", One(Columns(clients: [0x47, 0], infos: [4], strings: [2, (byte)'t', (byte)'x', 0x41, 0], parents: [1])) },
        { "a parent of an unknown kind", One(Columns(clients: [7], infos: [4], strings: [2, (byte)'t', (byte)'x', 0x41, 0], parents: [2])) },
        { "a type of an unknown kind", One(Columns(clients: [7], infos: [7], strings: [1, (byte)'t', 1], parents: [1], types: [7])) },
        { "content of an unknown kind", One(Columns(clients: [7], infos: [11], strings: [1, (byte)'t', 1], parents: [1])) },
        { "a value nested too deep", One(Columns(clients: [7], infos: [8], strings: [1, (byte)'t', 1], parents: [1], lengths: [1]), [.. Enumerable.Repeat<byte[]>([117, 1], 1000).SelectMany(pair => pair), 126]) },
        { "a deletion beyond 2^53", [.. Columns(), 0, 1, 1, 1, .. Max, .. Max] },
        { "garbagedoc", "garbagedoc"u8.ToArray() },
    };

    private static void Repeat(int count, Action action)
    {
        for (var i = 0; i < count; i++)
        {
            action();
        }
    }

    private static byte[] Varint(ulong value)
    {
        var writer = new WireWriter();
        writer.WriteVarUint(value);
        return writer.ToArray();
    }

    private static byte[] Max => [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x0F];

    private static byte[] MaxSigned => Signed(WireReader.MaxInteger);

    // With a first byte of 0xBE: an even number of 54 bits, which stands for a clock of 53.
    private static byte[] MaxTail => [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F];

    [Theory]
    [MemberData(nameof(HostileV2))]
    public void Refuses_hostile_V2_updates_in_little_time_and_memory(string name, byte[] update)
    {
        Assert.NotEmpty(name);
        var doc = new Doc(1);
        var before = doc.EncodeStateAsUpdate();
        var allocated = GC.GetAllocatedBytesForCurrentThread();

        Assert.Throws<MalformedUpdateException>(() => doc.ApplyUpdateV2(update));

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - allocated, 0, 16 << 20);
        Assert.Equal(before, doc.EncodeStateAsUpdate());
    }

    [Fact]
    public void A_V2_update_without_the_run_that_is_too_long_is_read()
    {
        var doc = new Doc(1);

        doc.ApplyUpdateV2(One(Columns(clients: [7], infos: [4], strings: [2, (byte)'t', (byte)'x', 0x41, 0], parents: [1])));

        // It begins at clock 5.
        Assert.True(doc.HasPending);
    }

    public static TheoryData<string, Action<Doc>> Repetitive => new()
    {
        // Of each there are several megabytes as V1, and a few dozen bytes as V2.
        { "all prepended and deleted", doc => { Repeat(300_000, () => doc.GetText("t").Insert(0, "x")); doc.GetText("t").Delete(0, 300_000); } },
        { "a key overwritten again and again", doc => Repeat(200_000, () => doc.GetMap("m").Set("key", true)) },
        { "collected", doc => { doc.GetMap("m").Set("a", new YArray()); Repeat(200_000, () => doc.GetMap("m").GetArray("a")!.Insert(0, true)); doc.GetMap("m").Remove("a"); } },
        { "maps without anything", doc => Repeat(300_000, () => doc.GetArray("a").Add(new YMap())) },
        { "a long run", doc => doc.GetText("t").Insert(0, new string('x', 2_000_000)) },
        { "every other unit deleted", doc => { doc.GetText("t").Insert(0, new string('x', 200_000)); for (var i = 199_999; i > 0; i -= 2) { doc.GetText("t").Delete(i, 1); } } },
    };

    [Theory]
    [MemberData(nameof(Repetitive))]
    public void Reads_what_it_writes_as_V2_however_little_it_is(string name, Action<Doc> edit)
    {
        Assert.NotEmpty(name);
        var doc = new Doc(1);
        doc.Transact(() => edit(doc));
        var v2 = doc.EncodeStateAsUpdateV2();

        var copy = new Doc(2);
        copy.ApplyUpdateV2(v2);
        Assert.Equal(v2, copy.EncodeStateAsUpdateV2());
        Assert.Equal(doc.EncodeStateVector(), copy.EncodeStateVector());

        Assert.Equal(v2, Update.ConvertV1ToV2(Update.ConvertV2ToV1(v2)));
        foreach (var made in new[] { Update.MergeUpdatesV2(v2, v2), Update.DiffUpdateV2(v2, []) })
        {
            copy = new Doc(2);
            copy.ApplyUpdateV2(made);
            Assert.Equal(v2, copy.EncodeStateAsUpdateV2());
        }

        Assert.Equal(doc.EncodeStateVector(), Update.EncodeStateVectorFromUpdateV2(v2));
    }

    [Fact]
    public void The_cap_on_what_V2_says_can_be_set()
    {
        var source = new Doc(1);
        source.Transact(() => Repeat(1000, () => source.GetArray("array").Add(new YMap())));
        var (v1, v2) = (source.EncodeStateAsUpdate(), source.EncodeStateAsUpdateV2());
        var doc = new Doc(2);
        var calls = new (long Enough, Func<long, object?> Call)[]
        {
            (v1.Length, cap => Update.ConvertV2ToV1(v2, cap)),
            (v1.Length, cap => Update.DiffUpdateV2(v2, [], cap)),
            (v1.Length, cap => Update.EncodeStateVectorFromUpdateV2(v2, cap)),
            (2 * v1.Length, cap => Update.MergeUpdatesV2([v2, v2], cap)),
            (v1.Length, cap => { doc.ApplyUpdateV2(v2, maxBytes: cap); return null; }),
        };

        foreach (var (enough, call) in calls)
        {
            Assert.Throws<MalformedUpdateException>(() => call(enough - 1));
            Assert.Equal("maxBytes", Assert.Throws<ArgumentOutOfRangeException>(() => call(-1)).ParamName);
            call(enough);
        }

        Assert.Equal(v1, doc.EncodeStateAsUpdate());
    }

    [Fact]
    public void What_V2_says_beyond_the_default_cap_is_refused_before_memory_is_taken()
    {
        // Collected stretches of two bytes each: 40 MB and 4 MB.
        foreach (var (count, isRefused) in new[] { (20_000_000UL, true), (2_000_000UL, false) })
        {
            var writer = new WireWriter();
            writer.WriteBytes(Columns(clients: [7], infos: [0], lengths: [0x41, .. Varint(count - 2)]));
            writer.WriteBytes([1, .. Varint(count), 0, 0]);
            var update = writer.ToArray();
            var allocated = GC.GetAllocatedBytesForCurrentThread();
            var refusal = Record.Exception(() => Update.ConvertV2ToV1(update));

            Assert.Equal(isRefused, refusal is MalformedUpdateException);
            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - allocated, 0, isRefused ? 100_000 : 64L << 20);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(20_000)]
    public void An_update_of_usual_size_is_below_the_cap(int count)
    {
        // The maps are told in a few bytes.
        var doc = new Doc(1);
        var text = string.Concat(Enumerable.Range(0, count).Select(i => (char)('a' + (i % 26))));
        doc.Transact(() =>
        {
            doc.GetText("text").Insert(0, text);
            for (var i = 0; i < 1_000; i++)
            {
                doc.GetArray("array").Add(new YMap());
            }
        });

        Assert.Equal(doc.EncodeStateAsUpdate(), Update.ConvertV2ToV1(doc.EncodeStateAsUpdateV2()));
    }

    [Fact]
    public void The_cap_holds_for_deletions_too()
    {
        byte[] deletions = [.. Columns(), 0, 1, 7, 100, .. Enumerable.Repeat((byte)1, 200)];

        // 43 of the ranges begin before clock 128, which takes one byte.
        Assert.Equal(4 + (43 * 2) + (57 * 3), Update.ConvertV2ToV1(deletions, 1000).Length);
        Assert.Throws<MalformedUpdateException>(() => Update.ConvertV2ToV1(deletions, 50));
    }

    [Fact]
    public void Clocks_that_Yjs_cannot_write_in_V2_are_kept()
    {
        var writer = new WireWriter();
        writer.WriteBytes([1, 2, 1, 0, 0]);
        writer.WriteClock((1L << 53) - 3);
        writer.WriteBytes([0x84, 2]);
        writer.WriteClock((1L << 53) - 1);
        writer.WriteBytes([1, (byte)'x', 0]);
        var update = writer.ToArray();

        Assert.Equal(update, Update.ConvertV2ToV1(Update.ConvertV1ToV2(update)));
    }

    [Theory]
    [MemberData(nameof(Fixture.Cases), MemberType = typeof(Fixture))]
    public void Refuses_every_truncation(Fixture fixture)
    {
        var v2 = Update.ConvertV1ToV2(fixture.Update);
        var doc = new Doc(1);
        var before = doc.EncodeStateAsUpdate();
        for (var length = 0; length < v2.Length; length++)
        {
            var cut = v2[..length];
            Assert.Throws<MalformedUpdateException>(() => doc.ApplyUpdateV2(cut));
            Assert.Throws<MalformedUpdateException>(() => Update.MergeUpdatesV2(cut));
            Assert.Throws<MalformedUpdateException>(() => Update.MergeUpdatesV2(v2, cut));
            Assert.Throws<MalformedUpdateException>(() => Update.DiffUpdateV2(cut, []));
            Assert.Throws<MalformedUpdateException>(() => Update.EncodeStateVectorFromUpdateV2(cut));
        }

        Assert.Equal(before, doc.EncodeStateAsUpdate());
        for (var length = 0; length < fixture.Update.Length; length++)
        {
            var cut = fixture.Update[..length];
            Assert.Throws<MalformedUpdateException>(() => Update.MergeUpdates(cut));
            Assert.Throws<MalformedUpdateException>(() => Update.MergeUpdates(fixture.Update, cut));
            Assert.Throws<MalformedUpdateException>(() => Update.DiffUpdate(cut, []));
            Assert.Throws<MalformedUpdateException>(() => Update.EncodeStateVectorFromUpdate(cut));
            Assert.Throws<MalformedUpdateException>(() => Update.ConvertV1ToV2(cut));
        }

        for (var length = 1; length < fixture.Vector.Length; length++)
        {
            Assert.Throws<MalformedUpdateException>(() => Update.DiffUpdate(fixture.Update, fixture.Vector.AsSpan(0, length)));
        }
    }

    [Theory]
    [MemberData(nameof(Fixture.BitByBit), MemberType = typeof(Fixture))]
    public void Survives_every_flipped_bit_of_a_V2_update(Fixture fixture)
    {
        var v2 = Update.ConvertV1ToV2(fixture.Update);
        foreach (var flipped in Flipped(v2))
        {
            var doc = new Doc(1);
            try
            {
                doc.ApplyUpdateV2(flipped);
            }
            catch (MalformedUpdateException)
            {
                Assert.Equal(Update.Empty, doc.EncodeStateAsUpdate());
                continue;
            }

            InvariantChecks.Check(doc);
            var again = Update.ConvertV1ToV2(Update.ConvertV2ToV1(flipped));
            Assert.Equal(again, Update.ConvertV1ToV2(Update.ConvertV2ToV1(again)));
        }
    }

    [Theory]
    [MemberData(nameof(Fixture.BitByBit), MemberType = typeof(Fixture))]
    public void Survives_every_flipped_bit_of_what_is_merged_and_cut(Fixture fixture)
    {
        byte[] partner = [.. Update.DiffUpdate(fixture.Update, fixture.Vector.Length > 1 ? Half(fixture.Vector) : [])];
        foreach (var flipped in Flipped(fixture.Update))
        {
            try
            {
                Update.Validate(flipped);
            }
            catch (MalformedUpdateException)
            {
                Assert.Throws<MalformedUpdateException>(() => Update.MergeUpdates(partner, flipped));
                Assert.Throws<MalformedUpdateException>(() => Update.DiffUpdate(flipped, fixture.Vector));
                continue;
            }

            var merged = Update.MergeUpdates(flipped, partner);
            Update.Validate(merged);
            Update.Validate(Update.DiffUpdate(flipped, Half(fixture.Vector)));
            Update.DecodeStateVector(Update.EncodeStateVectorFromUpdate(flipped));
            InvariantChecks.Check(Apply(merged));
        }
    }

    private static byte[] Half(byte[] vector) => Update.EncodeStateVector(
        Update.DecodeStateVector(vector).ToDictionary(entry => entry.Key, entry => entry.Value / 2));

    private static Doc Apply(byte[] update)
    {
        var doc = new Doc(1);
        doc.ApplyUpdate(update);
        return doc;
    }

    private static IEnumerable<byte[]> Flipped(byte[] bytes)
    {
        for (var bit = 0; bit < 8 * bytes.Length; bit++)
        {
            var flipped = bytes.ToArray();
            flipped[bit / 8] ^= (byte)(1 << (bit % 8));
            yield return flipped;
        }
    }

    /// <summary>The columns of a V2 update, each as its bytes.</summary>
    internal static byte[] Columns(
        byte[]? keys = null, byte[]? clients = null, byte[]? lefts = null, byte[]? rights = null, byte[]? infos = null,
        byte[]? strings = null, byte[]? parents = null, byte[]? types = null, byte[]? lengths = null)
    {
        var writer = new WireWriter();
        writer.WriteByte(0);
        foreach (var column in new[] { keys, clients, lefts, rights, infos, strings ?? [0], parents, types, lengths })
        {
            writer.WriteVarBytes(column);
        }

        return writer.ToArray();
    }

    /// <summary>One section of one struct from clock 5, followed by the rest of it.</summary>
    private static byte[] One(byte[] columns, byte[]? rest = null) => [.. columns, 1, 1, 5, .. rest ?? [], 0];

    /// <summary>One section of 2^53 structs.</summary>
    private static byte[] Bomb(byte[] columns) => [.. columns, 1, .. Max, 5, 0];

    private static byte[] Signed(ulong value)
    {
        var writer = new WireWriter();
        writer.WriteVarInt(value, isNegative: false);
        return writer.ToArray();
    }
}
