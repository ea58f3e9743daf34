using CodeCrafter.Crdt.Structs;
using CsCheck;

namespace CodeCrafter.Crdt.Tests.Structs;

/// <summary>What keeps those in order that wait: it is right, and little moves in it whatever the order of arrival.</summary>
public sealed class SortedChunksTests
{
    public static TheoryData<string> Orders => ["forward", "reverse", "middle out", "random", "alternating ends", "in the middle", "blocks in reverse"];

    [Fact]
    public void It_is_a_sorted_list() => Gen.Select(Gen.Int[0, 2], Gen.Int[0, 999]).Array[0, 3000].Sample(steps =>
    {
        var chunks = new SortedChunks<Number>();
        var model = new SortedSet<long>();
        foreach (var (kind, value) in steps)
        {
            var position = chunks.Find(value);
            Assert.Equal(!model.GetViewBetween(value, 1000).Any(), chunks.IsEnd(position));
            var isThere = !chunks.IsEnd(position) && chunks[position].Order == value;
            Assert.Equal(model.Contains(value), isThere);
            if (!isThere)
            {
                chunks.Insert(position, new Number(value));
                model.Add(value);
            }
            else if (kind == 0)
            {
                position = chunks.Remove(position);
                model.Remove(value);
                Assert.Equal(model.GetViewBetween(value, 1000).Select(next => (long?)next).FirstOrDefault(), chunks.IsEnd(position) ? null : chunks[position].Order);
            }
            else if (kind == 1)
            {
                Assert.Equal((model.Min, model.Max), (chunks.First.Order, chunks.Last.Order));
                model.Remove(model.Min);
                chunks.RemoveFirst();
            }
        }

        Assert.Equal(model, chunks.Items().Select(number => number.Order));
        Assert.Equal(model.Count == 0, chunks.IsEmpty);
    }, iter: Seeds.IsBrief ? 10 : 200);

    [Theory]
    [MemberData(nameof(Orders))]
    public void Little_moves_whatever_the_order(string order)
    {
        const int count = 100_000;
        var chunks = new SortedChunks<Number>();
        foreach (var value in Arrange(order, count))
        {
            chunks.Insert(chunks.Find(value), new Number(value));
        }

        Assert.Equal(Enumerable.Range(0, count).Select(i => (long)i), chunks.Items().Select(number => number.Order));
        // A flat list moves some 50,000 for each.
        Assert.InRange(chunks.Moves, 1, 100L * count);
        var before = chunks.Moves;
        while (!chunks.IsEmpty)
        {
            chunks.RemoveFirst();
        }

        Assert.InRange(chunks.Moves - before, 1, 4L * count);
    }

    [Fact]
    public void Few_take_little_memory()
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        var chunks = new SortedChunks<Number>();
        for (var i = 0; i < 8; i++)
        {
            chunks.Append(new Number(i));
        }

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 1, 1000);
    }

    internal static IEnumerable<int> Arrange(string order, int count) => order switch
    {
        "forward" => Enumerable.Range(0, count),
        "reverse" => Enumerable.Range(0, count).Reverse(),
        "middle out" => Enumerable.Range(0, count).Select(i => (count / 2) + (i % 2 == 0 ? i / 2 : -1 - (i / 2))),
        "random" => Enumerable.Range(0, count).Select(i => (int)(i * 61_027L % count)),
        "alternating ends" => Enumerable.Range(0, count).Select(i => i % 2 == 0 ? i / 2 : count - 1 - (i / 2)),
        "in the middle" => Enumerable.Range(0, count / 2).Concat(Enumerable.Range(count / 2, count - (count / 2)).Reverse()),
        "blocks in reverse" => Enumerable.Range(0, count).Chunk(200).Reverse().SelectMany(block => block),
        _ => throw new ArgumentException(order),
    };

    private readonly record struct Number(long Order) : IOrdered;
}
