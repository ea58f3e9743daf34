using CodeCrafter.Crdt.Sync;
using Microsoft.Extensions.Time.Testing;

namespace CodeCrafter.Crdt.Tests.Sync;

/// <summary>How an application goes on whose document had to take another client id, as the remarks of <see cref="Awareness"/> say.</summary>
public sealed class ChangedClientIdTests
{
    private const ulong Id = 7, Third = 9;

    [Fact]
    public void Who_leaves_and_speaks_under_the_new_id_is_seen_and_so_is_the_other()
    {
        var time = new FakeTimeProvider();
        var (doc, other) = (new Doc(Id), new Doc(Id));
        var (old, others) = (new Awareness(time, localClientId: doc.ClientId), new Awareness(time, localClientId: other.ClientId));
        var third = new Awareness(time, localClientId: Third);
        old.SetLocalState("1"u8);
        others.SetLocalState("2"u8);
        third.SetLocalState("3"u8);
        old.Apply(third.Encode([Third]));
        other.GetText("text").Insert(0, "a");

        doc.ApplyUpdate(other.EncodeStateAsUpdate());
        Assert.NotEqual(Id, doc.ClientId);
        Assert.Equal(Id, old.LocalClientId);

        old.SetLocalState(null);
        var removal = old.Encode([Id]);
        var now = new Awareness(time, localClientId: doc.ClientId);
        now.Apply(old.Encode(old.ClientIds));
        now.SetLocalState("1"u8);

        Assert.Equal([Id], others.Apply(removal).Updated);
        others.Apply(now.Encode(now.ClientIds));
        now.Apply(others.Encode([Id]));
        ulong[] all = [Id, Third, doc.ClientId];
        Assert.Equal(all.Order(), now.ClientIds.Order());
        Assert.Equal(all.Order(), others.ClientIds.Order());
        Assert.Equal("1"u8, others.GetState(doc.ClientId).Span);
        Assert.Equal("2"u8, now.GetState(Id).Span);
    }
}
