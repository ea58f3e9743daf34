using CodeCrafter.Crdt.Structs;
using CodeCrafter.Crdt.Undo;

namespace CodeCrafter.Crdt.Tests.Undo;

public sealed class RedoneUnitsTests
{
    [Fact]
    public void They_are_found_in_whatever_order_they_came() => Seeds.Run(Seeds.Times(100), seed =>
    {
        var random = new Random(seed);
        var units = new RedoneUnits();
        var expected = new Dictionary<Id, Id>();
        var free = Enumerable.Range(0, 40).OrderBy(_ => random.Next()).Take(25).ToArray();
        foreach (var slot in free)
        {
            var (first, length, now) = (new Id((ulong)(slot % 2), slot * 5), random.Next(1, 6), new Id(9, slot * 5));
            units.Add(first, length, now);
            for (var i = 0; i < length; i++)
            {
                expected.Add(first with { Clock = first.Clock + i }, now with { Clock = now.Clock + i });
            }
        }

        for (ulong client = 0; client < 3; client++)
        {
            for (long clock = 0; clock < 210; clock++)
            {
                var unit = new Id(client, clock);
                Assert.Equal(expected.GetValueOrDefault(unit, Id.None), units.NextOf(unit));
                Assert.Equal(expected.GetValueOrDefault(unit, unit), units.Follow(unit));
            }
        }
    });

    [Fact]
    public void What_was_redone_more_than_once_is_followed_to_the_end()
    {
        var units = new RedoneUnits();
        units.Add(new Id(1, 0), 3, new Id(2, 10));
        units.Add(new Id(2, 11), 2, new Id(3, 0));

        Assert.Equal(new Id(2, 10), units.Follow(new Id(1, 0)));
        Assert.Equal(new Id(3, 1), units.Follow(new Id(1, 2)));
        Assert.Equal(3, units.NextBoundary(new Id(1, 1)));
        Assert.Equal(11, units.NextBoundary(new Id(2, 4)));
        Assert.Equal(long.MaxValue, units.NextBoundary(new Id(1, 3)));
    }
}
