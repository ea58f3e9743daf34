using System.Text.Json.Nodes;

namespace CodeCrafter.Crdt.Tests.Interop;

/// <summary>What observers hear is what they hear from Yjs.</summary>
public sealed class YjsEventTests(YjsPeer yjs) : IClassFixture<YjsPeer>
{
    [Fact]
    public void Observers_hear_what_they_hear_from_Yjs() => Seeds.Run(Seeds.Times(60), seed =>
    {
        var random = new Random(seed);
        yjs.Create(0, 100);
        yjs.Create(1, 200);
        yjs.Observe(1);
        var doc = new Doc(200);
        var heard = new List<JsonObject>();
        foreach (var root in new YType[] { doc.GetArray("array"), doc.GetMap("map"), doc.GetText("text"), doc.GetXmlFragment("xml") })
        {
            root.ObserveDeep(events => heard.AddRange(events.Select(@event => ToJson(root, @event))));
        }

        for (var round = 0; round < 8; round++)
        {
            // One update of several transactions now and then.
            byte[][] updates = [.. yjs.Edit(0, random.Next(), 6)];
            updates = random.Next(2) == 0 ? updates : [yjs.Merge(updates)];
            foreach (var update in updates)
            {
                heard.Clear();
                doc.ApplyUpdate(update);
                var tidied = yjs.Apply(1, update);
                AssertSame(yjs.Heard(1), heard);
                // Yjs deletes formats that say what is so already while it makes a delta; ours hears of it as another replica would.
                foreach (var deletion in tidied)
                {
                    doc.ApplyUpdate(deletion);
                }
            }
        }
    });

    private static void AssertSame(JsonArray theirs, List<JsonObject> ours) =>
        Assert.Equal(Spelled(theirs.Select(@event => @event!)), Spelled(ours));

    // Tidying up, which is local, changes nothing that could be seen: what is told of it says what is so already.
    private static string[] Spelled(IEnumerable<JsonNode> events) =>
    [
        .. events
            .Where(@event => !@event["isLocal"]!.GetValue<bool>())
            .Where(@event => @event["delta"]!.AsArray().Count > 0 || @event["keys"]!.AsObject().Count > 0)
            .Select(@event => Content.Normalize(@event.ToJsonString()))
            .Order(StringComparer.Ordinal),
    ];

    private static JsonObject ToJson(YType root, YEvent @event)
    {
        Assert.Same(root, @event.CurrentTarget);
        return new JsonObject
        {
            ["root"] = root.RootName,
            ["path"] = new JsonArray([.. @event.Path.Select(step => step is int index ? JsonValue.Create(index) : JsonValue.Create((string)step))]),
            ["isLocal"] = @event.IsLocal,
            ["isText"] = @event.Target is YText,
            ["delta"] = JsonNode.Parse(Deltas.Of(@event.Delta)),
            ["keys"] = new JsonObject(@event.Keys.Select(change => KeyValuePair.Create(change.Key, (JsonNode?)new JsonObject
            {
                ["action"] = change.Value.Action.ToString().ToLowerInvariant(),
                ["old"] = change.Value.OldValue is YType ? new JsonObject { ["$deleted"] = true } : Content.ToJson(change.Value.OldValue),
            }))),
        };
    }
}
