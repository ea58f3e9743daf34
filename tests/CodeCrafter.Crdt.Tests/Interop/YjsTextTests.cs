using System.Text.Json.Nodes;

namespace CodeCrafter.Crdt.Tests.Interop;

/// <summary>Text with attributes: what Yjs does, we do with the same bytes.</summary>
public sealed class YjsTextTests(YjsPeer yjs) : IClassFixture<YjsPeer>
{
    private const ulong Client = 500;

    [Fact]
    public void The_same_edits_write_the_same_bytes() => Seeds.Run(Seeds.Times(60), seed =>
    {
        yjs.Create(0, Client);
        var doc = new Doc(Client);
        var text = doc.GetText("text");
        var emitted = new List<byte[]>();
        doc.UpdateEmitted += (update, _) => emitted.Add(update);
        foreach (var answer in yjs.TextScript(0, seed, 40))
        {
            emitted.Clear();
            Perform(text, answer!["step"]!);

            Assert.Equal(YjsPeer.Updates(answer).Select(Convert.ToHexString), emitted.Select(Convert.ToHexString));
            Assert.Equal(Content.Normalize(answer["delta"]!.ToJsonString()), Deltas.Of(text));
        }

        InvariantChecks.Check(doc);
    });

    [Fact]
    public void Edits_that_meet_are_tidied_up_with_the_same_bytes() => Seeds.Run(Seeds.Times(60), seed =>
    {
        var random = new Random(seed);
        yjs.Create(0, 100);
        yjs.Create(1, 200);
        yjs.Create(2, Client);
        var doc = new Doc(Client);
        doc.GetText("text");
        var emitted = new List<byte[]>();
        doc.UpdateEmitted += (update, _) => emitted.Add(update);
        for (var round = 0; round < 6; round++)
        {
            var updates = new List<byte[]>();
            for (var i = 0; i < 2; i++)
            {
                updates.AddRange(yjs.TextScript(i, random.Next(), 5).SelectMany(answer => YjsPeer.Updates(answer!)));
            }

            // Each hears of the other; what they tidy up is passed on too.
            updates.AddRange(yjs.Apply(0, yjs.Diff(1, yjs.State(0).Vector)));
            updates.AddRange(yjs.Apply(1, yjs.Diff(0, yjs.State(1).Vector)));
            foreach (var update in updates)
            {
                emitted.Clear();
                doc.ApplyUpdate(update);
                Assert.Equal(yjs.Apply(2, update).Select(Convert.ToHexString), emitted.Select(Convert.ToHexString));
            }

            Assert.Equal(Content.Normalize(yjs.Deltas(2)), Deltas.Of(doc.GetText("text")));
        }

        Assert.Equal(Convert.ToHexString(yjs.State(2).Update), Convert.ToHexString(doc.EncodeStateAsUpdate()));
        InvariantChecks.Check(doc);
    });

    [Fact]
    public void An_update_within_a_transaction_is_taken_as_in_Yjs() => Seeds.Run(Seeds.Times(60), seed =>
    {
        var random = new Random(seed);
        yjs.Create(0, 100);
        yjs.Create(1, 200);
        yjs.Create(2, Client);
        var doc = new Doc(Client);
        var text = doc.GetText("text");
        var known = TextUpdates(0, random, 6).ToList();
        yjs.Apply(1, known);
        known.ForEach(update => doc.ApplyUpdate(update));
        yjs.Apply(2, known);
        // Neither of the two sees what the other does, nor what is done here.
        byte[][] news = [.. TextUpdates(0, random, random.Next(4)), .. TextUpdates(1, random, random.Next(4))];
        List<(string Update, object? Origin)> emitted = [];
        List<(object? Origin, bool IsLocal)> changes = [];
        doc.UpdateEmitted += (update, origin) => emitted.Add((Convert.ToBase64String(update), origin));
        doc.Changed += change => changes.Add((change.Origin, change.IsLocal));

        // Either before it or after: Yjs remembers places, and where an update has moved them it forgets them only at the end
        // of the transaction, so that what is done until then may go where nobody meant it.
        var before = random.Next(3);
        var answer = yjs.Nested(2, random.Next(), before, news, after: before == 0 ? random.Next(3) : 0);
        doc.Transact(
            () =>
            {
                PerformAll(text, answer["steps"]![0]!);
                foreach (var update in news)
                {
                    doc.ApplyUpdate(update, "inner");
                }

                PerformAll(text, answer["steps"]![1]!);
            },
            "outer");

        var heard = answer["heard"]!.AsArray();
        Assert.Equal(heard.Select(one => (one!["update"]!.GetValue<string>(), Origin(one))), emitted);
        Assert.Equal(heard.Where(one => one!["isChange"]!.GetValue<bool>()).Select(one => (Origin(one!), one!["isLocal"]!.GetValue<bool>())), changes);
        Assert.Equal(answer["isRenamed"]!.GetValue<bool>(), doc.ClientId != Client);
        Assert.Equal(Convert.ToHexString(yjs.State(2).Update), Convert.ToHexString(doc.EncodeStateAsUpdate()));
        InvariantChecks.Check(doc);
    });

    private IEnumerable<byte[]> TextUpdates(int doc, Random random, int count) =>
        yjs.TextScript(doc, random.Next(), count).SelectMany(answer => YjsPeer.Updates(answer!));

    private static object? Origin(JsonNode heard) => heard["origin"]?.GetValue<string>();

    private static void PerformAll(YText text, JsonNode answers)
    {
        foreach (var answer in answers.AsArray())
        {
            Perform(text, answer!["step"]!);
        }
    }

    /// <summary>Does what interop/text-script.mjs does.</summary>
    internal static void Perform(YText text, JsonNode step)
    {
        var index = step["index"]?.GetValue<int>() ?? 0;
        var length = step["length"]?.GetValue<int>() ?? 0;
        var inserted = step["text"]?.GetValue<string>() ?? "";
        var attributes = Deltas.ParseAttributes(step["attributes"]);
        switch (step["kind"]!.GetValue<string>())
        {
            case "insert":
                text.Insert(index, inserted);
                break;
            case "insertWith":
                text.Insert(index, inserted, attributes!);
                break;
            case "embed":
                text.InsertEmbed(index, Deltas.Plain(step["embed"])!, attributes);
                break;
            case "delete":
                text.Delete(index, length);
                break;
            case "delta":
                text.ApplyDelta(Deltas.Parse(step["delta"]!));
                break;
            default:
                text.Format(index, length, attributes!);
                break;
        }
    }
}
