using System.Text;
using CodeCrafter.Crdt.Sync;
using CodeCrafter.Crdt.Wire;
using Microsoft.Extensions.Time.Testing;

namespace CodeCrafter.Crdt.Tests.Sync;

public sealed class AwarenessTests
{
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public void Newer_states_replace_older_ones()
    {
        var awareness = new Awareness(_time);

        Assert.Equal([7UL], awareness.Apply(States((7, 1, """{"name":"a"}"""))).Added);
        Assert.Equal([7UL], awareness.Apply(States((7, 2, """{"name":"b"}"""))).Updated);
        Assert.True(awareness.Apply(States((7, 2, """{"name":"c"}"""))).IsEmpty);
        Assert.True(awareness.Apply(States((7, 1, """{"name":"d"}"""))).IsEmpty);

        Assert.Equal("""{"name":"b"}""", StateOf(awareness, 7));
        Assert.Equal([7UL], awareness.ClientIds);
    }

    [Fact]
    public void A_null_of_the_same_clock_removes()
    {
        var awareness = new Awareness(_time);
        awareness.Apply(States((7, 3, "{}")));

        Assert.Equal([7UL], awareness.Apply(States((7, 3, "null"))).Removed);

        Assert.Equal(0, awareness.Count);
        Assert.True(awareness.GetState(7).IsEmpty);
    }

    [Fact]
    public void A_removal_keeps_the_clock_and_is_encoded_as_null()
    {
        var awareness = new Awareness(_time);
        awareness.Apply(States((7, 3, "{}"), (8, 1, "{}")));

        var change = awareness.Remove([7, 99]);

        Assert.Equal([7UL], change.Removed);
        Assert.Equal(States((7, 3, "null")), awareness.Encode([7, 99]));
        Assert.True(awareness.Remove([7]).IsEmpty);
        Assert.Equal([7UL], awareness.Apply(States((7, 4, "{}"))).Added);
    }

    [Fact]
    public void A_state_from_before_the_removal_is_reported_as_outdated()
    {
        var awareness = new Awareness(_time);
        awareness.Apply(States((7, 3, "{}")));
        awareness.Remove([7]);

        var change = awareness.Apply(States((7, 3, "{}")));

        Assert.True(change.IsEmpty);
        Assert.Equal([7UL], change.Outdated);
        Assert.Equal([7UL], awareness.Apply(States((7, 5, "{}"))).Added);
    }

    [Fact]
    public void States_that_are_not_renewed_run_out()
    {
        var awareness = new Awareness(_time);
        awareness.Apply(States((1, 1, "{}"), (2, 1, "{}")));
        _time.Advance(TimeSpan.FromSeconds(20));
        awareness.Apply(States((2, 2, "{}")));
        Assert.True(awareness.RemoveOutdated().IsEmpty);
        _time.Advance(TimeSpan.FromSeconds(10));

        Assert.Equal([1UL], awareness.RemoveOutdated().Removed);
        Assert.Equal([2UL], awareness.ClientIds);
    }

    [Fact]
    public void The_local_state_is_renewed_at_half_time_and_does_not_run_out()
    {
        var awareness = new Awareness(_time, localClientId: 5);
        var heard = new List<AwarenessChange>();
        awareness.Updated += (change, _) => heard.Add(change);
        Assert.Equal([5UL], awareness.SetLocalState("{}"u8).Added);
        awareness.Apply(States((7, 1, "{}")));
        _time.Advance(TimeSpan.FromSeconds(14));
        Assert.True(awareness.Renew().IsEmpty);
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal([5UL], awareness.Renew().Updated);
        Assert.Equal(States((5, 2, "{}")), awareness.Encode([5]));

        _time.Advance(TimeSpan.FromSeconds(15));
        var change = awareness.Renew();

        Assert.Equal([5UL], change.Updated);
        Assert.Equal([7UL], change.Removed);
        Assert.Equal([5UL], awareness.ClientIds);
        _time.Advance(TimeSpan.FromHours(1));
        Assert.True(awareness.RemoveOutdated().IsEmpty);
        Assert.Equal(5, heard.Count);
    }

