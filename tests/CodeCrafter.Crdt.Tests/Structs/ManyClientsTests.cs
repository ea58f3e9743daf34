using CodeCrafter.Crdt.Structs;
using CodeCrafter.Crdt.Wire;

namespace CodeCrafter.Crdt.Tests.Structs;

/// <summary>Clients whose numbers a row has no room for are kept like any others.</summary>
public sealed class ManyClientsTests
{
    [Fact]
    public void Documents_are_the_same_whether_their_rows_have_room_for_all_clients_or_not() => Seeds.Run(10, Compare);

    [Fact]
    public void A_document_may_have_more_clients_than_a_row_has_room_for()
    {
        var update = OneCharacterOfEach(Row.MaxNarrowClient + 1000);
        var doc = new Doc(clientId: 0);
        doc.ApplyUpdate(update);
        var text = doc.GetText("text");
        Assert.Equal(Row.MaxNarrowClient + 1000, doc.Store.Clients.Count);
        Assert.Equal(update, doc.EncodeStateAsUpdate());

        text.Insert(text.Length - 500, "here");
        text.Delete(text.Length - 100, 50);
        Assert.Equal(Row.MaxNarrowClient + 1000 + 4 - 50, text.Length);
        var copy = new Doc(clientId: 1L << 40);
        copy.ApplyUpdate(doc.EncodeStateAsUpdate());
        Assert.Equal(text.ToString(), copy.GetText("text").ToString());
    }

    private static void Compare(int seed)
    {
        var random = new Random(seed);
        Doc[] authors = [.. Enumerable.Range(1, 4).Select(client => new Doc((ulong)client))];
        var (narrow, wide) = (new Doc(100), new Doc(101));
        wide.Store.Rows.MaxNarrowClient = random.Next(4);
        for (var i = 0; i < 40; i++)
        {
            var author = authors[random.Next(authors.Length)];
            RandomEdits.Make(author, random, 4);
            var update = author.EncodeStateAsUpdate(narrow.EncodeStateVector());
            narrow.ApplyUpdate(update);
            wide.ApplyUpdate(update);
            if (random.Next(3) == 0)
            {
                author.ApplyUpdate(wide.EncodeStateAsUpdate());
            }

            Assert.Equal(narrow.EncodeStateAsUpdate(), wide.EncodeStateAsUpdate());
            Assert.Equal(Deltas.Of(narrow.GetText("text")), Deltas.Of(wide.GetText("text")));
            InvariantChecks.Check(wide);
        }
    }

    // Each writes behind the last unit of the one before.
    private static byte[] OneCharacterOfEach(int clients)
    {
        var writer = new WireWriter();
        writer.WriteVarUint((ulong)clients);
        for (var client = (ulong)clients; client > 0; client--)
        {
            writer.WriteVarUint(1);
            writer.WriteVarUint(client);
            writer.WriteClock(0);
            if (client == (ulong)clients)
            {
                writer.WriteBytes([4, 1]);
                writer.WriteString("text");
            }
            else
            {
                writer.WriteByte(StructInfo.HasOrigin | 4);
                writer.WriteVarUint(client + 1);
                writer.WriteClock(0);
            }

            writer.WriteString(((char)('a' + (client % 26))).ToString());
        }

        writer.WriteByte(0);
        return writer.ToArray();
    }
}
