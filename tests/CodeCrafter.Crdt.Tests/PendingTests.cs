using CodeCrafter.Crdt.Tests.Fixtures;
using CodeCrafter.Crdt.Tests.Structs;
using CodeCrafter.Crdt.Wire;

namespace CodeCrafter.Crdt.Tests;

/// <summary>Updates whose cause has not arrived are held until it does.</summary>
public sealed class PendingTests
{
    [Fact]
    public void Text_behind_a_gap_waits_although_its_origin_is_the_last_unit_that_is_there()
    {
        var doc = new Doc(1);
        doc.ApplyUpdate([1, 1, 7, 0, 4, 1, 1, (byte)'t', 3, (byte)'a', (byte)'b', (byte)'c', 0]);

        // Client 7 again: from clock 5 on, behind the unit 7:2.
        doc.ApplyUpdate([1, 1, 7, 5, 0x84, 7, 2, 1, (byte)'x', 0]);

        Assert.Equal("abc", doc.GetText("t").ToString());
        Assert.True(doc.HasPending);
        Assert.Equal([1, 7, 3], doc.EncodeStateVector());
    }

    [Fact]
    public void What_comes_in_reverse_takes_effect_at_the_end()
    {
        var updates = Typed("one ", "two ", "three ");
        var doc = new Doc(2);
        var emitted = new List<byte[]>();
        doc.UpdateEmitted += (update, _) => emitted.Add(update);

        doc.ApplyUpdate(updates[2]);
        doc.ApplyUpdate(updates[1]);
        Assert.True(doc.HasPending);
        Assert.Equal("", doc.GetText("text").ToString());
        Assert.Empty(emitted);

        doc.ApplyUpdate(updates[0]);
        Assert.False(doc.HasPending);
        Assert.Equal("one two three ", doc.GetText("text").ToString());
        Assert.Single(emitted);
    }

    [Fact]
    public void A_deletion_that_comes_before_what_it_deletes_waits()
    {
        var source = new Doc(1);
        var updates = Record(source);
        source.GetText("text").Insert(0, "abcdef");
        source.GetText("text").Delete(1, 2);
        var doc = new Doc(2);

        doc.ApplyUpdate(updates[1]);
        Assert.True(doc.HasPending);
        doc.ApplyUpdate(updates[0]);

        Assert.False(doc.HasPending);
        Assert.Equal("adef", doc.GetText("text").ToString());
    }

    [Fact]
    public void What_waits_is_part_of_the_encoded_state()
    {
        var updates = Typed("one ", "two ", "three ", "four ");
        var doc = new Doc(2);
        doc.ApplyUpdate(updates[0]);
        doc.ApplyUpdate(updates[2]);

        var copy = new Doc(3);
        copy.ApplyUpdate(doc.EncodeStateAsUpdate());
        Assert.True(copy.HasPending);
        Assert.Equal("one ", copy.GetText("text").ToString());

        var late = new Doc(4);
        late.ApplyUpdate(updates[0]);
        late.ApplyUpdate(doc.EncodeStateAsUpdate(late.EncodeStateVector()));

        foreach (var replica in new[] { doc, copy, late })
        {
            replica.ApplyUpdate(updates[1]);
            Assert.False(replica.HasPending);
            Assert.Equal("one two three ", replica.GetText("text").ToString());
        }
    }

    [Fact]
    public void An_update_that_waits_twice_is_held_once()
    {
        var updates = Typed("one ", "two ");
        var doc = new Doc(2);
        doc.ApplyUpdate(updates[1]);
        var once = doc.EncodeStateAsUpdate();
        doc.ApplyUpdate(updates[1]);

        Assert.Equal(once, doc.EncodeStateAsUpdate());
        Assert.False(doc.Contains(updates[1]));
    }

    [Fact]
    public void Clients_that_wait_for_each_other_in_a_row_are_all_freed()
    {
        const int count = 200;
        var updates = new List<byte[]>();
        var source = new Doc(1000);
        for (ulong i = 0; i < count; i++)
        {
            var next = new Doc(i % 2 == 0 ? 1000 - i : 2000 + i);
            next.ApplyUpdate(source.EncodeStateAsUpdate());
            next.UpdateEmitted += (update, _) => updates.Add(update);
            next.GetText("text").Append($"{i},");
            source = next;
        }

        updates.Reverse();
        var doc = new Doc(5);
        foreach (var update in updates)
        {
            doc.ApplyUpdate(update);
        }

        Assert.False(doc.HasPending);
        Assert.Equal(source.GetText("text").ToString(), doc.GetText("text").ToString());
    }

