using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using CodeCrafter.Crdt.Sync;
using CodeCrafter.Crdt.Wire;
using Microsoft.Extensions.Time.Testing;

namespace CodeCrafter.Crdt.Tests.Interop;

/// <summary>Awareness follows the rules of y-protocols: the same steps leave the same states and clocks, and raise the same events.</summary>
public sealed class YAwarenessTests(YjsPeer yjs) : IClassFixture<YjsPeer>
{
    private const ulong Local = 5;
    private const ulong Nobody = 99;
    private static readonly ulong[] s_clients = [1, 2, 3, 4, Local];

    private static readonly string[] s_states =
    [
        "null", "null", "{}", """{"a":1}""", """{ "a": 1.0 }""", """{"a":2}""", """{"a":[1,null,"ß"],"b":2}""", """{"b":2,"a":[1,null,"\u00df"]}""",
    ];

    [Fact]
    public void A_relay_keeps_and_tells_what_y_protocols_does() => Seeds.Run(Seeds.Times(100), seed => Compare(seed, local: null));

    [Fact]
    public void One_who_takes_part_keeps_and_tells_what_y_protocols_does() => Seeds.Run(Seeds.Times(100), seed => Compare(seed, Local));

    private void Compare(int seed, ulong? local)
    {
        var random = new Random(seed);
        // Theirs always has a client of its own, and a state of it: for a relay one that nothing here speaks of.
        yjs.CreateAwareness(0, local ?? Nobody);
        var ours = new Awareness(new FakeTimeProvider(), localClientId: local);
        AwarenessChange? changed = null, updated = null;
        ours.Changed += (change, _) => changed = change;
        ours.Updated += (change, _) => updated = change;
        List<AwarenessStep> steps = [.. local is null ? [] : (AwarenessStep[])[new(State: "{}")], .. Enumerable.Range(0, 60).Select(_ => Step(random, local))];
        foreach (var (step, answer) in steps.Zip(yjs.AwarenessSteps(0, steps)))
        {
            var before = ours.ClientIds;
            (changed, updated) = (null, null);
            Perform(ours, step);

            Assert.Equal(States(answer!["states"]!), States(ours));
            Assert.Equal(Clocks(answer["clocks"]!), Clocks(ours));
            // The first state of all is theirs already: it is made with it.
            if (step != steps[0] || local is null)
            {
                Assert.Equal(Expected(answer["update"], before, ours, isUpdate: true), Lists(updated));
                Assert.Equal(Expected(answer["change"], before, ours, isUpdate: false), Lists(changed));
            }
        }
    }

    private static AwarenessStep Step(Random random, ulong? local) => random.Next(8) switch
    {
        0 => new AwarenessStep(Remove: random.GetItems(s_clients, random.Next(3)).Distinct().ToArray()),
        1 when local is not null => new AwarenessStep(State: s_states[random.Next(s_states.Length)]),
        _ => new AwarenessStep(Update: RandomUpdate(random)),
    };

    private static byte[] RandomUpdate(Random random)
    {
        var clients = random.GetItems(s_clients, random.Next(1, 5)).Distinct().ToArray();
        var writer = new WireWriter();
        writer.WriteVarUint((ulong)clients.Length);
        foreach (var client in clients)
        {
            writer.WriteVarUint(client);
            writer.WriteClock(random.Next(12));
            writer.WriteString(s_states[random.Next(s_states.Length)]);
        }

        return writer.ToArray();
    }

    private static void Perform(Awareness ours, AwarenessStep step)
    {
        if (step.Update is not null)
        {
            ours.Apply(step.Update);
        }
        else if (step.Remove is not null)
        {
            ours.Remove(step.Remove);
        }
        else
        {
            ours.SetLocalState(Encoding.UTF8.GetBytes(step.State!));
        }
    }

    private static string States(JsonNode states)
    {
        states.AsObject().Remove(Nobody.ToString(CultureInfo.InvariantCulture));
        return Content.Normalize(states.ToJsonString());
    }

    private static string States(Awareness ours) => Content.Normalize(
        "{" + string.Join(',', ours.ClientIds.Select(client => $"\"{client}\":{Encoding.UTF8.GetString(ours.GetState(client).Span)}")) + "}");

    private static IEnumerable<string> Clocks(JsonNode clocks) =>
        s_clients.Select(client => $"{client}: {clocks[client.ToString(CultureInfo.InvariantCulture)]?.GetValue<long>()}");

    private static IEnumerable<string> Clocks(Awareness ours)
    {
        var clocks = new Dictionary<ulong, long>();
        var reader = new AwarenessReader(ours.Encode(s_clients));
        while (reader.MoveNext())
        {
            clocks.Add(reader.Client, reader.Clock);
        }

        return s_clients.Select(client => $"{client}: {(clocks.TryGetValue(client, out var clock) ? clock : null)}");
    }

    private static string Lists(AwarenessChange? change) => change is null ? "none"
        : $"added {string.Join(' ', change.Added.Order())}, updated {string.Join(' ', change.Updated.Order())}, removed {string.Join(' ', change.Removed.Order())}";

    /// <summary>Their event in our words: who comes back is added, and whom others tried to remove is still there.</summary>
    private static string Expected(JsonNode? theirs, IReadOnlyList<ulong> before, Awareness ours, bool isUpdate)
    {
        if (theirs is null)
        {
            return "none";
        }

        ulong[] Clients(string name) => [.. theirs[name]!.AsArray().Select(client => client!.GetValue<ulong>())];
        var wasTried = Clients("removed").Where(client => client == ours.LocalClientId && ours.ClientIds.Contains(client)).ToArray();
        var comesBack = Clients("updated").Where(client => !before.Contains(client)).ToArray();
        ulong[] added = [.. Clients("added"), .. comesBack];
        ulong[] updated = [.. Clients("updated").Except(comesBack), .. isUpdate ? wasTried : []];
        ulong[] removed = [.. Clients("removed").Except(wasTried)];
        return added.Length + updated.Length + removed.Length == 0 ? "none"
            : Lists(new AwarenessChange(added, updated, removed, []));
    }
}
