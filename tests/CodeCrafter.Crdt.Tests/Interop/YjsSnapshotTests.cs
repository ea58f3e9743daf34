namespace CodeCrafter.Crdt.Tests.Interop;

/// <summary>Past states, and positions that move with the text, are those of Yjs.</summary>
public sealed class YjsSnapshotTests(YjsPeer yjs) : IClassFixture<YjsPeer>
{
    [Fact]
    public void Snapshots_have_the_bytes_of_Yjs_and_restore_the_same_documents() => Seeds.Run(Seeds.Times(20), seed =>
    {
        var random = new Random(seed);
        yjs.Create(0, 100, gc: false);
        yjs.Create(1, 200, gc: false);
        var doc = Content.NewDoc(300, collectsGarbage: false);
        var taken = new List<byte[]>();
        for (var round = 0; round < 6; round++)
        {
            foreach (var update in yjs.Edit(0, random.Next(), 5))
            {
                doc.ApplyUpdate(update);
                yjs.Apply(1, update);
            }

            var snapshot = doc.Snapshot().Encode();
            Assert.Equal(Convert.ToHexString(yjs.Snapshot(1)), Convert.ToHexString(snapshot));
            Assert.Equal(doc.Snapshot(), Snapshot.Decode(snapshot));
            var snapshotV2 = doc.Snapshot().EncodeV2();
            Assert.Equal(Convert.ToHexString(yjs.Snapshot(1, isV2: true)), Convert.ToHexString(snapshotV2));
            Assert.Equal(doc.Snapshot(), Snapshot.DecodeV2(snapshotV2));
            Assert.True(doc.Snapshot().Contains(doc.EncodeStateAsUpdate()));
            taken.Add(snapshot);
        }

        var before = doc.EncodeStateAsUpdate();
        foreach (var snapshot in taken)
        {
            var restored = Doc.CreateFromSnapshot(doc, Snapshot.Decode(snapshot));
            var theirs = yjs.Restore(1, snapshot);
            Assert.Equal(Content.Normalize(theirs.Content), Content.Of(restored));
            Assert.Equal(theirs.Vector, restored.EncodeStateVector());
            InvariantChecks.Check(restored);
        }

        Assert.Equal(before, doc.EncodeStateAsUpdate());
    });

    [Fact]
    public void Text_at_a_snapshot_and_changes_between_two_are_those_of_Yjs() => Seeds.Run(Seeds.Times(30), seed =>
    {
        var random = new Random(seed);
        // The one that edits may have cut a surrogate pair and told nobody.
        yjs.Create(0, 100, gc: false);
        yjs.Create(1, 200, gc: false);
        var doc = Content.NewDoc(300, collectsGarbage: false);
        var taken = new List<byte[]>();
        for (var round = 0; round < 5; round++)
        {
            foreach (var answer in yjs.TextScript(0, random.Next(), 5))
            {
                yjs.Apply(1, YjsPeer.Updates(answer!));
                Array.ForEach(YjsPeer.Updates(answer!), update => doc.ApplyUpdate(update));
            }

            taken.Add(doc.Snapshot().Encode());
        }

        var text = doc.GetText("text");
        for (var i = 0; i < taken.Count; i++)
        {
            var now = Snapshot.Decode(taken[i]);
            Assert.Equal(Content.Normalize(yjs.DeltaAt(1, taken[i], null)), Deltas.Of(text.ToDelta(now)));
            if (i > 0)
            {
                Assert.Equal(Content.Normalize(yjs.DeltaAt(1, taken[i], taken[i - 1])), Deltas.Of(text.ToDelta(now, Snapshot.Decode(taken[i - 1]))));
            }
        }
    });

    [Fact]
    public void Relative_positions_have_the_bytes_of_Yjs_and_lead_to_the_same_place() => Seeds.Run(Seeds.Times(20), seed =>
    {
        var random = new Random(seed);
        yjs.Create(0, 100);
        yjs.Create(1, 200);
        var doc = Content.NewDoc(300);
        var positions = new List<byte[]>();
        for (var round = 0; round < 5; round++)
        {
            foreach (var update in yjs.TextScript(0, random.Next(), 5).SelectMany(answer => YjsPeer.Updates(answer!)))
            {
                doc.ApplyUpdate(update);
                yjs.Apply(1, update);
            }

            for (var i = 0; i < 5; i++)
            {
                var (index, association) = (random.Next(doc.GetText("text").Length + 1), random.Next(3) - 1);
                var ours = RelativePosition.FromIndex(doc.GetText("text"), index, association);
                var theirs = yjs.Position(1, index, association);
                Assert.Equal(Convert.ToHexString(theirs.Bytes), Convert.ToHexString(ours.Encode()));
                Assert.Equal(Content.Normalize(theirs.Json), Content.Normalize(ours.ToJson()));
                Assert.Equal(ours, RelativePosition.FromJson(theirs.Json));
                Assert.Equal(index, ours.Resolve(doc)?.Index);
                positions.Add(theirs.Bytes);
            }

            foreach (var position in positions)
            {
                var found = RelativePosition.Decode(position).Resolve(doc);
                Assert.Equal(yjs.Resolve(1, position), found?.Index ?? -1);
            }
        }
    });
}
