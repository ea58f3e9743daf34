using System.Text;
using CsCheck;

namespace CodeCrafter.Crdt.Tests.Types;

public sealed class YTextTests
{
    [Fact]
    public void Edits_do_what_they_do_to_a_string() => Gen.Select(Gen.Int[0, 1 << 20], Gen.Int[0, 1 << 20], Gen.String[Gen.Char['a', 'z'], 0, 6])
        .Array[0, 200].Sample(edits =>
        {
            var doc = new Doc(1);
            var other = new Doc(2);
            doc.UpdateEmitted += (update, _) => other.ApplyUpdate(update);
            var text = doc.GetText("text");
            var model = new StringBuilder();
            foreach (var (at, count, insert) in edits)
            {
                var index = at % (model.Length + 1);
                if (insert.Length > 2)
                {
                    text.Insert(index, insert);
                    model.Insert(index, insert);
                }
                else
                {
                    var length = Math.Min(count % 8, model.Length - index);
                    text.Delete(index, length);
                    model.Remove(index, length);
                }
            }

            Assert.Equal(model.ToString(), text.ToString());
            Assert.Equal(model.ToString(), other.GetText("text").ToString());
            Assert.Equal(model.Length, text.Length);
            Assert.Equal(doc.EncodeStateAsUpdate(), other.EncodeStateAsUpdate());
            InvariantChecks.Check(doc);
        });

    [Fact]
    public void A_long_text_of_many_pieces_is_edited_anywhere() => Seeds.Run(1, seed =>
    {
        var random = new Random(seed);
        var doc = new Doc(1);
        var text = doc.GetText("text");
        var model = new StringBuilder();
        for (var i = 0; i < 30_000; i++)
        {
            var index = random.Next(model.Length + 1);
            if (random.Next(3) == 0 && index < model.Length)
            {
                text.Delete(index, 1);
                model.Remove(index, 1);
            }
            else
            {
                var word = ((char)('a' + random.Next(26))).ToString();
                text.Insert(index, word);
                model.Insert(index, word);
            }
        }

        Assert.Equal(model.ToString(), text.ToString());
        InvariantChecks.Check(doc);
        text.Delete(0, text.Length);
        InvariantChecks.Check(doc);
        Assert.Equal("", text.ToString());
    });

    [Fact]
    public void Typing_on_makes_one_item()
    {
        var doc = new Doc(1);
        foreach (var letter in "typed letter by letter")
        {
            doc.GetText("text").Append(letter.ToString());
        }

        Assert.Equal(1, doc.Store.Find(1)!.CountFrom(default));
        Assert.Equal("typed letter by letter", doc.GetText("text").ToString());
    }

    [Fact]
    public void A_cut_surrogate_pair_becomes_two_replacements()
    {
        var doc = new Doc(1);
        var text = doc.GetText("text");
        text.Insert(0, "a😀b");
        Assert.Equal(4, text.Length);
        text.Insert(2, "x");

        Assert.Equal("a\uFFFDx\uFFFDb", text.ToString());
    }

    [Fact]
    public void Half_a_surrogate_pair_becomes_a_replacement_here_as_elsewhere()
    {
        var doc = new Doc(1);
        doc.GetText("text").Insert(0, "a\uD83Db\uDE00\uD83D\uDE00");
        var other = new Doc(2);
        other.ApplyUpdate(doc.EncodeStateAsUpdate());

        Assert.Equal("a\uFFFDb\uFFFD😀", doc.GetText("text").ToString());
        Assert.Equal("a\uFFFDb\uFFFD😀", other.GetText("text").ToString());
    }

    [Fact]
    public void Cannot_edit_beyond_the_end()
    {
        var doc = new Doc(1);
        var text = doc.GetText("text");
        text.Insert(0, "abc");

        Assert.Throws<ArgumentOutOfRangeException>(() => text.Insert(4, "x"));
        Assert.Throws<ArgumentOutOfRangeException>(() => text.Insert(-1, "x"));
        Assert.Throws<ArgumentOutOfRangeException>(() => text.Delete(2, 2));
        Assert.Throws<ArgumentOutOfRangeException>(() => text.Delete(5, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => text.Delete(0, -1));
        Assert.Equal("abc", text.ToString());
    }

    [Fact]
    public void A_detached_text_is_filled_before_it_is_put_into_a_document()
    {
        var text = new YText("hello");
        text.Insert(5, "!");
        text.Delete(0, 1);
        Assert.Equal("ello!", text.ToString());
        Assert.Null(text.Doc);

        var doc = new Doc(1);
        doc.GetMap("map").Set("key", text);

        Assert.Same(text, doc.GetMap("map").GetText("key"));
        Assert.Same(doc, text.Doc);
        Assert.Equal("key", text.Key);
        Assert.Same(doc.GetMap("map"), text.Parent);
        text.Append("?");
        Assert.Equal("ello!?", doc.GetMap("map").GetText("key")!.ToString());
        Assert.Throws<InvalidOperationException>(() => doc.GetMap("map").Set("again", text));
    }

    [Fact]
    public void What_is_put_into_a_deleted_text_is_lost()
    {
        var doc = new Doc(1);
        var text = new YText("x");
        doc.GetMap("map").Set("key", text);
        doc.GetMap("map").Remove("key");
        Assert.True(text.IsDeleted);

        text.Insert(0, "lost");

        Assert.Equal("", text.ToString());
        var other = new Doc(2);
        other.ApplyUpdate(doc.EncodeStateAsUpdate());
        Assert.Equal(doc.EncodeStateVector(), other.EncodeStateVector());
    }
}
