using System.Text.Json.Nodes;

namespace CodeCrafter.Crdt.Tests.Interop;

/// <summary>Real Yjs documents, those of ywasm (yrs) and ours edit at random, and are told of it late, twice and in disorder.</summary>
/// <remarks>
/// Left out is what ywasm does otherwise than Yjs, without ours having part in it; interop/ywasm-differences.mjs has the
/// smallest cases, interop/compare-ywasm.mjs finds them. Nobody collects garbage, makes an XML hook, cuts a surrogate
/// pair or writes minus zero; ywasm gets no update before its causes, though in any order apart from that; BigInts,
/// bytes and documents are written by Yjs and ours, and of documents ywasm is asked for the id alone.
/// </remarks>
public sealed class YwasmConvergenceTests(YwasmPeer peer) : IClassFixture<YwasmPeer>
{
    private const int Yjses = 2, Ywasms = 2, Ours = 2, Peers = Yjses + Ywasms, All = Peers + Ours, Rounds = 10;

    [Fact]
    public void Documents_of_three_kinds_converge() => Seeds.Run(Seeds.Times(12), Converge);

    [Fact]
    public void What_is_left_out_is_still_different_in_ywasm() => Assert.Empty(peer.DifferencesThatAreNoMore());

    private static bool IsYwasm(int member) => member is >= Yjses and < Peers;

    private void Converge(int seed)
    {
        var random = new Random(seed);
        var group = new Group(peer, random);
        for (var round = 0; round < Rounds; round++)
        {
            for (var i = 0; i < All; i++)
            {
                for (var edits = random.Next(4); edits > 0; edits--)
                {
                    group.Edit(i);
                }

                group.ReceiveSome(i);
            }
        }

        group.ReceiveAll();
        AssertEqual(group.Docs);
    }

    private void AssertEqual(Doc[] docs)
    {
        var expected = peer.State(0);
        var content = Normalize(expected.Content);
        var vector = Update.DecodeStateVector(expected.Vector);
        var states = docs.Select(doc => doc.EncodeStateAsUpdate()).ToList();
        for (var i = 0; i < Peers; i++)
        {
            var state = peer.State(i);
            Assert.False(state.IsPending);
            Assert.Equal((i, content), (i, Normalize(state.Content)));
            Assert.Equal(vector, Update.DecodeStateVector(state.Vector));
            Assert.All(docs, doc => Assert.True(doc.Contains(state.Update)));
            states.Add(state.Update);
        }

        foreach (var doc in docs)
        {
            Assert.False(doc.HasPending);
            Assert.Equal(content, Normalize(Content.Of(doc)));
            Assert.Equal(vector, Update.DecodeStateVector(doc.EncodeStateVector()));
            InvariantChecks.Check(doc);
        }

        foreach (var state in states)
        {
            Assert.Equal(content, Normalize(ReadBy(isYwasm: false, state)));
            Assert.Equal(content, Normalize(ReadBy(isYwasm: true, state)));
            var copy = Content.NewDoc();
            copy.ApplyUpdate(state);
            Assert.Equal(content, Normalize(Content.Of(copy)));
        }
    }

    private string ReadBy(bool isYwasm, byte[] state)
    {
        peer.Create(All, 99, isYwasm);
        peer.Apply(All, state);
        return peer.State(All).Content;
    }

    // What ywasm does not show of a document within.
    private static string Normalize(string content)
    {
        var json = JsonNode.Parse(content)!;
        KeepIds(json);
        return Content.Normalize(json.ToJsonString());

        static void KeepIds(JsonNode? json)
        {
            switch (json)
            {
                case JsonObject map when map.ContainsKey("$doc"):
                    foreach (var name in new[] { "$autoLoad", "$gc", "$meta" })
                    {
                        map.Remove(name);
                    }

                    break;
                case JsonObject map:
                    foreach (var (_, value) in map)
                    {
                        KeepIds(value);
                    }

                    break;
                case JsonArray list:
                    foreach (var value in list)
                    {
                        KeepIds(value);
                    }

                    break;
            }
        }
    }

    /// <summary>The documents of Yjs, then those of ywasm, then ours, and the network between them.</summary>
    private sealed class Group
    {
        private readonly YwasmPeer _peer;
        private readonly Random _random;
        private readonly RandomEdits _edits;
        private readonly Network _network;
        private readonly List<byte[]> _emitted = [];
        private readonly HashSet<string> _sent = [];

        public Group(YwasmPeer peer, Random random)
        {
            _peer = peer;
            _random = random;
            _edits = new RandomEdits(random, isForYwasm: true);
            _network = new Network(All, random);
            peer.Start();
            for (var i = 0; i < Peers; i++)
            {
                peer.Create(i, (ulong)(103 + i * 5), IsYwasm(i));
            }

            Docs = [.. Enumerable.Range(0, Ours).Select(i => Content.NewDoc((ulong)(100 + i * 7), collectsGarbage: false))];
            foreach (var doc in Docs)
            {
                doc.UpdateEmitted += (update, _) => _emitted.Add(update);
            }
        }

        public Doc[] Docs { get; }

        public void Edit(int member) => Change(member, doc => _edits.Make(doc, 1), () => _peer.Edit(member, _random.Next()));

        public void ReceiveSome(int member)
        {
            if (!IsYwasm(member))
            {
                Apply(member, _network.Receive(member));
                return;
            }

            for (var count = _random.Next(_network.Waiting(member) + 1); count > 0; count--)
            {
                if (_network.ReceiveInOrder(member, _peer.Vector(member)) is not { } update)
                {
                    break;
                }

                Apply(member, [update]);
            }
        }

        public void ReceiveAll()
        {
            while (Enumerable.Range(0, All).Any(member => _network.Waiting(member) > 0))
            {
                for (var i = 0; i < All; i++)
                {
                    if (IsYwasm(i))
                    {
                        ReceiveSome(i);
                    }
                    else
                    {
                        Apply(i, _network.ReceiveAll(i));
                    }
                }
            }
        }

        private void Apply(int member, IEnumerable<byte[]> updates)
        {
            foreach (var update in updates)
            {
                Change(member, doc => doc.ApplyUpdate(update, "network"), () => _peer.Apply(member, update));
            }
        }

        // What a member emits when it applies is mostly what all get anyway, but Yjs and ours tidy attributes up, too.
        private void Change(int member, Action<Doc> change, Func<byte[][]> changePeer)
        {
            byte[] causes;
            if (member < Peers)
            {
                causes = _peer.Vector(member);
                _emitted.AddRange(changePeer());
            }
            else
            {
                var doc = Docs[member - Peers];
                causes = doc.EncodeStateVector();
                change(doc);
            }

            if (_emitted.Count == 0)
            {
                return;
            }

            // Of two updates that one change brings, the second may need the first.
            var update = Update.MergeUpdates(_emitted);
            _emitted.Clear();
            if (_sent.Add(Convert.ToBase64String(update)) || _random.Next(8) == 0)
            {
                _network.Send(member, update, causes);
            }
        }
    }
}
