using CodeCrafter.Crdt.Structs;
using CodeCrafter.Crdt.Tests.Interop;
using CodeCrafter.Crdt.Wire;

namespace CodeCrafter.Crdt.Tests.Structs;

/// <summary>Clocks beyond 32 bits, which a few bytes can say, are kept like any others.</summary>
public sealed class LargeClockTests(YjsPeer yjs) : IClassFixture<YjsPeer>
{
    [Theory]
    [InlineData((1L << 32) - 8)]
    [InlineData(1L << 32)]
    [InlineData(1L << 45)]
    public void Text_behind_a_long_deletion_is_edited_and_written_as_in_Yjs(long deleted)
    {
        var doc = new Doc(7);
        doc.ApplyUpdate(DeletionAndText(deleted));
        var text = doc.GetText("text");
        Assert.Equal("some text", text.ToString());

        // Cuts it on both sides of the limit, continues it, and cuts the deletion.
        text.Delete(2, 5);
        text.Insert(2, "!");
        text.Insert(3, "!");
        text.Insert(0, "before");
        Assert.Equal("beforeso!!xt", text.ToString());
        InvariantChecks.Check(doc);

        var state = doc.EncodeStateAsUpdate();
        var copy = new Doc(8);
        copy.ApplyUpdate(state);
        Assert.Equal(text.ToString(), copy.GetText("text").ToString());
        Assert.Equal(state, copy.EncodeStateAsUpdate());
        yjs.Create(0, 9);
        yjs.Apply(0, [state]);
        Assert.Equal(state, yjs.State(0).Update);
    }

    // Of client 5: a deleted stretch, and a text behind it.
    private static byte[] DeletionAndText(long deleted)
    {
        var writer = new WireWriter();
        writer.WriteBytes([1, 2, 5, 0, 1, 1]);
        writer.WriteString("text");
        writer.WriteClock(deleted);
        writer.WriteBytes([StructInfo.HasOrigin | 4, 5]);
        writer.WriteClock(deleted - 1);
        writer.WriteString("some text");
        writer.WriteByte(0);
        return writer.ToArray();
    }
}
