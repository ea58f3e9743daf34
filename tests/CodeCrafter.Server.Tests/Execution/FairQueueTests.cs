using CodeCrafter.Server.Execution.Queueing;

namespace CodeCrafter.Server.Tests.Execution;

/// <summary>Turns and places in the queue. The first letter of an item is its owner.</summary>
public sealed class FairQueueTests
{
    private readonly FairQueue<string> _queue = new(OwnerOf);

    [Fact]
    public async Task Owners_take_turns_and_each_ones_items_keep_their_order()
    {
        Add("a1", "a2", "a3", "b1", "c1", "b2");
        Assert.Equal(["a1", "b1", "c1", "a2", "b2", "a3"], await TakeAllAsync());
    }

    [Fact]
    public async Task Whoever_comes_late_waits_for_one_turn_of_each_other()
    {
        Add("a1", "a2", "a3", "a4");
        Assert.Equal("a1", await _queue.TakeAsync());
        Add("b1");
        Assert.Equal(["a2", "b1", "a3", "a4"], await TakeAllAsync());
    }

    [Fact]
    public async Task Coming_back_does_not_skip_the_others()
    {
        Add("a1", "b1", "c1");
        Assert.Equal("a1", await _queue.TakeAsync());
        Add("a2");
        Assert.Equal(["b1", "c1", "a2"], await TakeAllAsync());
    }

    [Fact]
    public async Task A_removed_item_is_not_taken_and_a_taken_one_not_removed()
    {
        Add("a1", "a2", "b1");
        Assert.True(_queue.Remove("a1"));
        Assert.False(_queue.Remove("a1"));
        Assert.Equal("a2", await _queue.TakeAsync());
        Assert.False(_queue.Remove("a2"));
        Assert.Equal(["b1"], await TakeAllAsync());
    }

    [Fact]
    public async Task A_taker_that_waits_gets_what_comes_also_after_a_removal()
    {
        Add("a1");
        Assert.True(_queue.Remove("a1"));
        var taking = _queue.TakeAsync();
        Assert.False(taking.IsCompleted);
        Add("a2");
        Assert.Equal("a2", await taking);
    }

    [Fact]
    public async Task A_closed_queue_gives_out_what_waits_and_then_ends_all_takers()
    {
        Add("a1");
        _queue.Close();
        Assert.False(_queue.TryAdd("a2"));
        var takers = Enumerable.Range(0, 3).Select(_ => _queue.TakeAsync()).ToArray();
        Assert.Equal(["a1", null, null], (await Task.WhenAll(takers)).OrderBy(item => item is null));
    }

    [Fact]
    public void What_a_free_taker_is_about_to_have_does_not_wait()
    {
        var taking = _queue.TakeAsync();
        Add("a1");
        Assert.Null(_queue.PlaceOf("a1"));
        Assert.Empty(_queue.Places());
        Assert.NotNull(taking);
    }

    [Fact]
    public async Task Places_are_the_turns_in_which_items_are_taken()
    {
        var seed = Random.Shared.Next();
        var random = new Random(seed);
        for (var round = 0; round < 300; round++)
        {
            var queue = new FairQueue<string>(OwnerOf);
            var items = Enumerable.Range(0, random.Next(1, 30)).Select(number => $"{(char)('a' + random.Next(6))}{number}").ToList();
            foreach (var item in items)
            {
                queue.TryAdd(item);
                if (random.Next(4) == 0)
                {
                    await queue.TakeAsync();
                }
            }

            var places = queue.Places();
            var taken = new List<string>();
            Assert.Equal(queue.Count, places.Count);
            Assert.All(places, place => Assert.Equal(place.Place, queue.PlaceOf(place.Item)));
            while (queue.Count > 0)
            {
                taken.Add((await queue.TakeAsync())!);
                Assert.Null(queue.PlaceOf(taken[^1]));
            }

            Assert.True(taken.Select((item, index) => (item, index + 1)).SequenceEqual(places), $"seed {seed}, round {round}");
        }
    }

    private static Guid OwnerOf(string item) => new(item[0], 0, 0, new byte[8]);

    private void Add(params string[] items) => Assert.All(items, item => Assert.True(_queue.TryAdd(item)));

    private async Task<List<string>> TakeAllAsync()
    {
        var taken = new List<string>();
        while (_queue.Count > 0)
        {
            taken.Add((await _queue.TakeAsync())!);
        }

        return taken;
    }
}
