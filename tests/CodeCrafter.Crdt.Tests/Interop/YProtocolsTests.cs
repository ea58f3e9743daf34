using System.Text;
using CodeCrafter.Crdt.Sync;
using Microsoft.Extensions.Time.Testing;

namespace CodeCrafter.Crdt.Tests.Interop;

/// <summary>Whole conversations with the y-protocols package of npm.</summary>
public sealed class YProtocolsTests(YjsPeer yjs) : IClassFixture<YjsPeer>
{
    [Fact]
    public void Two_documents_are_brought_together_by_messages() => Seeds.Run(Seeds.Times(20), seed =>
    {
        var random = new Random(seed);
        yjs.Create(0, 500);
        yjs.Edit(0, random.Next(), 10);
        var ours = new Doc(400);
        RandomEdits.Make(ours, random, 10);

        // Each asks, each answers, each takes the answer.
        var theirAnswer = yjs.HandleSync(0, SyncProtocol.WriteStep1(ours.EncodeStateVector()));
        var ourAnswer = Handle(ours, yjs.SyncStep1(0));
        Assert.Null(Handle(ours, theirAnswer));
        Assert.Empty(yjs.HandleSync(0, ourAnswer!));

        foreach (var update in yjs.Edit(0, random.Next(), 5))
        {
            Assert.Null(Handle(ours, SyncProtocol.WriteUpdate(update)));
        }

        ours.UpdateEmitted += (update, _) => Assert.Empty(yjs.HandleSync(0, SyncProtocol.WriteUpdate(update)));
        RandomEdits.Make(ours, random, 5);
        Assert.Equal(Content.Normalize(yjs.State(0).Content), Content.Of(ours));
        Assert.Equal(yjs.State(0).Vector, ours.EncodeStateVector());
    });

    [Fact]
    public void One_who_takes_part_is_seen_by_the_others_until_it_leaves()
    {
        yjs.CreateAwareness(0, 10);
        var time = new FakeTimeProvider();
        var ours = new Awareness(time, localClientId: 20);

        Assert.Equal([20UL], ours.SetLocalState("""{"name":"ß"}"""u8).Added);
        Assert.Equal("ß", yjs.ApplyAwareness(0, ours.Encode([20]))["20"]!["name"]!.GetValue<string>());

        Assert.Equal([20UL], ours.SetLocalState([]).Removed);
        Assert.Null(yjs.ApplyAwareness(0, ours.Encode([20]))["20"]);
    }

    [Fact]
    public void One_who_takes_part_is_not_removed_by_others()
    {
        yjs.CreateAwareness(0, 10);
        var ours = new Awareness(new FakeTimeProvider(), localClientId: 20);
        ours.SetLocalState("""{"name":"a"}"""u8);
        yjs.ApplyAwareness(0, ours.Encode([20]));

        // The removal that a relay makes of a broken connection has the clock of the state.
        var relay = new Awareness(new FakeTimeProvider());
        relay.Apply(ours.Encode([20]));
        relay.Remove([20]);
        Assert.Null(yjs.ApplyAwareness(0, relay.Encode([20]))["20"]);
        var change = ours.Apply(relay.Encode([20]));

        Assert.Equal([20UL], change.Updated);
        Assert.Equal("""{"name":"a"}""", Encoding.UTF8.GetString(ours.GetState(20).Span));
        Assert.NotNull(yjs.ApplyAwareness(0, ours.Encode([20]))["20"]);
        Assert.Equal([20UL], relay.Apply(ours.Encode([20])).Added);
    }

    private static byte[]? Handle(Doc doc, byte[] message) => SyncProtocol.Handle(doc, SyncProtocol.Read(message), "network");
}
