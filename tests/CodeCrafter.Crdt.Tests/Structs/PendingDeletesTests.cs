using CodeCrafter.Crdt.Structs;

namespace CodeCrafter.Crdt.Tests.Structs;

public sealed class PendingDeletesTests
{
    [Theory]
    [InlineData(0, 2, 2, 5)]
    [InlineData(2, 5, 0, 2)]
    [InlineData(0, 3, 2, 5)]
    [InlineData(1, 3, 0, 5)]
    [InlineData(0, 5, 1, 3)]
    public void Stretches_that_touch_are_one(long firstStart, long firstEnd, long secondStart, long secondEnd)
    {
        var deletes = new PendingDeletes();
        deletes.Add(7, firstStart, firstEnd);
        deletes.Add(7, secondStart, secondEnd);

        Assert.True(deletes.TryTake(7, long.MaxValue, out var start, out var end));
        Assert.Equal((0, 5), (start, end));
        Assert.True(deletes.IsEmpty);
    }
}
