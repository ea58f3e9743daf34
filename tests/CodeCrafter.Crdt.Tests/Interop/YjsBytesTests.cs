using System.Text.RegularExpressions;
using CodeCrafter.Crdt.Structs;
using CodeCrafter.Crdt.Tests.Fixtures;
using CodeCrafter.Crdt.Wire;

namespace CodeCrafter.Crdt.Tests.Interop;

/// <summary>What is made of bytes without a document has the bytes that Yjs makes.</summary>
public sealed class YjsBytesTests(YjsPeer yjs) : IClassFixture<YjsPeer>
{
    [Fact]
    public void Merged_updates_are_those_of_Yjs()
    {
        var compared = 0;
        Seeds.Run(Seeds.Times(150), seed =>
        {
            var updates = Updates(new Random(seed));
            var merged = Update.MergeUpdates(updates);

            var theirs = yjs.CallWithList("mergeUpdates", updates);
            if (!HaveRivals(updates))
            {
                compared++;
                Assert.Equal(Hex(theirs), Hex(merged));
            }

            AssertSameEffect(updates, merged);
            AssertSameEffect(updates, theirs);
        });
        Assert.InRange(compared, Seeds.Times(50), Seeds.Times(150));
    }

    [Fact]
    public void Merging_again_changes_no_more_than_in_Yjs() => Seeds.Run(Seeds.Times(50), seed =>
    {
        var merged = Update.MergeUpdates(Updates(new Random(seed)));
        byte[] nothing = [.. Update.Empty];
        Assert.Equal(Hex(yjs.CallWithList("mergeUpdates", [merged, nothing])), Hex(Update.MergeUpdates(merged, nothing)));
        Assert.Equal(Hex(yjs.CallWithList("mergeUpdates", [merged, merged])), Hex(Update.MergeUpdates(merged, merged)));
        AssertSameEffect([merged], Update.MergeUpdates(merged, merged));
    });

    [Fact]
    public void Differences_are_those_of_Yjs() => Seeds.Run(Seeds.Times(150), seed =>
    {
        var random = new Random(seed);
        var updates = Updates(random);
        var update = random.Next(3) == 0 ? updates[^1] : Update.MergeUpdates(updates);
        var state = RandomState(random, update);

        var diff = Update.DiffUpdate(update, state);

        Assert.Equal(Hex(yjs.Call("diffUpdate", update, state)), Hex(diff));
        Assert.Equal(Hex(Update.DiffUpdate(update, [])), Hex(Update.DiffUpdate(update, [0])));
    });

    [Fact]
    public void A_difference_is_what_a_replica_lacks() => Seeds.Run(Seeds.Times(50), seed =>
    {
        var random = new Random(seed);
        var source = new Doc(300);
        RandomEdits.Make(source, random, 20);
        var replica = new Doc(301);
        replica.ApplyUpdate(source.EncodeStateAsUpdate());
        RandomEdits.Make(source, random, 20);

        replica.ApplyUpdate(Update.DiffUpdate(source.EncodeStateAsUpdate(), replica.EncodeStateVector()));

        // Not the same bytes: the replica has tidied up attributes that have no effect.
        Assert.Equal(source.EncodeStateVector(), replica.EncodeStateVector());
        Assert.Equal(Content.Of(source), Content.Of(replica));
        Assert.True(replica.Contains(source.EncodeStateAsUpdate()));
    });

    [Fact]
    public void State_vectors_of_updates_are_those_of_Yjs() => Seeds.Run(Seeds.Times(100), seed =>
    {
        var random = new Random(seed);
        var updates = Updates(random);
        foreach (var update in updates.Append(Update.MergeUpdates(updates)))
        {
            Assert.Equal(Hex(yjs.Call("encodeStateVectorFromUpdate", update)), Hex(Update.EncodeStateVectorFromUpdate(update)));
        }
    });

    [Theory]
    [MemberData(nameof(Fixture.Cases), MemberType = typeof(Fixture))]
    public void States_of_old_are_merged_and_cut_as_in_Yjs(Fixture fixture)
    {
        var random = new Random(1);
        Assert.Equal(fixture.Update, Update.MergeUpdates(fixture.Update));
        for (var i = 0; i < 10; i++)
        {
            var state = RandomState(random, fixture.Update);
            var diff = Update.DiffUpdate(fixture.Update, state);
            Assert.Equal(Hex(yjs.Call("diffUpdate", fixture.Update, state)), Hex(diff));
            byte[][] parts = [fixture.Update, diff, Fixture.All[random.Next(Fixture.All.Count)].Update];
            Assert.Equal(Hex(yjs.CallWithList("mergeUpdates", parts)), Hex(Update.MergeUpdates(parts)));
        }
    }

    [Fact]
    public void Clients_in_another_order_than_Yjs_writes_are_not_lost()
    {
        // Client 1 before client 2, then the other way round, each with one character.
        byte[] ascending = [2, 1, 1, 0, 4, 1, 1, (byte)'t', 1, (byte)'a', 1, 2, 0, 4, 1, 1, (byte)'t', 1, (byte)'b', 0];
        byte[] next = [1, 1, 1, 1, 0x84, 1, 0, 1, (byte)'c', 0];

        var merged = Update.MergeUpdates(ascending, next);

        AssertSameEffect([ascending, next], merged);
        Assert.Equal("2:1 1:2", string.Join(' ', Update.DecodeStateVector(Update.EncodeStateVectorFromUpdate(merged)).Select(e => $"{e.Key}:{e.Value}")));
    }

