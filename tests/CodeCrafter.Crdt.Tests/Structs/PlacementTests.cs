using CodeCrafter.Crdt.Structs;
using CodeCrafter.Crdt.Tests.Interop;
using CodeCrafter.Crdt.Wire;

namespace CodeCrafter.Crdt.Tests.Structs;

/// <summary>
/// Where many items were inserted at the same place, the index puts each where the plain scan and Yjs put it, whatever
/// strangers have made of the list, and no input makes it slow.
/// </summary>
public sealed class PlacementTests(YjsPeer yjs) : IClassFixture<YjsPeer>
{
    private const int Clients = 5, Count = 20_000;

    [Theory]
    [InlineData(null)]
    [InlineData("key")]
    public void The_index_and_the_scan_agree_on_any_items(string? key) => Seeds.Run(600, seed =>
    {
        var random = new Random(seed);
        var scanned = NewDoc(int.MaxValue);
        var indexed = NewDoc(0);
        var history = new Hostile(random, key);
        for (var i = random.Next(2, 60); i > 0; i--)
        {
            var update = history.Next();
            scanned.ApplyUpdate(update);
            indexed.ApplyUpdate(update);
            Assert.Equal(Order(scanned, key), Order(indexed, key));
            AssertConsistent(indexed, key);
        }
    });

    [Fact]
    public void The_index_and_Yjs_agree_on_any_items() => Seeds.Run(150, seed =>
    {
        var random = new Random(seed);
        var indexed = NewDoc(0);
        var history = new Hostile(random, null);
        var updates = Enumerable.Range(0, random.Next(2, 50)).Select(_ => history.Next()).ToArray();
        yjs.Create(0, 900);
        yjs.Apply(0, updates);
        foreach (var update in updates)
        {
            indexed.ApplyUpdate(update);
        }

        Assert.Equal(Content.Normalize(yjs.State(0).Content), Content.Of(indexed));
        Assert.Equal(yjs.State(0).Update, indexed.EncodeStateAsUpdate());
    });

    [Fact]
    public void The_index_and_the_scan_agree_on_edits_of_many() => Seeds.Run(60, seed =>
    {
        var random = new Random(seed);
        var network = new Network(4, random);
        var docs = Enumerable.Range(0, 4).Select(i => NewDoc(i % 2 == 0 ? 0 : int.MaxValue, (ulong)i + 1)).ToArray();
        foreach (var (i, doc) in docs.Index())
        {
            doc.UpdateEmitted += (update, origin) =>
            {
                if (origin is null)
                {
                    network.Send(i, update);
                }
            };
        }

        for (var round = 0; round < 10; round++)
        {
            foreach (var (i, doc) in docs.Index())
            {
                RandomEdits.Make(doc, random, random.Next(5));
                network.Receive(i).ForEach(update => doc.ApplyUpdate(update, "network"));
            }
        }

        // Those who tidy up attributes tell the others.
        for (var round = 0; round < 5; round++)
        {
            foreach (var (i, doc) in docs.Index())
            {
                Array.ForEach(network.ReceiveAll(i), update => doc.ApplyUpdate(update, "network"));
            }
        }

        foreach (var doc in docs)
        {
            InvariantChecks.Check(doc);
            Assert.Equal(Content.Of(docs[0]), Content.Of(doc));
            Assert.Equal(docs[0].EncodeStateAsUpdate(), doc.EncodeStateAsUpdate());
        }
    });

    [Fact]
    public void Many_clients_at_one_place_cost_few_steps_each() => AssertCheap(
        Many(i => One((ulong)i, 1, _ => Item(4, Id.None, Id.None, null, [1, (byte)'x']))));

    [Fact]
    public void Many_values_of_one_key_cost_few_steps_each() => AssertCheap(
        Many(i => One((ulong)i, 1, _ => Item(8, Id.None, Id.None, "key", [1, 126]))));

    [Fact]
    public void Places_behind_all_that_another_wrote_cost_few_steps_each() => AssertCheap(
    [
        One(0, Count, i => Item(3, i == 0 ? Id.None : new Id(0, i - 1), Id.None, null, [0])),
        .. Many(i => One((ulong)(Count - i), 1, _ => Item(4, Id.None, Id.None, null, [1, (byte)'x']))),
    ]);

    [Fact]
    public void Another_right_neighbour_for_each_costs_few_steps_each() => AssertCheap(
    [
        One(0, Count, i => Item(8, i == 0 ? Id.None : new Id(0, i - 1), Id.None, null, [1, 126])),
        One(7, Count, i => Item(4, Id.None, new Id(0, Count - 1 - i), null, [1, (byte)'x'])),
    ]);

