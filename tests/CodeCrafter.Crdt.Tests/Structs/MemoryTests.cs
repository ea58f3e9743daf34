using System.Text;

namespace CodeCrafter.Crdt.Tests.Structs;

/// <summary>What typing and loading take of memory, and that what shares an array does not disturb the others.</summary>
public class MemoryTests
{
    private const int Keystrokes = 1000;

    [Fact]
    public void Applying_a_keystroke_that_goes_on_takes_no_memory_but_for_the_text()
    {
        var updates = new List<byte[]>();
        var author = new Doc(clientId: 1);
        author.UpdateEmitted += (update, _) => updates.Add(update);
        Type(author.GetText("text"));
        var doc = new Doc(clientId: 2);
        doc.GetText("text");
        doc.ApplyUpdate(updates[0]);

        var before = GC.GetAllocatedBytesForCurrentThread();
        foreach (var update in updates.Skip(1))
        {
            doc.ApplyUpdate(update);
        }

        // The array of the text doubles as it grows: four bytes for a character at most, and what was outgrown.
        Assert.InRange((GC.GetAllocatedBytesForCurrentThread() - before) / (double)Keystrokes, 0, 10);
        Assert.Equal(author.GetText("text").ToString(), doc.GetText("text").ToString());
    }

    [Fact]
    public void A_keystroke_that_goes_on_takes_no_memory_but_for_the_text_and_the_update()
    {
        long updates = 0;
        var doc = new Doc(clientId: 1);
        doc.UpdateEmitted += (update, _) => updates += update.Length + 32;
        var text = doc.GetText("text");
        Type(text);

        var before = GC.GetAllocatedBytesForCurrentThread();
        updates = 0;
        Type(text);
        Assert.InRange((GC.GetAllocatedBytesForCurrentThread() - before - updates) / (double)Keystrokes, -8, 10);
    }

    [Fact]
    public void What_two_made_in_turn_is_loaded_without_a_copy_of_what_has_to_come_later()
    {
        var (one, other) = (new Doc(clientId: 1), new Doc(clientId: 2));
        for (var i = 0; i < Keystrokes; i++)
        {
            one.GetText("text").Insert(0, "x");
            other.ApplyUpdate(one.EncodeStateAsUpdate(other.EncodeStateVector()));
            other.GetText("text").Insert(0, "y");
            one.ApplyUpdate(other.EncodeStateAsUpdate(one.EncodeStateVector()));
        }

        var state = one.EncodeStateAsUpdate();
        var doc = new Doc(clientId: 3);
        var before = GC.GetAllocatedBytesForCurrentThread();
        doc.ApplyUpdate(state);

        // A row has 40 bytes and a number of four; the rest is what lists have outgrown. A copy would have twice as many.
        Assert.InRange((GC.GetAllocatedBytesForCurrentThread() - before) / (2.0 * Keystrokes), 44, 80);
        Assert.Equal(one.GetText("text").ToString(), doc.GetText("text").ToString());
    }

    [Fact]
    public void Texts_that_were_loaded_together_are_edited_apart() => Seeds.Run(5, EditApart);

    [Fact]
    public void What_is_loaded_keeps_no_marks_of_the_scans_that_found_its_place()
    {
        var (one, other) = (new Doc(clientId: 1), new Doc(clientId: 2));
        for (var i = 0; i < 500; i++)
        {
            one.GetText("text").Insert(0, "x");
            other.GetText("text").Insert(0, "y");
        }

        one.ApplyUpdate(other.EncodeStateAsUpdate());
        var doc = new Doc(clientId: 3);
        doc.ApplyUpdate(one.EncodeStateAsUpdate());

        Assert.True(doc.Store.ScanSteps > 0);
        Assert.False(doc.Store.Rows.HasMarks);
        Assert.Equal(one.GetText("text").ToString(), doc.GetText("text").ToString());
    }

    [Fact]
    public void Only_clients_with_more_than_one_struct_have_a_list_of_them()
    {
        var doc = new Doc(clientId: 1_000_000);
        for (var client = 1UL; client <= 1000; client++)
        {
            var author = new Doc(client);
            author.GetArray("list").Insert(0, (long)client);
            if (client % 10 == 0)
            {
                author.GetText("text").Insert(0, "x");
            }

            doc.ApplyUpdate(author.EncodeStateAsUpdate());
        }

        Assert.Equal(1000, doc.Store.Clients.Count);
        for (var client = 1UL; client <= 1000; client++)
        {
            Assert.Equal(client % 10 == 0, doc.Store.Clients[doc.Store.Clients.Find(client)].Rows is not null);
        }
    }

    private static void EditApart(int seed)
    {
        var random = new Random(seed);
        var (author, expected) = (new Doc(clientId: 1), new StringBuilder());
        for (var i = 0; i < 500; i++)
        {
            // Always before what is there, so that no two of them become one item.
            var word = string.Concat(Enumerable.Repeat((char)('a' + (i % 26)), random.Next(1, 12)));
            author.GetText("text").Insert(0, word);
            expected.Insert(0, word);
        }

        var doc = new Doc(clientId: 2);
        doc.ApplyUpdate(author.EncodeStateAsUpdate());
        var text = doc.GetText("text");
        for (var i = 0; i < 2000; i++)
        {
            var at = random.Next(expected.Length);
            if (random.Next(2) == 0)
            {
                var length = Math.Min(random.Next(1, 4), expected.Length - at);
                text.Delete(at, length);
                expected.Remove(at, length);
            }
            else
            {
                text.Insert(at, "XY");
                expected.Insert(at, "XY");
            }
        }

        Assert.Equal(expected.ToString(), text.ToString());
        InvariantChecks.Check(doc);
    }

    private static void Type(YText text)
    {
        for (var i = 0; i < Keystrokes; i++)
        {
            text.Insert(text.Length, "x");
        }
    }
}
