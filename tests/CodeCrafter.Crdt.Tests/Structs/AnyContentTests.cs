using CodeCrafter.Crdt.Structs;
using CodeCrafter.Crdt.Wire;
using AnContent = CodeCrafter.Crdt.Structs.Content;

namespace CodeCrafter.Crdt.Tests.Structs;

public class AnyContentTests
{
    [Fact]
    public void A_short_value_is_kept_as_it_was_written()
    {
        var content = Of("abc");

        Assert.IsType<ShortValue>(content);
        Assert.Equal(1, content.Length);
        Assert.Equal("abc", content.ValueAt(0));
    }

    [Fact]
    public void A_value_of_16_bytes_is_kept_as_it_was_written()
    {
        var content = Of("fourteen chars");

        Assert.IsType<ValueRun>(content);
        Assert.Equal("fourteen chars", content.ValueAt(0));
    }

    [Fact]
    public void Short_values_that_follow_each_other_become_one_content()
    {
        var joined = Of(1.5).Append(Of("b"))!.Append(Of(true));

        Assert.Equal([1.5, "b", true], Values(joined!));
    }

    [Fact]
    public void Other_content_is_not_taken_in()
    {
        var other = new BinaryContent([1]);

        Assert.Null(Of("a").Append(other));
        Assert.Null(Of("a", "b").Append(other));
    }

    [Fact]
    public void Values_that_were_cut_and_joined_in_any_order_are_those_that_they_were() => Seeds.Run(200, seed =>
    {
        var random = new Random(seed);
        // Contents in a row, beside the values that they must have.
        List<(AnContent Content, List<object> Values)> parts = [];
        for (var step = 0; step < 40; step++)
        {
            Change(parts, random);
            foreach (var (content, values) in parts)
            {
                Assert.Equal(values, Values(content));
                Assert.Equal(Written(Of([.. values])), Written(content));
            }
        }
    });

    private static void Change(List<(AnContent Content, List<object> Values)> parts, Random random)
    {
        var at = random.Next(parts.Count + 1);
        switch (random.Next(3))
        {
            case 0 when at < parts.Count && parts[at].Values.Count > 1:
                var cut = random.Next(1, parts[at].Values.Count);
                parts.Insert(at + 1, (parts[at].Content.SplitAt(cut), parts[at].Values[cut..]));
                parts[at].Values.RemoveRange(cut, parts[at].Values.Count - cut);
                break;
            case 1 when at + 1 < parts.Count:
                parts[at] = (parts[at].Content.Append(parts[at + 1].Content)!, [.. parts[at].Values, .. parts[at + 1].Values]);
                parts.RemoveAt(at + 1);
                break;
            default:
                List<object> added = [.. Enumerable.Range(0, random.Next(1, 6)).Select(_ => (object)new string('x', random.Next(20)))];
                parts.Insert(at, (Of([.. added]), added));
                break;
        }
    }

    private static AnContent Of(params object[] values)
    {
        var writer = new WireWriter();
        var ends = new int[values.Length];
        for (var i = 0; i < values.Length; i++)
        {
            AnyValue.Write(writer, values[i]);
            ends[i] = writer.Length;
        }

        return AnyContent.Of(writer.Written, ends);
    }

    private static List<object> Values(AnContent content) => [.. Enumerable.Range(0, (int)content.Length).Select(i => content.ValueAt(i)!)];

    private static byte[] Written(AnContent content)
    {
        var writer = new WireWriter();
        content.Write(writer, 0, content.Length);
        return writer.ToArray();
    }
}