    [Fact]
    public void Places_that_are_reached_over_again_and_again_cost_few_steps_each() => AssertCheap(
    [
        One(0, Count, i => Item(3, i == 0 ? Id.None : new Id(0, i - 1), Id.None, null, [0])),
        .. Many(i => One((ulong)(2 * Count - i), 1, _ => Item(4, Id.None, new Id(0, i + 1), null, [1, (byte)'x']))).SkipLast(1),
        .. Many(i => One((ulong)(3 * Count + i), 1, _ => Item(4, Id.None, Id.None, null, [1, (byte)'y']))),
    ]);

    [Fact]
    public void An_index_that_is_of_no_use_is_dropped()
    {
        var doc = NewDoc(0);
        for (ulong i = 0; i < 10; i++)
        {
            doc.ApplyUpdate(One(i, 1, _ => Item(4, Id.None, Id.None, null, [1, (byte)'x'])));
        }

        var placements = doc.Root("text").Placements!;
        Assert.NotNull(placements.IndexOf(null));
        for (var i = 0; i < 20; i++)
        {
            doc.Transact(() => doc.GetText("text").Insert(0, "y"));
        }

        Assert.Null(placements.IndexOf(null));
    }

    private static IEnumerable<byte[]> Many(Func<int, byte[]> update) => Enumerable.Range(0, Count).Select(update);

    private static void AssertCheap(IEnumerable<byte[]> updates)
    {
        var doc = new Doc(999_999);
        foreach (var update in updates)
        {
            doc.ApplyUpdate(update);
        }

        Assert.False(doc.HasPending);
        Assert.InRange(doc.Store.ScanSteps, 1, 100L * Count);
    }

    private static Doc NewDoc(int scanStepsPerItem, ulong clientId = 900)
    {
        var doc = new Doc(clientId);
        doc.Store.ScanStepsPerItem = scanStepsPerItem;
        return doc;
    }

    private static List<Id> Order(Doc doc, string? key)
    {
        var units = new List<Id>();
        var first = key is null ? doc.Root("text").Start : doc.Root("text").FirstOf(key);
        for (var next = first; next is { } item; next = item.Right)
        {
            for (var i = 0; i < item.Length; i++)
            {
                units.Add(new Id(item.Client, item.Clock + i));
            }
        }

        return units;
    }

    private static void AssertConsistent(Doc doc, string? key)
    {
        var root = doc.Root("text");
        if (root.Placements?.IndexOf(key) is { } index)
        {
            Assert.True(index.IsConsistent((key is null ? root.Start : root.FirstOf(key))!.Value));
        }
    }

    /// <summary>An update of some items of one client.</summary>
    private static byte[] One(ulong client, int count, Func<int, Action<WireWriter>> item, long clock = 0)
    {
        var writer = new WireWriter();
        writer.WriteVarUint(1);
        writer.WriteVarUint((ulong)count);
        writer.WriteVarUint(client);
        writer.WriteClock(clock);
        for (var i = 0; i < count; i++)
        {
            item(i)(writer);
        }

        writer.WriteVarUint(0);
        return writer.ToArray();
    }

    private static Action<WireWriter> Item(byte kind, Id origin, Id rightOrigin, string? key, byte[] content) => writer =>
    {
        var hasParent = origin.IsNone && rightOrigin.IsNone;
        writer.WriteByte((byte)(kind | (origin.IsNone ? 0 : StructInfo.HasOrigin) | (rightOrigin.IsNone ? 0 : StructInfo.HasRightOrigin)
            | (hasParent && key is not null ? StructInfo.HasParentSub : 0)));
        foreach (var id in new[] { origin, rightOrigin }.Where(id => !id.IsNone))
        {
            writer.WriteVarUint(id.Client);
            writer.WriteClock(id.Clock);
        }

        if (hasParent)
        {
            writer.WriteByte(1);
            writer.WriteString("text");
            if (key is not null)
            {
                writer.WriteString(key);
            }
        }

        writer.WriteBytes(content);
    };

    /// <summary>Items with any neighbours that exist: mostly a few places again and again.</summary>
    private sealed class Hostile(Random random, string? key)
    {
        private readonly List<Id> _units = [];
        private readonly long[] _clocks = new long[Clients];

        public byte[] Next()
        {
            var client = random.Next(Clients);
            var length = random.Next(1, 4);
            var update = One((ulong)client, 1, _ => Item(4, Origin(client), Any(), key, [(byte)length, .. Letters(length)]), _clocks[client]);
            for (var i = 0; i < length; i++)
            {
                _units.Add(new Id((ulong)client, _clocks[client]++));
            }

            return update;
        }

        // Often the unit before, so that items become one.
        private Id Origin(int client) =>
            _clocks[client] > 0 && random.Next(4) == 0 ? new Id((ulong)client, _clocks[client] - 1) : Any();

        private Id Any() => random.Next(3) == 0 || _units.Count == 0 ? Id.None
            : random.Next(2) == 0 ? _units[random.Next(Math.Min(4, _units.Count))]
            : _units[random.Next(_units.Count)];

        private byte[] Letters(int count) => [.. Enumerable.Range(0, count).Select(_ => (byte)random.Next('a', 'z' + 1))];
    }
}
