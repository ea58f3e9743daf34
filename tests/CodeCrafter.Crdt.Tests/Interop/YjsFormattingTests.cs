using System.Text.Json.Nodes;

namespace CodeCrafter.Crdt.Tests.Interop;

/// <summary>
/// Chosen edits of formatted text: who makes them and who receives them writes what Yjs writes and hears what Yjs tells.
/// </summary>
public sealed class YjsFormattingTests(YjsPeer yjs) : IClassFixture<YjsPeer>
{
    // Each is one transaction: what both start from, what one does, and what another does at the same time.
    public static TheoryData<string, string, string, string> Scenarios => new()
    {
        {
            "what is deleted takes its attribute with it",
            """[{"kind":"insertWith","index":0,"text":"A","attributes":{"bold":true}},{"kind":"insertWith","index":1,"text":"B","attributes":{}}]""",
            """[{"kind":"delta","delta":[{"delete":1},{"insert":"x"}]}]""",
            "[]"
        },
        {
            "behind what is deleted is in force what was before it",
            Coloured("red", "blue", "red"),
            """[{"kind":"delta","delta":[{"retain":1},{"delete":1},{"insert":"x","attributes":{"color":"red"}}]}]""",
            "[]"
        },
        {
            "and not what was in it",
            Coloured("red", "blue", "green"),
            """[{"kind":"delta","delta":[{"retain":1},{"delete":1},{"insert":"x","attributes":{"color":"blue"}}]}]""",
            "[]"
        },
        {
            "of what is deleted the last attribute stays in force",
            Coloured("red", "blue", "red", "red"),
            """[{"kind":"delta","delta":[{"delete":3},{"insert":"x","attributes":{"color":"red"}},{"insert":"y"}]}]""",
            "[]"
        },
        {
            "what is deleted ends where the next attribute begins",
            """[{"kind":"insert","index":0,"text":"A"},{"kind":"insertWith","index":1,"text":"B","attributes":{"bold":true}}]""",
            """[{"kind":"delta","delta":[{"delete":1},{"insert":"x"}]}]""",
            "[]"
        },
        { "of all that is deleted", Coloured("red", "blue", "red"), """[{"kind":"delete","index":0,"length":3}]""", "[]" },
        { "of the first that is deleted", Coloured("red", "blue", "red"), """[{"kind":"delete","index":0,"length":1}]""", "[]" },
        { "of the last that is deleted", Coloured("red", "blue", "red"), """[{"kind":"delete","index":2,"length":1}]""", "[]" },
        { "between two of the same", Coloured("red", null, "red"), """[{"kind":"delete","index":1,"length":1}]""", "[]" },
        { "between two that are alike but not the same", Linked("x", null, "x"), """[{"kind":"delete","index":1,"length":1}]""", "[]" },
        { "two say the same of all", Plain, Formatted(0, 4, "true"), Formatted(0, 4, "true") },
        { "two say different things of all", Plain, Formatted(0, 4, "true"), Formatted(0, 4, "false") },
        { "two stretches overlap", Plain, Formatted(0, 3, "true"), Formatted(1, 3, "true") },
        { "two stretches overlap the other way", Plain, Formatted(1, 3, "true"), Formatted(0, 3, "true") },
        { "one within the other", Plain, Formatted(0, 4, "true"), Formatted(1, 2, "true") },
        { "side by side", Plain, Formatted(0, 2, "true"), Formatted(2, 2, "true") },
        { "one formats what the other deletes", Plain, Formatted(1, 2, "true"), """[{"kind":"delete","index":1,"length":2}]""" },
        { "one deletes what the other formats", Plain, """[{"kind":"delete","index":0,"length":4}]""", Formatted(0, 4, "true") },
        {
            "one deletes between what two formatted",
            Plain,
            """[{"kind":"format","index":0,"length":2,"attributes":{"bold":true}},{"kind":"delete","index":2,"length":1}]""",
            """[{"kind":"format","index":1,"length":2,"attributes":{"bold":true}},{"kind":"delete","index":1,"length":1}]"""
        },
        {
            "both make plain what was not",
            Coloured("red", "blue", "red", null),
            """[{"kind":"format","index":0,"length":4,"attributes":{"color":null}}]""",
            """[{"kind":"format","index":1,"length":1,"attributes":{"color":null}},{"kind":"delete","index":0,"length":1}]"""
        },
        {
            "an attribute comes and goes within new text",
            "[]",
            """[{"kind":"insert","index":0,"text":"abc"},{"kind":"format","index":0,"length":1,"attributes":{"bold":true}},{"kind":"format","index":0,"length":1,"attributes":{"bold":null}}]""",
            "[]"
        },
        {
            "new text is divided by what says nothing new",
            """[{"kind":"insertWith","index":0,"text":"a","attributes":{"bold":true}}]""",
            """[{"kind":"insert","index":1,"text":"bc"},{"kind":"insert","index":0,"text":"xy"}]""",
            """[{"kind":"format","index":0,"length":1,"attributes":{"bold":null}},{"kind":"insert","index":1,"text":"z"}]"""
        },
        {
            "one attribute takes the place of several",
            Coloured(null, "red", "blue", null),
            """[{"kind":"format","index":0,"length":1,"attributes":{"color":"red"}},{"kind":"format","index":3,"length":1,"attributes":{"color":"blue"}}]""",
            """[{"kind":"format","index":0,"length":4,"attributes":{"color":"green"}}]"""
        },
        {
            "an attribute changes before others that stay",
            Coloured(null, "red", null, "red"),
            """[{"kind":"format","index":0,"length":1,"attributes":{"color":"green"}}]""",
            """[{"kind":"format","index":1,"length":2,"attributes":{"color":"green"}},{"kind":"embed","index":1,"embed":{"image":"x"},"attributes":{"color":"red"}}]"""
        },
        {
            "it changes and is as before",
            Coloured("red", null, "red", null),
            """[{"kind":"format","index":0,"length":2,"attributes":{"color":"green"}},{"kind":"format","index":0,"length":1,"attributes":{"color":"red"}}]""",
            """[{"kind":"format","index":0,"length":3,"attributes":{"color":null,"bold":true}}]"""
        },
    };

