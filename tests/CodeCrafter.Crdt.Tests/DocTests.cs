namespace CodeCrafter.Crdt.Tests;

public sealed class DocTests
{
    [Fact]
    public void A_transaction_emits_one_update_with_its_origin()
    {
        var doc = new Doc(1);
        var emitted = new List<(byte[] Update, object? Origin)>();
        doc.UpdateEmitted += (update, origin) => emitted.Add((update, origin));

        doc.Transact(
            () =>
            {
                doc.GetText("text").Insert(0, "a");
                doc.Transact(() => doc.GetText("text").Insert(1, "b"), "inner");
                doc.GetMap("map").Set("k", 1);
            },
            "outer");

        var (update, origin) = Assert.Single(emitted);
        Assert.Equal("outer", origin);
        var other = new Doc(2);
        other.ApplyUpdate(update);
        Assert.Equal(Content.Of(doc), Content.Of(other));
    }

    [Fact]
    public void A_transaction_that_takes_an_update_is_not_local_and_finds_that_another_has_its_client_id()
    {
        var doc = new Doc(1);
        var other = new Doc(1);
        other.GetText("text").Insert(0, "a");
        DocChange? heard = null;
        doc.Changed += change => heard = change;

        doc.Transact(() => doc.Transact(() => doc.ApplyUpdate(other.EncodeStateAsUpdate(), "inner")), "outer");

        Assert.Equal(("outer", false), (heard!.Origin, heard.IsLocal));
        Assert.NotEqual(1UL, doc.ClientId);
        var renamed = doc.ClientId;
        doc.Transact(() => doc.GetText("text").Insert(1, "b"));
        Assert.True(heard.IsLocal);
        Assert.Equal(renamed, doc.ClientId);
    }

    [Fact]
    public void What_changes_nothing_emits_nothing()
    {
        var doc = new Doc(1);
        doc.GetText("text").Insert(0, "a");
        var state = doc.EncodeStateAsUpdate();
        doc.UpdateEmitted += (_, _) => Assert.Fail("An update was emitted.");

        doc.ApplyUpdate(state);
        doc.ApplyUpdate(Update.Empty);
        doc.Transact(() => { });
        doc.GetText("text").Insert(0, "");
        doc.GetMap("map").Remove("none");
    }

    [Fact]
    public void What_an_exception_interrupts_stays_done_and_is_emitted()
    {
        var doc = new Doc(1);
        var emitted = 0;
        doc.UpdateEmitted += (_, _) => emitted++;

        Assert.Throws<InvalidOperationException>(() => doc.Transact(() =>
        {
            doc.GetText("text").Insert(0, "done");
            throw new InvalidOperationException();
        }));

        Assert.Equal(1, emitted);
        doc.GetText("text").Append("!");
        Assert.Equal("done!", doc.GetText("text").ToString());
        Assert.Equal(2, emitted);
    }

    [Fact]
    public void All_handlers_see_all_updates_in_order_though_one_changes_the_document()
    {
        var doc = new Doc(1);
        var text = doc.GetText("text");
        var seen = new List<string>();
        var mirror = new Doc(2);
        doc.UpdateEmitted += (_, _) =>
        {
            if (text.Length < 3)
            {
                text.Append("x");
            }
        };
        doc.UpdateEmitted += (update, _) =>
        {
            mirror.ApplyUpdate(update);
            Assert.False(mirror.HasPending);
            seen.Add(mirror.GetText("text").ToString());
        };

        text.Insert(0, "x");

        Assert.Equal(["x", "xx", "xxx"], seen);
    }

    [Fact]
    public void What_the_first_of_the_handlers_that_fail_throws_is_thrown()
    {
        var doc = new Doc(1);
        doc.UpdateEmitted += (_, _) => throw new InvalidOperationException("first");
        doc.UpdateEmitted += (_, _) => throw new InvalidOperationException("second");
        doc.Changed += _ => throw new InvalidOperationException("third");

        var failure = Assert.Throws<InvalidOperationException>(() => doc.GetText("text").Insert(0, "a"));

        Assert.Equal("first", failure.Message);
    }

