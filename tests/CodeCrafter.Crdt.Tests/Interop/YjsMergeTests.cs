using CodeCrafter.Crdt.Structs;
using CodeCrafter.Crdt.Wire;

namespace CodeCrafter.Crdt.Tests.Interop;

/// <summary>
/// Chosen updates are merged as in Yjs. Written as, say, "7:0 t3 s2 g1;4:3 t1|4:4 t2": two updates, the first of client
/// 7 from clock 0 on, text of 3 units, a gap of 2 and a collected stretch of 1, and of client 4.
/// </summary>
public sealed class YjsMergeTests(YjsPeer yjs) : IClassFixture<YjsPeer>
{
    private const string Alphabet = "abcdefghijklmnopqrstuvwxyz";

    [Theory]
    [InlineData("0:0 t2|0:2 t1")] // a client of the lowest number
    [InlineData("7:5 t1|7:0 t1 s1 t1 s2 t2")] // two go on at the same clock: the one that is at it goes on
    [InlineData("7:0 t2|7:0 t2 s2 t1|7:2 t2")] // behind what is known comes a gap, which another one fills
    [InlineData("7:0 t2|7:0 t2 s2 t3|7:2 t3|7:6 t2")] // which another one more than fills
    [InlineData("5:0 t3;4:3 t1|5:3 t2")] // the next client begins at the clock at which this one ends
    [InlineData("7:0 g3 s2 t2|7:9 t1")] // a gap behind a collected stretch
    [InlineData("7:0 g3 s2 g2|7:9 g1")] // and before one
    [InlineData("7:2 g2|7:3 g3")] // collected stretches that overlap
    [InlineData("7:2 g2|7:4 g3;3:0 t1")] // or touch
    [InlineData("7:0 t3|7:2 g3")] // a collected stretch of which the first is known
    [InlineData("7:0 t3|7:2 g3|7:4 g3")] // and another behind it
    [InlineData("7:0 t3|7:2 t3")] // an item of which the first is known
    [InlineData("7:0 t5|7:2 t2|7:1 g3")] // all of it is known
    [InlineData("7:0 t1;3:0 t1 s1 t1;2:0 t1|7:1 t1;3:1 t1")] // several clients
    public void Chosen_updates_are_merged_as_in_Yjs(string updates)
    {
        var parsed = updates.Split('|').Select(Parse).ToArray();
        for (var turn = 0; turn < parsed.Length; turn++)
        {
            parsed = [.. parsed[1..], parsed[0]];
            Assert.Equal(Hex(yjs.CallWithList("mergeUpdates", parsed)), Hex(Update.MergeUpdates(parsed)));
        }
    }

    // Yjs loses some of what does not come with the highest client first.
    [Theory]
    [InlineData("3:0 t1;1:0 t1;2:0 t1|2:1 t1|1:1 t1")]
    [InlineData("1:0 t1;2:0 t1;3:0 t1|3:1 t1|1:1 t1|2:1 t1")]
    [InlineData("2:0 t1;3:0 t1;1:0 t1|1:1 t1|3:1 t1")]
    public void Nothing_is_lost_of_clients_in_another_order(string updates)
    {
        var parsed = updates.Split('|').Select(Parse).ToArray();
        var (merged, each) = (new Doc(9), new Doc(9));
        merged.ApplyUpdate(Update.MergeUpdates(parsed));
        Array.ForEach(parsed, update => each.ApplyUpdate(update));

        Assert.False(merged.HasPending);
        Assert.Equal(Hex(each.EncodeStateAsUpdate()), Hex(merged.EncodeStateAsUpdate()));
    }

    [Theory]
    [InlineData("0103")] // deleted
    [InlineData("0203" + "0131" + "027B7D" + "0131")] // JSON
    [InlineData("0403616263")] // text
    [InlineData("0803" + "7D01" + "7E" + "770161")] // values
    public void Of_content_of_every_kind_the_rest_is_told(string content)
    {
        // Of client 7, in the root t.
        var bytes = Convert.FromHexString(content);
        byte[] update = [1, 1, 7, 0, bytes[0], 1, 1, (byte)'t', .. bytes[1..], 0];
        for (byte clock = 0; clock < 4; clock++)
        {
            Assert.Equal(Hex(yjs.Call("diffUpdate", update, [1, 7, clock])), Hex(Update.DiffUpdate(update, [1, 7, clock])));
        }
    }

    [Theory]
    [InlineData("02" + "010700000101" + "07010001" + "00")] // a client that comes twice
    [InlineData("01" + "010700840705" + "0178" + "00")] // an item that refers to what its client made later
    [InlineData("01" + "0107000401017400" + "00")] // no text
    [InlineData("01" + "01070007010174" + "07" + "00")] // a type of an unknown kind
    [InlineData("00" + "0107010000")] // a deletion of no length
    [InlineData("0000" + "00")] // bytes after the end
    public void What_is_no_update_is_not_merged(string hex)
    {
        var update = Convert.FromHexString(hex);

        Assert.Throws<MalformedUpdateException>(() => Update.MergeUpdates(update));
        Assert.Throws<MalformedUpdateException>(() => Update.MergeUpdates(Parse("7:0 t1"), update));
        Assert.Throws<MalformedUpdateException>(() => Update.DiffUpdate(update, []));
        Assert.Throws<MalformedUpdateException>(() => Update.EncodeStateVectorFromUpdate(update));
        Assert.Throws<MalformedUpdateException>(() => Update.ConvertV1ToV2(update));
    }

    private static byte[] Parse(string update)
    {
        var sections = update.Split(';');
        var writer = new WireWriter();
        writer.WriteVarUint((ulong)sections.Length);
        foreach (var section in sections)
        {
            var words = section.Split(' ');
            var (client, clock) = (byte.Parse(words[0].Split(':')[0]), byte.Parse(words[0].Split(':')[1]));
            writer.WriteBytes([(byte)(words.Length - 1), client, clock]);
            foreach (var word in words[1..])
            {
                var length = byte.Parse(word[1..]);
                WriteStruct(writer, word[0], client, clock, length);
                clock += length;
            }
        }

        writer.WriteByte(0);
        return writer.ToArray();
    }

    private static void WriteStruct(WireWriter writer, char kind, byte client, byte clock, byte length)
    {
        if (kind == 't')
        {
            writer.WriteBytes(clock == 0 ? [4, 1, 1, (byte)'t'] : [0x84, client, (byte)(clock - 1)]);
            writer.WriteString(Alphabet.Substring(clock, length));
        }
        else
        {
            writer.WriteBytes([kind == 'g' ? StructInfo.Gc : StructInfo.Skip, length]);
        }
    }

    private static string Hex(byte[] bytes) => Convert.ToHexString(bytes);
}
