namespace CodeCrafter.Crdt.Tests.Interop;

/// <summary>Real Yjs documents and ours edit at random over a network that delays, repeats and reorders.</summary>
public sealed class YjsConvergenceTests(YjsPeer yjs) : IClassFixture<YjsPeer>
{
    private const int Yjses = 3, Ours = 3, Rounds = 12;

    [Fact]
    [Trait("fault", "19")]
    public void Documents_of_both_kinds_converge() => Seeds.Run(Seeds.Times(25), Converge);

    private void Converge(int seed)
    {
        var random = new Random(seed);
        var docs = Enumerable.Range(0, Ours).Select(i => Content.NewDoc((ulong)(100 + i * 7), collectsGarbage: i > 0)).ToArray();
        var network = new Network(Yjses + Ours, random);
        for (var i = 0; i < Yjses; i++)
        {
            yjs.Create(i, (ulong)(103 + i * 5), gc: i > 0);
        }

        for (var i = 0; i < Ours; i++)
        {
            var sender = Yjses + i;
            docs[i].UpdateEmitted += (update, origin) =>
            {
                if (origin is null)
                {
                    network.Send(sender, update);
                }
            };
        }

        for (var round = 0; round < Rounds; round++)
        {
            for (var i = 0; i < Yjses; i++)
            {
                network.SendAll(i, yjs.Edit(i, random.Next(), random.Next(4)));
                network.SendAll(i, yjs.Apply(i, network.Receive(i)), onlyNew: true);
            }

            for (var i = 0; i < Ours; i++)
            {
                RandomEdits.Make(docs[i], random, random.Next(4));
                Deliver(docs[i], network.Receive(Yjses + i));
            }
        }

        for (var i = 0; i < Yjses; i++)
        {
            yjs.Apply(i, network.ReceiveAll(i));
        }

        for (var i = 0; i < Ours; i++)
        {
            Deliver(docs[i], network.ReceiveAll(Yjses + i));
        }

        Settle(docs);
        AssertEqual(docs);
    }

    private static void Deliver(Doc doc, IEnumerable<byte[]> updates)
    {
        foreach (var update in updates)
        {
            doc.ApplyUpdate(update, "network");
        }
    }

    // Yjs tidies up attributes while it applies updates, so it takes a few rounds of differences until all is still.
    private void Settle(Doc[] docs)
    {
        for (var round = 0; round < 3; round++)
        {
            for (var i = 0; i < Yjses; i++)
            {
                foreach (var doc in docs)
                {
                    doc.ApplyUpdate(yjs.Diff(i, doc.EncodeStateVector()), "network");
                    yjs.Apply(i, doc.EncodeStateAsUpdate(yjs.State(i).Vector));
                }
            }
        }
    }

    private void AssertEqual(Doc[] docs)
    {
        var expected = yjs.State(0);
        Assert.False(expected.IsPending);
        var content = Content.Normalize(expected.Content);
        for (var i = 1; i < Yjses; i++)
        {
            Assert.Equal(content, Content.Normalize(yjs.State(i).Content));
        }

        foreach (var doc in docs)
        {
            Assert.False(doc.HasPending);
            Assert.Equal(content, Content.Of(doc));
            Assert.Equal(expected.Vector, doc.EncodeStateVector());
            Assert.True(doc.Contains(expected.Update));
            Assert.True(doc.Contains(yjs.State(1).Update));
            InvariantChecks.Check(doc);

            var copy = Content.NewDoc();
            copy.ApplyUpdate(doc.EncodeStateAsUpdate());
            Assert.Equal(content, Content.Of(copy));

            yjs.Create(99, 99);
            yjs.Apply(99, doc.EncodeStateAsUpdate());
            Assert.Equal(content, Content.Normalize(yjs.State(99).Content));
            Assert.Equal(yjs.Deltas(1), yjs.Deltas(99));
        }
    }
}