    [Fact]
    public void A_transaction_without_a_change_is_not_told()
    {
        var doc = new Doc(1);
        var told = 0;
        doc.Changed += _ => told++;
        doc.UpdateEmitted += (_, _) => told++;

        doc.Transact(() => { });
        doc.Transact(() => doc.GetText("text").Insert(0, ""));

        Assert.Equal(0, told);
    }

    [Fact]
    public void An_update_of_a_transaction_that_many_take_part_in_names_the_highest_client_first()
    {
        var doc = new Doc(1);
        var emitted = new List<byte[]>();
        doc.UpdateEmitted += (update, _) => emitted.Add(update);

        doc.Transact(() =>
        {
            foreach (var client in (ulong[])[3, 9, 5, 700, 2])
            {
                var other = new Doc(client);
                other.GetText($"text of {client}").Insert(0, "abc");
                other.GetText($"text of {client}").Delete(1, 1);
                doc.ApplyUpdate(other.EncodeStateAsUpdate());
            }
        });

        Assert.Equal(doc.EncodeStateAsUpdate(), Assert.Single(emitted));
    }

    [Fact]
    public void A_handler_that_fails_leaves_the_document_usable()
    {
        var doc = new Doc(1);
        var fail = true;
        var emitted = 0;
        doc.UpdateEmitted += (_, _) =>
        {
            emitted++;
            if (fail)
            {
                throw new InvalidOperationException("handler");
            }
        };
        var (heard, changes) = (0, 0);
        doc.UpdateEmitted += (_, _) => heard++;
        doc.Changed += _ => changes++;

        Assert.Throws<InvalidOperationException>(() => doc.GetText("text").Insert(0, "a"));
        Assert.Equal((1, 1), (heard, changes));
        fail = false;
        doc.GetText("text").Append("b");

        Assert.Equal("ab", doc.GetText("text").ToString());
        Assert.Equal(2, emitted);
    }

    [Fact]
    public void Changes_name_the_types_that_were_there_before()
    {
        var doc = new Doc(1);
        var inner = new YText("old");
        doc.GetMap("map").Set("inner", inner);
        doc.GetMap("map").Set("gone", new YText("x"));
        var changes = new List<DocChange>();
        doc.Changed += changes.Add;

        doc.Transact(() =>
        {
            inner.Append("!");
            doc.GetMap("map").Set("new", new YText("new"));
            doc.GetMap("map").GetText("gone")!.Append("!");
            doc.GetMap("map").Remove("gone");
        });
        var other = new Doc(2);
        other.ApplyUpdate(doc.EncodeStateAsUpdate());
        other.GetText("text").Insert(0, "remote");
        doc.ApplyUpdate(other.EncodeStateAsUpdate(), "origin");

        Assert.Equal(2, changes.Count);
        Assert.Equal(new HashSet<YType> { inner, doc.GetMap("map") }, changes[0].Types.ToHashSet());
        Assert.True(changes[0].IsLocal);
        Assert.Equal("text", Assert.Single(changes[1].Types).RootName);
        Assert.False(changes[1].IsLocal);
        Assert.Equal("origin", changes[1].Origin);
    }

    [Fact]
    public void A_change_of_what_is_gone_is_no_change_of_types()
    {
        var doc = new Doc(1);
        doc.GetMap("map").Set("gone", new YText("old"));
        var other = new Doc(2);
        other.ApplyUpdate(doc.EncodeStateAsUpdate());
        other.GetMap("map").GetText("gone")!.Append("!");
        doc.GetMap("map").Remove("gone");
        var emitted = 0;
        doc.UpdateEmitted += (_, _) => emitted++;
        doc.Changed += _ => Assert.Fail("No type has changed.");

        doc.ApplyUpdate(other.EncodeStateAsUpdate());

        Assert.Equal(1, emitted);
    }

    [Fact]
    public void What_an_update_makes_superfluous_is_deleted_by_a_change_of_its_own()
    {
        var doc = new Doc(1);
        var text = doc.GetText("t");
        var changes = new List<DocChange>();
        var events = new List<YEvent>();
        doc.Changed += changes.Add;
        text.Observe(events.Add);

        // A map changes too. Before the text an attribute begins and ends again; the text itself comes first.
        doc.ApplyUpdate(TextBehindSuperfluousFormats, "origin");

        Assert.Equal([1, 7, 1, 1, 2], doc.EncodeStateAsUpdate()[^5..]);
        Assert.Equal("""[{"insert":"x"}]""", Deltas.Of(text));
        Assert.Equal([("origin", false, 2), (null, true, 1)], changes.Select(change => (change.Origin, change.IsLocal, change.Types.Count)));
        Assert.Equal([("origin", false), (null, true)], events.Select(@event => (@event.Origin, @event.IsLocal)));
        Assert.Equal("""[{"insert":"x"}]""", Deltas.Of(events[0].Delta));
    }