    [Fact]
    public void Many_that_come_before_many_others_are_put_in_order()
    {
        var source = new Doc(1);
        var vectors = new List<byte[]>();
        for (var part = 0; part < 4; part++)
        {
            vectors.Add(source.EncodeStateVector());
            for (var i = 0; i < 50; i++)
            {
                source.GetText("text").Insert(0, "x");
            }
        }

        var doc = new Doc(2);
        var states = vectors.Select(vector => source.EncodeStateAsUpdate(vector)).Reverse();
        foreach (var state in states)
        {
            Assert.Equal("", doc.GetText("text").ToString());
            doc.ApplyUpdate(state);
        }

        Assert.False(doc.HasPending);
        Assert.Equal(source.EncodeStateAsUpdate(), doc.EncodeStateAsUpdate());
    }

    [Theory]
    [MemberData(nameof(SortedChunksTests.Orders), MemberType = typeof(SortedChunksTests))]
    public void What_waits_costs_little_in_whatever_order_it_comes(string order)
    {
        const int count = 5000;
        var (inserts, deletes, gaps) = (new Doc(1), new Doc(1), new Doc(1));
        foreach (var i in SortedChunksTests.Arrange(order, count))
        {
            var clock = (ulong)i + 1;
            inserts.ApplyUpdate([1, 1, 7, .. Varint(clock), 0x84, 7, .. Varint(clock - 1), 1, (byte)'z', 0]);
            deletes.ApplyUpdate([0, 1, 7, 1, .. Varint(2 * clock), 1]);
            // Not the struct before, but a gap of one unit and a struct behind it.
            gaps.ApplyUpdate([1, 2, 7, .. Varint(2 * clock), 10, 1, 0x84, 7, .. Varint(2 * clock), 1, (byte)'z', 0]);
        }

        foreach (var doc in new[] { inserts, deletes, gaps })
        {
            Assert.True(doc.HasPending);
            // A flat list moves some 1,000 for each, and more the more there are.
            Assert.InRange(doc.PendingMoves, 1, 120L * count);
        }

        inserts.ApplyUpdate([1, 1, 7, 0, 4, 1, 1, (byte)'t', 1, (byte)'a', 0]);
        Assert.False(inserts.HasPending);
        Assert.Equal("a" + new string('z', count), inserts.GetText("t").ToString());
    }

    [Fact]
    public void Deletions_that_wait_are_taken_one_by_one_as_what_they_delete_arrives()
    {
        const int count = 2000;
        var doc = new Doc(1);
        for (var i = count - 1; i >= 0; i--)
        {
            doc.ApplyUpdate([0, 1, 7, 1, .. Varint(2 * (ulong)i), 1]);
        }

        var before = doc.PendingMoves;
        for (ulong i = 0; i < 2 * count; i++)
        {
            byte[] head = i == 0 ? [4, 1, 1, (byte)'t'] : [0x84, 7, .. Varint(i - 1)];
            doc.ApplyUpdate([1, 1, 7, .. Varint(i), .. head, 1, (byte)'z', 0]);
            // Those that go on waiting are left where they are.
            Assert.InRange(doc.PendingMoves, 0, before + count);
        }

        Assert.False(doc.HasPending);
        Assert.Equal(new string('z', count), doc.GetText("t").ToString());
    }

    [Fact]
    public void Updates_in_any_order_lead_to_the_same() => Seeds.Run(200, seed =>
    {
        var random = new Random(seed);
        var source = new Doc(1);
        source.ApplyUpdate(Fixture.All[random.Next(Fixture.All.Count)].Update);
        var updates = new List<byte[]> { source.EncodeStateAsUpdate() };
        source.UpdateEmitted += (update, _) => updates.Add(update);
        RandomEdits.Make(source, random, 30);

        var shuffled = updates.Concat(updates.Where(_ => random.Next(4) == 0)).ToArray();
        random.Shuffle(shuffled);
        var doc = new Doc(2);
        foreach (var update in shuffled)
        {
            doc.ApplyUpdate(update);
            if (random.Next(10) == 0)
            {
                var copy = new Doc(2);
                copy.ApplyUpdate(doc.EncodeStateAsUpdate());
                doc = copy;
            }
        }

        // Whoever receives formats deletes those that change nothing, as Yjs does, and tells of it: seed 347154 has one that
        // its author would have kept.
        source.ApplyUpdate(doc.EncodeStateAsUpdate());
        Assert.Equal(source.HasPending, doc.HasPending);
        Assert.Equal(Content.Of(source), Content.Of(doc));
        Assert.Equal(source.EncodeStateVector(), doc.EncodeStateVector());
        InvariantChecks.Check(doc);
    });

    private static byte[] Varint(ulong value)
    {
        var writer = new WireWriter();
        writer.WriteVarUint(value);
        return writer.ToArray();
    }

    private static List<byte[]> Typed(params string[] words)
    {
        var source = new Doc(1);
        var updates = Record(source);
        foreach (var word in words)
        {
            source.GetText("text").Append(word);
        }

        return updates;
    }

    private static List<byte[]> Record(Doc doc)
    {
        var updates = new List<byte[]>();
        doc.UpdateEmitted += (update, _) => updates.Add(update);
        return updates;
    }
}