    [Fact]
    public void A_relay_has_nothing_to_say_and_a_state_is_JSON()
    {
        Assert.Throws<InvalidOperationException>(() => new Awareness(_time).SetLocalState("{}"u8));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Awareness(_time, localClientId: 1UL << 53));
        var awareness = new Awareness(_time, new AwarenessOptions { MaxStateBytes = 10 }, localClientId: 5);
        Assert.Throws<ArgumentException>(() => awareness.SetLocalState("{"u8));
        Assert.Throws<ArgumentException>(() => awareness.SetLocalState("\"123456789\""u8));
        Assert.Equal(0, awareness.Count);

        Assert.True(awareness.SetLocalState("null"u8).IsEmpty);
        Assert.Equal([5UL], awareness.SetLocalState("\"12345678\""u8).Added);
        Assert.Equal(States((5, 2, "\"12345678\"")), awareness.Encode([5]));
        Assert.Equal([5UL], awareness.SetLocalState(" null "u8).Removed);
        Assert.Throws<ArgumentException>(() => awareness.SetLocalState([(byte)'"', 0xFF, (byte)'"']));
    }

    [Fact]
    public void A_step_of_the_wall_clock_does_not_matter()
    {
        var awareness = new Awareness(new SteppingWallClock(_time));
        awareness.Apply(States((1, 1, "{}")));

        Assert.True(awareness.RemoveOutdated().IsEmpty);
    }

    [Fact]
    public void Client_ids_can_be_read_without_applying() =>
        Assert.Equal([5UL, WireReader.MaxInteger], Awareness.ReadClientIds(States((5, 1, "{}"), ((long)WireReader.MaxInteger, 9, "null"))));

    [Fact]
    public void Handlers_hear_of_changes_with_their_origin()
    {
        var awareness = new Awareness(_time);
        var heard = new List<object?>();
        awareness.Changed += (change, origin) => heard.Add(origin);
        awareness.Updated += (change, origin) => heard.Add(origin);

        awareness.Apply(States((1, 1, "{}")), "socket");
        awareness.Apply(States((1, 1, "{}")), "again");
        awareness.Remove([1], "closed");

        Assert.Equal(["socket", "socket", "closed", "closed"], heard);
    }

    [Fact]
    public void What_is_only_renewed_is_updated_and_has_not_changed()
    {
        var awareness = new Awareness(_time, localClientId: 5);
        List<AwarenessChange> changed = [], updated = [];
        awareness.Changed += (change, _) => changed.Add(change);
        awareness.Updated += (change, _) => updated.Add(change);

        awareness.SetLocalState("""{"a":1,"b":[0,null,"\u00df"]}"""u8);
        awareness.SetLocalState("""{ "b": [-0.0, null, "ß"], "a": 2, "a": 1e0 }"""u8);
        _time.Advance(TimeSpan.FromSeconds(15));
        awareness.Renew();
        awareness.Apply(States((7, 1, "[1]"), (8, 1, "[1]")));
        awareness.Apply(States((7, 2, "[1.0]"), (8, 2, "[1,1]")));

        Assert.Equal([[5UL], [], []], Lists(changed[0]));
        Assert.Equal([[7UL, 8UL], [], []], Lists(changed[1]));
        Assert.Equal([[], [8UL], []], Lists(changed[2]));
        Assert.Equal(3, changed.Count);
        Assert.Equal(["5", "5", "5", "78", "78"], updated.Select(change => string.Concat(change.Changed)));
    }

    [Fact]
    public void The_others_hear_of_what_a_handler_could_not_show()
    {
        var awareness = new Awareness(_time);
        var heard = new List<AwarenessChange>();
        awareness.Changed += (_, _) => throw new FormatException();
        awareness.Updated += (change, _) => heard.Add(change);

        Assert.Throws<FormatException>(() => awareness.Apply(States((7, 1, "{}"))));

        Assert.Equal([7UL], Assert.Single(heard).Added);
    }

    [Fact]
    public void A_state_that_comes_after_its_removal_is_passed_over()
    {
        var awareness = new Awareness(_time);

        Assert.True(awareness.Apply(States((7, 5, "null"))).IsEmpty);
        var change = awareness.Apply(States((7, 4, "{}"), (8, 0, "{}")));

        Assert.True(change.IsEmpty);
        Assert.Equal([7UL], change.Outdated);
        Assert.Equal(0, awareness.Count);
        Assert.Equal([7UL], awareness.Apply(States((7, 6, "{}"))).Added);
    }

    [Fact]
    public void What_is_passed_over_needs_no_room()
    {
        var awareness = new Awareness(_time, new AwarenessOptions { MaxClients = 1 });
        awareness.Apply(States((1, 1, "{}"), (2, 5, "null")));

        Assert.Equal([2UL], awareness.Apply(States((2, 4, "{}"), (3, 0, "{}"))).Outdated);
        Assert.Throws<MalformedUpdateException>(() => awareness.Apply(States((2, 6, "{}"))));
    }

    [Fact]
    public void Remembers_so_many_removed_clients_that_it_never_knew_and_always_itself()
    {
        var awareness = new Awareness(_time, new AwarenessOptions { MaxClients = 2 }, localClientId: 5);
        awareness.SetLocalState("1"u8);
        awareness.SetLocalState([]);
        for (var client = 11; client <= 20; client++)
        {
            awareness.Apply(States((client, 5, "null")));
        }

        Assert.Equal(States((5, 2, "null"), (19, 5, "null"), (20, 5, "null")), awareness.Encode([5, .. Enumerable.Range(11, 10).Select(i => (ulong)i)]));
        awareness.SetLocalState("1"u8);
        Assert.Equal(States((5, 3, "1")), awareness.Encode([5]));
    }

    [Fact]
    public void Cannot_have_more_clients_than_allowed()
    {
        var awareness = new Awareness(_time, new AwarenessOptions { MaxClients = 2 });
        awareness.Apply(States((1, 1, "{}")));

        Assert.Throws<MalformedUpdateException>(() => awareness.Apply(States((2, 1, "{}"), (3, 1, "{}"))));
        Assert.Equal(1, awareness.Count);
        awareness.Apply(States((2, 1, "{}"), (1, 2, "{}")));
        Assert.Throws<MalformedUpdateException>(() => awareness.Apply(States((3, 1, "{}"))));
        awareness.Remove([1]);
        awareness.Apply(States((3, 1, "{}")));
    }

    [Fact]
    public void Refuses_bytes_after_the_end()
    {
        var awareness = new Awareness(_time);

        Assert.Throws<MalformedUpdateException>(() => awareness.Apply([.. States((7, 1, "{}")), 0]));
        Assert.Equal(0, awareness.Count);
    }

    [Fact]
    public void Who_comes_back_is_added_and_who_says_more_is_updated()
    {
        var awareness = new Awareness(_time, localClientId: 7);

        Assert.Equal([7UL], awareness.SetLocalState("1"u8).Added);
        Assert.Equal([7UL], awareness.SetLocalState("2"u8).Updated);
        Assert.Equal([7UL], awareness.SetLocalState([]).Removed);
        Assert.Equal([7UL], awareness.SetLocalState("3"u8).Added);
        Assert.Equal(States((7, 4, "3")), awareness.Encode([7]));
    }

    [Fact]
    public void An_old_removal_of_whom_is_removed_is_not_outdated()
    {
        var awareness = new Awareness(_time);
        awareness.Apply(States((7, 3, "{}")));
        awareness.Remove([7]);

        Assert.True(awareness.Apply(States((7, 2, "null"))).IsEmpty);
        Assert.Equal([7UL], awareness.Apply(States((7, 9, "null"))).Removed);
        Assert.Equal(States((7, 9, "null")), awareness.Encode([7]));
    }

    [Fact]
    public void Keeps_what_is_made_of_a_state_and_asks_for_none_of_a_removal()
    {
        var awareness = new Awareness(_time);
        awareness.Apply(States((8, 1, "1")));

        awareness.Apply(States((8, 2, "null"), (7, 1, "2"), (9, 1, "3")), keep: state => [(byte)'[', .. state, (byte)']']);

        Assert.Equal(States((7, 1, "[2]"), (8, 2, "null"), (9, 1, "[3]")), awareness.Encode([7, 8, 9]));
        Assert.Throws<FormatException>(() => awareness.Apply(States((7, 2, "4"), (9, 2, "5")), keep: state => state[0] == '5' ? throw new FormatException() : [.. state]));
        Assert.Equal("[2]", StateOf(awareness, 7));
    }

    [Theory]
    [InlineData(null)]
    [InlineData(" null")]
    public void A_state_of_which_nothing_is_made_is_a_removal(string? made)
    {
        var awareness = new Awareness(_time);
        awareness.Apply(States((7, 1, "1"), (8, 1, "2")));

        var change = awareness.Apply(States((7, 2, "3"), (8, 0, "4"), (9, 1, "5")), keep: _ => made is null ? null : Encoding.UTF8.GetBytes(made));

        Assert.Equal([[], [], [7UL]], Lists(change));
        Assert.Equal([8UL], awareness.ClientIds);
        Assert.Equal(1, awareness.Count);
        Assert.Equal(States((7, 2, "null"), (9, 1, "null")), awareness.Encode([7, 9]));
    }

    [Theory]
    [InlineData("")]
    [InlineData("{{{")]
    [InlineData("\"\u00ff\"")]
    [InlineData("\"123456789\"")]
    public void What_is_made_of_a_state_is_checked_as_what_comes_is(string made)
    {
        var awareness = new Awareness(_time, new AwarenessOptions { MaxStateBytes = 10 });
        awareness.Apply(States((7, 1, "1")));

        Assert.Throws<MalformedUpdateException>(() => awareness.Apply(States((7, 2, "2"), (8, 1, "3")), keep: state => state[0] == '3' ? Encoding.Latin1.GetBytes(made) : [.. state]));

        Assert.Equal("1", StateOf(awareness, 7));
        Assert.Equal(1, awareness.Count);
    }

    [Fact]
    public void Cannot_have_a_state_larger_than_allowed()
    {
        var awareness = new Awareness(_time, new AwarenessOptions { MaxStateBytes = 10 });

        Assert.Throws<MalformedUpdateException>(() => awareness.Apply(States((1, 1, "\"123456789\""))));
        awareness.Apply(States((1, 1, "\"12345678\"")));
    }

    [Fact]
    public void Forgets_the_oldest_removed_clients()
    {
        var awareness = new Awareness(_time, new AwarenessOptions { MaxClients = 2 });
        for (var client = 1; client <= 10; client++)
        {
            awareness.Apply(States((client, 5, "{}")));
            awareness.Remove([(ulong)client]);
        }

        Assert.Equal(States((9, 5, "null"), (10, 5, "null")), awareness.Encode(Enumerable.Range(1, 10).Select(i => (ulong)i)));

        // That the last was also removed before does not count any more.
        awareness.Apply(States((10, 6, "{}")));
        awareness.Apply(States((10, 7, "null")));
        awareness.Apply(States((11, 5, "null")));
        Assert.Equal(States((10, 7, "null"), (11, 5, "null")), awareness.Encode([10, 11]));
    }

    [Fact]
    public void Refuses_every_truncation_and_survives_every_flipped_bit()
    {
        var update = States((1, 1, """{"name":"ß","cursor":{"a":[1,null]}}"""), (300, 70000, "null"));
        for (var length = 0; length < update.Length; length++)
        {
            var awareness = new Awareness(_time);
            Assert.Throws<MalformedUpdateException>(() => awareness.Apply(update.AsSpan(0, length)));
            Assert.Equal(0, awareness.Count);
        }

        for (var bit = 0; bit < 8 * update.Length; bit++)
        {
            var flipped = update.ToArray();
            flipped[bit / 8] ^= (byte)(1 << (bit % 8));
            var awareness = new Awareness(_time);
            try
            {
                awareness.Apply(flipped);
            }
            catch (MalformedUpdateException)
            {
                Assert.Equal(0, awareness.Count);
            }
        }
    }

    private static IEnumerable<IReadOnlyList<ulong>> Lists(AwarenessChange change) => [change.Added, change.Updated, change.Removed];

    private static string StateOf(Awareness awareness, ulong client) => Encoding.UTF8.GetString(awareness.GetState(client).Span);

    private static byte[] States(params (long Client, long Clock, string Json)[] states)
    {
        var writer = new WireWriter();
        writer.WriteVarUint((ulong)states.Length);
        foreach (var (client, clock, json) in states)
        {
            writer.WriteClock(client);
            writer.WriteClock(clock);
            writer.WriteString(json);
        }

        return writer.ToArray();
    }

    /// <summary>Each look at the wall clock is an hour later; the monotonic clock stands still.</summary>
    private sealed class SteppingWallClock(TimeProvider time) : TimeProvider
    {
        private int _looks;

        public override DateTimeOffset GetUtcNow() => time.GetUtcNow().AddHours(++_looks);

        public override long GetTimestamp() => time.GetTimestamp();

        public override long TimestampFrequency => time.TimestampFrequency;
    }
}