    [Fact]
    public void What_is_superfluous_stays_where_something_is_changed_here()
    {
        var doc = new Doc(1);
        // Nobody knows yet that it is a text.
        doc.ApplyUpdate(TextBehindSuperfluousFormats);

        doc.GetText("t").Insert(1, "y", new Dictionary<string, object?> { ["italic"] = true });

        // Nothing is deleted.
        Assert.Equal(0, doc.EncodeStateAsUpdate()[^1]);
        Assert.Equal("""[{"insert":"x"},{"attributes":{"italic":true},"insert":"y"}]""", Deltas.Of(doc.GetText("t")));
    }

    // Client 7: "x" in the root t, before it bold begins and ends, and an entry of the root m.
    private static byte[] TextBehindSuperfluousFormats =>
    [
        1, 4, 7, 0,
        4, 1, 1, (byte)'t', 1, (byte)'x',
        0x46, 7, 0, 4, .. "bold"u8, 4, .. "true"u8,
        0xC6, 7, 1, 7, 0, 4, .. "bold"u8, 4, .. "null"u8,
        0x28, 1, 1, (byte)'m', 1, (byte)'k', 1, 120,
        0,
    ];

    [Fact]
    public void Client_ids_are_random_in_all_of_their_32_bits()
    {
        var ids = Enumerable.Range(0, 200).Select(_ => new Doc().ClientId).ToList();

        Assert.Equal(uint.MaxValue, ids.Aggregate((a, b) => a | b));
        Assert.Equal(0UL, ids.Aggregate((a, b) => a & b));
    }

    [Fact]
    public void A_root_is_of_one_kind()
    {
        var doc = new Doc(1);
        Assert.Same(doc.GetText("a"), doc.GetText("a"));
        Assert.Throws<InvalidOperationException>(() => doc.GetMap("a"));

        var other = new Doc(2);
        doc.GetText("a").Insert(0, "x");
        other.ApplyUpdate(doc.EncodeStateAsUpdate());
        Assert.Equal(["a"], other.RootNames);
        Assert.Equal("x", other.GetText("a").ToString());
    }

    [Fact]
    public void A_difference_holds_only_what_is_lacking()
    {
        var a = new Doc(1);
        a.GetText("text").Insert(0, "abc");
        var b = new Doc(2);
        b.ApplyUpdate(a.EncodeStateAsUpdate());
        a.GetText("text").Append("def");
        a.GetText("text").Delete(0, 1);

        var difference = a.EncodeStateAsUpdate(b.EncodeStateVector());
        b.ApplyUpdate(difference);

        Assert.Equal("bcdef", b.GetText("text").ToString());
        Assert.True(difference.Length < a.EncodeStateAsUpdate().Length);
        Assert.Equal([0, 1, 1, 1, 0, 1], a.EncodeStateAsUpdate(b.EncodeStateVector()));
        Assert.Throws<MalformedUpdateException>(() => a.EncodeStateAsUpdate([5]));
    }

    [Fact]
    public void Contains_what_is_known_and_nothing_else()
    {
        var a = new Doc(1);
        a.GetText("text").Insert(0, "abc");
        var inserted = a.EncodeStateAsUpdate();
        var b = new Doc(2);
        Assert.True(b.Contains(Update.Empty));
        Assert.False(b.Contains(inserted));
        b.ApplyUpdate(inserted);
        Assert.True(b.Contains(inserted));

        a.GetText("text").Delete(1, 1);
        var deleted = a.EncodeStateAsUpdate();
        Assert.False(b.Contains(deleted));
        Assert.False(b.Contains(a.EncodeStateAsUpdate(b.EncodeStateVector())));
        b.ApplyUpdate(deleted);
        Assert.True(b.Contains(deleted));

        b.GetText("text").Append("!");
        Assert.False(a.Contains(b.EncodeStateAsUpdate()));
        Assert.True(b.Contains(a.EncodeStateAsUpdate()));
    }

