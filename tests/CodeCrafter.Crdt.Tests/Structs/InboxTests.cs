using CodeCrafter.Crdt.Structs;
using CodeCrafter.Crdt.Wire;

namespace CodeCrafter.Crdt.Tests.Structs;

/// <summary>What waits is complete, held once, and freed by whatever it waits for.</summary>
public sealed class InboxTests
{
    private const string Alphabet = "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz";

    [Theory]
    [InlineData(7UL)]
    [InlineData(8UL)]
    public void What_waits_for_what_is_typed_here_is_freed_with_the_next_update(ulong client)
    {
        // By another who knew it already, or by this replica itself before it lost what it had.
        var doc = new Doc(7);
        doc.ApplyUpdate([1, 1, (byte)client, client == 7 ? (byte)3 : (byte)0, 0x84, 7, 2, 1, (byte)'d', 0]);
        doc.GetText("t").Append("abc");
        Assert.True(doc.HasPending);

        doc.ApplyUpdate(Update.Empty);

        Assert.False(doc.HasPending);
        Assert.Equal("abcd", doc.GetText("t").ToString());
    }

    [Theory]
    [InlineData(1, 3)]
    [InlineData(3, 1)]
    public void Of_two_that_begin_at_the_same_clock_the_longer_is_kept(int first, int second)
    {
        var doc = new Doc(1);
        doc.ApplyUpdate(Typed(3, first));
        doc.ApplyUpdate(Typed(8, 1));
        doc.ApplyUpdate(Typed(3, second));
        doc.ApplyUpdate(Typed(0, 3));
        doc.ApplyUpdate(Typed(6, 2));

        Assert.False(doc.HasPending);
        Assert.Equal(Alphabet[..9], doc.GetText("t").ToString());
    }

    [Theory]
    [InlineData(1, 2)]
    [InlineData(2, 1)]
    public void Of_many_that_begin_at_the_same_clocks_the_longer_are_kept(int first, int second)
    {
        var doc = new Doc(1);
        doc.ApplyUpdate(Typed(42, 1));
        doc.ApplyUpdate(EverySecond(first));
        doc.ApplyUpdate(EverySecond(second));
        doc.ApplyUpdate(Typed(0, 2));

        Assert.False(doc.HasPending);
        Assert.Equal(Alphabet[..43], doc.GetText("t").ToString());
    }

    [Fact]
    public void What_comes_again_is_held_once()
    {
        var doc = new Doc(1);
        var inbox = new Inbox(doc.Store);
        var transaction = new Transaction(doc.Store);
        transaction.Begin(null, isLocal: false);

        // Behind all, as the last; then before another one, alone and with many.
        foreach (var (update, held) in new[]
        {
            (Typed(42, 1), 1), (Typed(42, 1), 1), (EverySecond(1), 21), (EverySecond(1), 21), (Typed(6, 1), 21), (Typed(7, 1), 22), (Typed(7, 1), 22),
        })
        {
            SectionReader.ReadStructs(update, UpdateDecoder.CheckSections(update), doc, transaction, inbox);
            inbox.Drain(transaction);

            var clocks = inbox.PendingOf(7)!.Items().Select(arrival => arrival.Clock).ToArray();
            Assert.Equal(held, clocks.Length);
            Assert.Equal(clocks.Distinct().Order(), clocks);
        }
    }

    // Units of client 7, each behind the one before it.
    private static byte[] Typed(int clock, int length) => Section(clock, 1, writer => WriteText(writer, clock, length));

    // Twenty items from clock 2 on, two apart.
    private static byte[] EverySecond(int length) => Section(2, length == 2 ? 20 : 39, writer =>
    {
        for (var clock = 2; clock < 42; clock += 2)
        {
            WriteText(writer, clock, length);
            if (length == 1 && clock < 40)
            {
                writer.WriteBytes([StructInfo.Skip, 1]);
            }
        }
    });

    private static byte[] Section(int clock, int structs, Action<WireWriter> writeStructs)
    {
        var writer = new WireWriter();
        writer.WriteBytes([1, (byte)structs, 7, (byte)clock]);
        writeStructs(writer);
        writer.WriteByte(0);
        return writer.ToArray();
    }

    private static void WriteText(WireWriter writer, int clock, int length)
    {
        writer.WriteBytes(clock == 0 ? [4, 1, 1, (byte)'t'] : [0x84, 7, (byte)(clock - 1)]);
        writer.WriteString(Alphabet.Substring(clock, length));
    }
}
