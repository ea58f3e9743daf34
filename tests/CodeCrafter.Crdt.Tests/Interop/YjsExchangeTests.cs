using System.Text;
using CodeCrafter.Crdt.Sync;
using Microsoft.Extensions.Time.Testing;

namespace CodeCrafter.Crdt.Tests.Interop;

/// <summary>What one side writes the other reads: states, differences, merged updates, what waits, awareness.</summary>
public sealed class YjsExchangeTests(YjsPeer yjs) : IClassFixture<YjsPeer>
{
    [Fact]
    public void Yjs_takes_our_differences_and_we_take_its() => Seeds.Run(Seeds.Times(20), seed =>
    {
        var random = new Random(seed);
        yjs.Create(0, 500);
        var ours = Content.NewDoc(400);
        for (var round = 0; round < 5; round++)
        {
            yjs.Edit(0, random.Next(), 5);
            RandomEdits.Make(ours, random, 5);
            var theirs = yjs.Diff(0, ours.EncodeStateVector());
            yjs.Apply(0, ours.EncodeStateAsUpdate(yjs.State(0).Vector));
            ours.ApplyUpdate(theirs);
            AssertSame(ours, 0);
        }
    });

    [Fact]
    public void We_take_merged_updates_with_gaps() => Seeds.Run(Seeds.Times(20), seed =>
    {
        var random = new Random(seed);
        yjs.Create(0, 500);
        var updates = yjs.Edit(0, seed, 30);
        var kept = updates.Where(_ => random.Next(3) > 0).ToArray();
        var ours = Content.NewDoc(400);
        ours.ApplyUpdate(yjs.Merge([.. kept, updates[^1]]));

        ours.ApplyUpdate(yjs.Merge([.. updates.Except(kept), updates[0]]));

        AssertSame(ours, 0);
    });

    [Fact]
    public void What_waits_here_and_there_is_the_same() => Seeds.Run(Seeds.Times(20), seed =>
    {
        var random = new Random(seed);
        yjs.Create(0, 500);
        var updates = yjs.Edit(0, seed, 20);
        var some = updates.Where(_ => random.Next(2) == 0).ToArray();
        random.Shuffle(some);
        yjs.Create(1, 501);
        yjs.Apply(1, some);
        var ours = Content.NewDoc(400);
        foreach (var update in some)
        {
            ours.ApplyUpdate(update);
        }

        AssertSame(ours, 1);
        Assert.Equal(yjs.State(1).IsPending, ours.HasPending);

        // Each hands what it has, and what waits, to a new document of the other kind; then comes the rest.
        var fromYjs = Content.NewDoc(401);
        fromYjs.ApplyUpdate(yjs.State(1).Update);
        yjs.Create(2, 502);
        yjs.Apply(2, ours.EncodeStateAsUpdate());
        AssertSame(fromYjs, 2);
        foreach (var update in updates.Except(some))
        {
            fromYjs.ApplyUpdate(update);
            yjs.Apply(2, update);
        }

        AssertSame(fromYjs, 2);
        // Who tidies up formatting before all has arrived may see it otherwise than the author, in Yjs too.
        if (yjs.State(2).Content == yjs.State(0).Content)
        {
            AssertSame(fromYjs, 0);
        }
    });

    [Fact]
    public void Our_updates_have_the_bytes_that_Yjs_would_emit_and_our_state_is_no_longer() => Seeds.Run(Seeds.Times(20), seed =>
    {
        yjs.Create(0, 500);
        var updates = yjs.Edit(0, seed, 30);
        yjs.Create(1, 501);
        var ours = Content.NewDoc(400);
        var emitted = new List<byte[]>();
        ours.UpdateEmitted += (update, _) => emitted.Add(update);
        foreach (var update in updates)
        {
            ours.ApplyUpdate(update);
        }

        Assert.Equal(yjs.Apply(1, updates), emitted);
        Assert.InRange(ours.EncodeStateAsUpdate().Length, 0, yjs.State(1).Update.Length);
    });

    [Fact]
    public void Awareness_goes_both_ways()
    {
        yjs.CreateAwareness(0, 10);
        yjs.CreateAwareness(1, 20);
        var ours = new Awareness(new FakeTimeProvider());
        Assert.Equal([10UL], ours.Apply(yjs.SetAwareness(0, new { user = new { name = "ß", color = "#fff" } })).Added);
        Assert.Equal([20UL], ours.Apply(yjs.SetAwareness(1, new { user = new { name = "b" } })).Added);
        Assert.Equal("""{"user":{"name":"b"}}""", Encoding.UTF8.GetString(ours.GetState(20).Span));

        var states = yjs.ApplyAwareness(0, ours.Encode(ours.ClientIds));
        Assert.Equal("b", states["20"]!["user"]!["name"]!.GetValue<string>());
        Assert.Equal(yjs.EncodeAwareness(1), ours.Encode([20]));

        Assert.Equal([20UL], ours.Apply(yjs.SetAwareness(1, null)).Removed);
        Assert.Null(yjs.ApplyAwareness(0, ours.Encode([20]))["20"]);
    }

    [Fact]
    public void A_client_that_was_removed_by_mistake_comes_back()
    {
        yjs.CreateAwareness(0, 10);
        yjs.CreateAwareness(1, 20);
        var ours = new Awareness(new FakeTimeProvider());
        ours.Apply(yjs.SetAwareness(0, new { name = "a" }));
        yjs.ApplyAwareness(1, ours.Encode([10]));

        ours.Remove([10]);
        Assert.Null(yjs.ApplyAwareness(1, ours.Encode([10]))["10"]);
        var change = ours.Apply(yjs.EncodeAwareness(0));
        Assert.Equal([10UL], change.Outdated);

        yjs.ApplyAwareness(0, ours.Encode(change.Outdated));
        Assert.Equal([10UL], ours.Apply(yjs.EncodeAwareness(0)).Added);
        Assert.NotNull(yjs.ApplyAwareness(1, ours.Encode([10]))["10"]);
    }

    private void AssertSame(Doc ours, int theirs)
    {
        var state = yjs.State(theirs);
        Assert.Equal(Content.Normalize(state.Content), Content.Of(ours));
        Assert.Equal(state.Vector, ours.EncodeStateVector());
    }
}