    [Fact]
    public void Takes_another_client_id_when_its_own_is_used_elsewhere()
    {
        var a = new Doc(1);
        var b = new Doc(1);
        a.GetText("text").Insert(0, "a");
        b.ApplyUpdate(a.EncodeStateAsUpdate());

        Assert.NotEqual(1UL, b.ClientId);
        b.GetText("text").Append("b");
        a.ApplyUpdate(b.EncodeStateAsUpdate());
        Assert.Equal("ab", a.GetText("text").ToString());
        Assert.Equal(1UL, a.ClientId);
    }

    [Fact]
    public void Client_ids_have_at_most_53_bits()
    {
        const ulong largest = (1UL << 53) - 1;
        Assert.Throws<ArgumentOutOfRangeException>(() => new Doc(largest + 1));
        var doc = new Doc(largest);
        doc.GetText("text").Insert(0, "x");
        Assert.Equal(1, Update.DecodeStateVector(doc.EncodeStateVector())[largest]);
        Assert.InRange(new Doc().ClientId, 0UL, uint.MaxValue);
    }

    [Fact]
    public void A_state_vector_names_the_highest_client_first()
    {
        var bytes = Update.EncodeStateVector(new Dictionary<ulong, long> { [3] = 1, [9] = 2, [5] = 3 });

        Assert.Equal([3, 9, 2, 5, 3, 3, 1], bytes);
        Assert.Throws<ArgumentOutOfRangeException>(() => Update.EncodeStateVector(new Dictionary<ulong, long> { [3] = -1 }));
    }

    [Fact]
    public void State_vectors_are_read_as_written()
    {
        var state = new Dictionary<ulong, long> { [1] = 5, [1UL << 52] = 1L << 40 };
        Assert.Equal(state, Update.DecodeStateVector(Update.EncodeStateVector(state)));
        Assert.Throws<ArgumentOutOfRangeException>(() => Update.EncodeStateVector(new Dictionary<ulong, long> { [1UL << 53] = 1 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => Update.EncodeStateVector(new Dictionary<ulong, long> { [1] = 1L << 53 }));
        Assert.Empty(Update.DecodeStateVector([]));
        Assert.Throws<MalformedUpdateException>(() => Update.DecodeStateVector([1, 1]));
        Assert.Throws<MalformedUpdateException>(() => Update.DecodeStateVector([0, 0]));
    }

    [Fact]
    public void Documents_converge_over_a_disorderly_network() => Seeds.Run(Seeds.Times(60), seed =>
    {
        var random = new Random(seed);
        var docs = Enumerable.Range(0, 5).Select(i => Content.NewDoc((ulong)random.Next(1, 1000) * 5 + (ulong)i)).ToArray();
        var network = new Network(docs.Length, random);
        for (var i = 0; i < docs.Length; i++)
        {
            var sender = i;
            docs[i].UpdateEmitted += (update, origin) =>
            {
                if (origin is null)
                {
                    network.Send(sender, update);
                }
            };
        }

        for (var round = 0; round < 30; round++)
        {
            for (var i = 0; i < docs.Length; i++)
            {
                RandomEdits.Make(docs[i], random, random.Next(3));
                Apply(docs[i], network.Receive(i));
            }
        }

        // Those who tidy up attributes tell the others.
        for (var round = 0; round < 5; round++)
        {
            for (var i = 0; i < docs.Length; i++)
            {
                Apply(docs[i], network.ReceiveAll(i));
            }
        }

        for (var i = 0; i < docs.Length; i++)
        {
            InvariantChecks.Check(docs[i]);
            Assert.False(docs[i].HasPending);
            Assert.Equal(Content.Of(docs[0]), Content.Of(docs[i]));
            Assert.Equal(docs[0].EncodeStateVector(), docs[i].EncodeStateVector());
            Assert.True(docs[i].Contains(docs[0].EncodeStateAsUpdate()));
        }
    });

    private static void Apply(Doc doc, IEnumerable<byte[]> updates)
    {
        foreach (var update in updates)
        {
            doc.ApplyUpdate(update, "network");
        }
    }
}