    [Fact]
    public void Nothing_merged_is_nothing()
    {
        Assert.Equal(Update.Empty.ToArray(), Update.MergeUpdates());
        Assert.Equal(Update.Empty.ToArray(), Update.MergeUpdates(Update.Empty.ToArray(), Update.Empty.ToArray()));
        Assert.Equal(Update.Empty.ToArray(), Update.DiffUpdate(Update.Empty, []));
        Assert.Equal([0], Update.EncodeStateVectorFromUpdate(Update.Empty));
        Assert.Throws<ArgumentNullException>(() => Update.MergeUpdates([0, 0], null!));
    }

    // Where one update has an item and another a collected stretch from the same clock on, it depends on the sorting of
    // the JavaScript engine which of the two Yjs writes: it says of each that it comes before the other.
    private static bool HaveRivals(byte[][] updates)
    {
        var kinds = new Dictionary<(ulong, long), bool>();
        foreach (var update in updates)
        {
            var reader = new UpdateReader(update, isChecked: true);
            while (reader.MoveNext())
            {
                var isCollected = reader.Kind == StructInfo.Gc;
                if (!reader.IsSkip && !kinds.TryAdd((reader.Client, reader.Clock), isCollected)
                    && kinds[(reader.Client, reader.Clock)] != isCollected)
                {
                    return true;
                }
            }
        }

        return false;
    }

    private void AssertSameEffect(byte[][] updates, byte[] merged)
    {
        if (HaveRivals(updates))
        {
            // What is seen depends on which of the two comes first, and so it does in Yjs.
            AssertAsInYjs(updates);
            AssertAsInYjs(merged);
            return;
        }

        var (one, other) = (new Doc(900), new Doc(900));
        Apply(one, updates);
        Apply(other, merged);
        Assert.Equal(one.HasPending, other.HasPending);
        Assert.Equal(WithoutPairs(Content.Of(one)), WithoutPairs(Content.Of(other)));
        Assert.Equal(one.EncodeStateVector(), other.EncodeStateVector());
    }

    private void AssertAsInYjs(params byte[][] updates)
    {
        var doc = Content.NewDoc(900);
        if (Apply(doc, updates))
        {
            // Yjs merges what waits, and takes one of the two then as its engine's sorting has it.
            return;
        }

        yjs.Create(9, 900);
        yjs.Apply(9, updates);
        var state = yjs.State(9);
        Assert.Equal(WithoutPairs(Content.Normalize(state.Content)), WithoutPairs(Content.Of(doc)));
        Assert.Equal(Update.DecodeStateVector(state.Vector), Update.DecodeStateVector(doc.EncodeStateVector()));
    }

    /// <summary>Applies updates; true if something waited for its cause, if only for a while.</summary>
    private static bool Apply(Doc doc, params byte[][] updates)
    {
        var hasWaited = false;
        foreach (var update in updates)
        {
            doc.ApplyUpdate(update);
            hasWaited |= doc.HasPending;
        }

        return hasWaited;
    }

    // Who gets a surrogate pair whole and who gets it cut depends on which update is taken: documents of Yjs differ there.
    private static string WithoutPairs(string content) =>
        Regex.Replace(content, @"\\u[Dd][89A-Fa-f][0-9A-Fa-f]{2}", "\uFFFD");

    // Updates of several documents: single ones, states, differences, merged ones with gaps; in any order, some twice.
    private byte[][] Updates(Random random)
    {
        yjs.Create(0, 500, gc: random.Next(2) == 0);
        yjs.Create(1, 7);
        var all = new List<byte[]>();
        for (var round = 0; round < 3; round++)
        {
            all.AddRange(yjs.Edit(0, random.Next(), random.Next(8)));
            all.AddRange(yjs.Edit(1, random.Next(), random.Next(8)));
            if (random.Next(2) == 0)
            {
                all.AddRange(yjs.Apply(1, yjs.State(0).Update));
            }

            var state = yjs.State(random.Next(2)).Update;
            all.Add(state);
            all.Add(yjs.Call("diffUpdate", state, RandomState(random, state)));
        }

        var some = all.Where(_ => random.Next(3) > 0).ToArray();
        random.Shuffle(some);
        return [.. some, yjs.CallWithList("mergeUpdates", some.Take(some.Length / 2).Append(all[0]).Append(all[^1])), all[random.Next(all.Count)]];
    }

    private static byte[] RandomState(Random random, byte[] update)
    {
        var whole = Update.DecodeStateVector(Update.EncodeStateVectorFromUpdate(update));
        return Update.EncodeStateVector(whole.Where(_ => random.Next(3) > 0)
            .ToDictionary(entry => entry.Key, entry => random.NextInt64(entry.Value + 2)));
    }

    private static string Hex(byte[] bytes) => Convert.ToHexString(bytes);
}