    private static string Plain => """[{"kind":"insert","index":0,"text":"abcd"}]""";

    [Theory]
    [MemberData(nameof(Scenarios))]
    public void Chosen_edits_are_written_and_received_as_in_Yjs(string name, string start, string one, string other)
    {
        Assert.NotEmpty(name);
        yjs.Create(0, 500);
        yjs.Create(1, 600);
        yjs.Create(2, 700);
        var (author, rival, receiver) = (new Doc(500), new Doc(600), new Doc(700));
        receiver.GetText("text");

        var first = PerformAlike(author, 0, start);
        rival.ApplyUpdate(author.EncodeStateAsUpdate());
        yjs.Apply(1, yjs.State(0).Update);
        byte[][] updates = [.. first, .. PerformAlike(author, 0, one), .. PerformAlike(rival, 1, other)];

        foreach (var update in updates)
        {
            var emitted = Emitted(receiver, () => receiver.ApplyUpdate(update));
            Assert.Equal(yjs.Apply(2, update).Select(Convert.ToHexString), emitted.Select(Convert.ToHexString));
        }

        Assert.Equal(Content.Normalize(yjs.Deltas(2)), Deltas.Of(receiver.GetText("text")));
        Assert.Equal(Convert.ToHexString(yjs.State(2).Update), Convert.ToHexString(receiver.EncodeStateAsUpdate()));
        InvariantChecks.Check(receiver);
    }

    [Theory]
    [MemberData(nameof(Scenarios))]
    public void Chosen_edits_are_told_as_in_Yjs(string name, string start, string one, string other)
    {
        Assert.NotEmpty(name);
        yjs.Create(0, 600);
        yjs.Create(1, 500);
        yjs.Create(2, 700);
        yjs.Observe(1);
        yjs.Observe(2);
        var (author, receiver) = (new Doc(500), new Doc(700));
        List<string> told = [], received = [];
        author.GetText("text").Observe(@event => told.Add(Deltas.Of(@event.Delta)));
        receiver.GetText("text").Observe(@event =>
        {
            if (!@event.IsLocal)
            {
                received.Add(Deltas.Of(@event.Delta));
            }
        });

        var updates = yjs.TextSteps(1, start);
        Perform(author, start);
        yjs.Apply(0, updates);
        byte[][] all = [.. updates, .. yjs.TextSteps(1, one), .. yjs.TextSteps(0, other)];
        Perform(author, one);

        AssertToldAlike(1, told, isLocal: true);
        foreach (var update in all)
        {
            received.Clear();
            receiver.ApplyUpdate(update);
            yjs.Apply(2, update);
            AssertToldAlike(2, received, isLocal: false);
        }
    }

    private static string Coloured(params string?[] colours) => Attributed("color", colours.Select(colour => $"\"{colour}\""), colours);

    private static string Linked(params string?[] targets) => Attributed("link", targets.Select(target => $"{{\"href\":\"{target}\"}}"), targets);

    // One letter for each value, with an attribute where there is one.
    private static string Attributed(string key, IEnumerable<string> values, string?[] isGiven)
    {
        var steps = values.Select((value, i) =>
            $$"""{"kind":"insertWith","index":{{i}},"text":"{{(char)('a' + i)}}","attributes":{ {{(isGiven[i] is null ? "" : $"\"{key}\":{value}")}} } }""");
        return $"[{string.Join(',', steps)}]";
    }

    private static string Formatted(int index, int length, string bold) =>
        $$"""[{"kind":"format","index":{{index}},"length":{{length}},"attributes":{"bold":{{bold}} } }]""";

    private byte[][] PerformAlike(Doc doc, int peer, string steps)
    {
        var emitted = Emitted(doc, () => Perform(doc, steps));
        var expected = yjs.TextSteps(peer, steps);
        Assert.Equal(expected.Select(Convert.ToHexString), emitted.Select(Convert.ToHexString));
        return expected;
    }

    private static void Perform(Doc doc, string steps) => doc.Transact(() =>
    {
        foreach (var step in JsonNode.Parse(steps)!.AsArray())
        {
            YjsTextTests.Perform(doc.GetText("text"), step!);
        }
    });

    private static List<byte[]> Emitted(Doc doc, Action action)
    {
        var emitted = new List<byte[]>();
        void Note(byte[] update, object? origin) => emitted.Add(update);
        doc.UpdateEmitted += Note;
        action();
        doc.UpdateEmitted -= Note;
        return emitted;
    }

    // Tidying up, which is local too, changes nothing: Yjs tells what is so already, or has tidied up by telling before.
    private void AssertToldAlike(int peer, List<string> told, bool isLocal)
    {
        var heard = yjs.Heard(peer).Where(@event => @event!["isLocal"]!.GetValue<bool>() == isLocal);
        Assert.Equal(heard.Select(@event => Content.Normalize(@event!["delta"]!.ToJsonString())).Where(IsSomething), told.Where(IsSomething));

        static bool IsSomething(string delta) => delta != "[]";
    }
}
