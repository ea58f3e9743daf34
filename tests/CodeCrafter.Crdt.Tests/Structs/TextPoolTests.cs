using CodeCrafter.Crdt.Structs;

namespace CodeCrafter.Crdt.Tests.Structs;

/// <summary>Texts keep what they are, whatever happens to the others in their pool.</summary>
public sealed class TextPoolTests
{
    private static readonly string[] s_words = ["a", "word", "größe", "漢字かな", "a😀b", new('x', 700), new('ß', 900)];

    [Fact]
    public void Texts_keep_their_units_however_they_are_cut_joined_continued_and_given_up() => Seeds.Run(200, seed =>
    {
        var random = new Random(seed);
        var pool = new TextPool();
        var texts = new List<(uint Address, string Text)>();
        for (var i = 0; i < 400; i++)
        {
            Step(random, pool, texts);
            foreach (var (address, text) in texts)
            {
                Assert.Equal(text, Read(pool, address, text.Length));
            }
        }
    });

    [Fact]
    public void What_is_deleted_leaves_no_more_holes_than_there_is_text()
    {
        var doc = new Doc(1);
        var text = doc.GetText("text");
        for (var i = 0; i < 300; i++)
        {
            // Both kinds of text, and between what is deleted something that stays.
            text.Insert(0, new string(i % 2 == 0 ? 'x' : 'ß', 1000));
            text.Insert(500, ".");
            text.Delete(0, 500);
            text.Delete(1, 500);
            Assert.False(doc.Store.Text.IsSparse(doc.Store.Rows.End));
        }

        Assert.Equal(new string('.', 300), text.ToString());
        InvariantChecks.Check(doc);
    }

    private static void Step(Random random, TextPool pool, List<(uint Address, string Text)> texts)
    {
        var word = s_words[random.Next(s_words.Length)];
        var at = random.Next(texts.Count + 1);
        if (at == texts.Count || random.Next(4) == 0)
        {
            var utf8 = System.Text.Encoding.UTF8.GetBytes(word);
            texts.Add((random.Next(2) == 0 ? pool.Add(word) : pool.Add(utf8, word.Length), word));
            return;
        }

        var (address, text) = texts[at];
        switch (random.Next(4))
        {
            case 0:
                texts[at] = (pool.Append(address, text.Length, word), text + word);
                break;
            case 1 when at + 1 < texts.Count:
                var (next, other) = texts[at + 1];
                texts[at] = (pool.Join(address, text.Length, next, other.Length), text + other);
                texts.RemoveAt(at + 1);
                break;
            case 2 when text.Length > 1:
                var offset = random.Next(1, text.Length);
                pool.Cut(address + (uint)offset);
                var (left, right) = char.IsHighSurrogate(text[offset - 1])
                    ? (text[..(offset - 1)] + '\uFFFD', '\uFFFD' + text[(offset + 1)..])
                    : (text[..offset], text[offset..]);
                texts[at] = (address, left);
                texts.Insert(at + 1, (address + (uint)offset, right));
                break;
            default:
                pool.Release(address, text.Length);
                texts.RemoveAt(at);
                break;
        }
    }

    private static string Read(TextPool pool, uint address, int length)
    {
        var units = new char[length];
        pool.CopyTo(address, units);
        return new string(units);
    }
}
