using CodeCrafter.Crdt;
using CodeCrafter.Server.Collaboration.Documents;
using CodeCrafter.Server.Collaboration.Recordings;
using CodeCrafter.Server.Tests.Fixture;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace CodeCrafter.Server.Tests.Recordings;

/// <summary>Old parts of logs become smaller and still say what the document was in each second.</summary>
public sealed class CompactionTests(CompactionTests.Fixture shared) : IClassFixture<CompactionTests.Fixture>
{
    private const string File = "main.py";

    private static readonly DateTimeOffset _now = new(2030, 1, 2, 12, 0, 0, TimeSpan.Zero);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 3)]
    public async Task The_updates_of_each_second_become_one_for_each_author_and_replay_the_same(int seed, int authors)
    {
        var session = await NewSessionAsync();
        var log = await AppendAsync(session.Id, seed, _now.AddHours(-48), count: 1500, authors);
        var before = await UpdatesAsync(session.Id);
        Assert.Equal(1501, before.Count);

        Assert.True(await CompactAsync() > 0);

        var after = await UpdatesAsync(session.Id);
        MustReplayTheSame(before, after, log[0].At!.Value);
        // The first one is the session's own, which the server wrote.
        var slots = before.GroupBy(update => (update.At.ToUnixTimeSeconds(), update.AuthorId)).Count();
        Assert.Equal(slots, after.Count);
        Assert.Equal(before[^1].Sequence, after[^1].Sequence);
        Assert.Equal(0, await CompactAsync());
    }

    [Fact]
    public async Task What_is_not_older_than_the_horizon_stays_as_it_is()
    {
        var session = await NewSessionAsync();
        var log = await AppendAsync(session.Id, seed: 3, _now.AddHours(-24).AddSeconds(-60), count: 400);
        var before = await UpdatesAsync(session.Id);

        Assert.True(await CompactAsync() > 0);

        var after = await UpdatesAsync(session.Id);
        var recent = before.Where(update => update.At >= _now.AddHours(-24)).ToList();
        Assert.InRange(recent.Count, 1, before.Count - 1);
        Assert.Equal(recent.Select(update => update.Sequence), after.Where(update => update.At >= _now.AddHours(-24)).Select(update => update.Sequence));
        MustReplayTheSame(before, after, log[0].At!.Value);
    }

    [Fact]
    public async Task A_document_is_loaded_as_before_from_a_snapshot_in_the_middle_of_a_second_too()
    {
        var session = await NewSessionAsync();
        await AppendAsync(session.Id, seed: 4, _now.AddHours(-48), count: 600, longestPause: 100);
        var before = await UpdatesAsync(session.Id);
        var expected = RandomLog.TextAt(before, DateTimeOffset.MaxValue);
        // Between two updates of one second that will be one.
        var index = Enumerable.Range(200, 100).First(place =>
            before[place].At.ToUnixTimeSeconds() == before[place + 1].At.ToUnixTimeSeconds() && before[place].AuthorId == before[place + 1].AuthorId);
        await Documents.SaveSnapshotAsync(session.Id, before[index].Sequence, StateOf(before.Take(index + 1)), Stop);

        Assert.True(await CompactAsync() > 0);

        var stored = await Documents.LoadAsync(session.Id, Stop);
        Assert.NotNull(stored.Snapshot);
        var doc = new Doc();
        doc.ApplyUpdate(stored.Snapshot);
        stored.Updates.ToList().ForEach(update => doc.ApplyUpdate(update));
        Assert.Equal(expected, SessionDocument.Read(doc).Files.Single().Content);
    }

    [Fact]
    public async Task Each_keyframe_leads_to_the_same_text_as_the_whole_log()
    {
        var session = await NewSessionAsync();
        await AppendAsync(session.Id, seed: 5, _now.AddHours(-48), count: 600);
        var before = await UpdatesAsync(session.Id);
        // In the middle of what will be merged, stored at the time at which it was the state.
        shared.Time.SetUtcNow(_now);
        await AddSnapshotAsync(session.Id, before[300].Sequence, before[300].At, StateOf(before.Take(301)));

        Assert.True(await CompactAsync() > 0);

        foreach (var time in Seconds(before).Where((_, index) => index % 20 == 0))
        {
            var keyframe = await shared.User.GetKeyframeAsync(session.Id, time);
            Assert.Equal(time >= before[300].At ? before[300].Sequence : 0, keyframe.Sequence);
            var (rest, _) = await shared.User.GetUpdatesAsync(session.Id, after: keyframe.Sequence);
            Assert.Equal(
                RandomLog.TextAt(before, time),
                RandomLog.TextAt(rest.Select(update => new RecordedUpdate(update.Sequence, update.At, update.AuthorId, update.Data)), time, keyframe.State));
        }
    }

    [Fact]
    public async Task Snapshots_with_little_of_the_log_between_them_are_dropped_but_not_the_latest()
    {
        var session = await NewSessionAsync();
        await AppendAsync(session.Id, seed: 6, _now.AddHours(-48), count: 300);
        var updates = await UpdatesAsync(session.Id);
        foreach (var place in new[] { 50, 100, 300 })
        {
            await AddSnapshotAsync(session.Id, updates[place].Sequence, updates[place].At, StateOf(updates.Take(place + 1)));
        }

        Assert.True(await CompactAsync() > 0);

        Assert.Equal(updates[300].Sequence, (await shared.User.GetKeyframeAsync(session.Id, _now)).Sequence);
        Assert.Equal(0, (await shared.User.GetKeyframeAsync(session.Id, updates[200].At)).Sequence);
    }

    [Fact]
    public async Task A_corrupt_log_stays_as_it_is_and_does_not_hold_up_the_others()
    {
        var broken = await NewSessionAsync();
        await Documents.AppendAsync(
            [
                new LoggedUpdate(broken.Id, 2, [.. "garbagedoc"u8]) { At = _now.AddHours(-48) },
                new LoggedUpdate(broken.Id, 3, [.. "garbagedoc"u8]) { At = _now.AddHours(-48) },
            ],
            Stop);
        var sound = await NewSessionAsync();
        await AppendAsync(sound.Id, seed: 7, _now.AddHours(-48), count: 50);

        Assert.True(await CompactAsync() > 0);

        Assert.Equal([1, 2, 3], (await UpdatesAsync(broken.Id)).Select(update => update.Sequence));
        Assert.True((await UpdatesAsync(sound.Id)).Count < 51);
    }

    [Theory]
    [InlineData("UPDATE document_updates SET \"Data\" = x'0000'")]
    [InlineData("DELETE FROM document_updates")]
    public async Task What_is_damaged_or_missing_is_not_made_to_look_whole(string damage)
    {
        var session = await NewSessionAsync();
        await AppendAsync(session.Id, seed: 9, _now.AddHours(-48), count: 50);
        await Database.ExecuteAsync(shared.Server.DataDirectory, $"""{damage} WHERE "SessionId" = '{session.Id.ToString().ToUpperInvariant()}' AND "Sequence" = 20""");

        await CompactAsync();

        await Assert.ThrowsAsync<CorruptDocumentException>(() => Documents.LoadAsync(session.Id, Stop));
    }

    [Theory]
    [InlineData("UPDATE document_updates SET \"Data\" = x'0000'")]
    [InlineData("DELETE FROM document_updates")]
    public async Task Damage_and_gaps_are_noticed_in_what_was_merged(string damage)
    {
        var session = await NewSessionAsync();
        await AppendAsync(session.Id, seed: 10, _now.AddHours(-48), count: 50);
        Assert.True(await CompactAsync() > 0);
        var updates = await UpdatesAsync(session.Id);
        await Documents.LoadAsync(session.Id, Stop);
        await Database.ExecuteAsync(shared.Server.DataDirectory, $"""{damage} WHERE "SessionId" = '{session.Id.ToString().ToUpperInvariant()}' AND "Sequence" = {updates[10].Sequence}""");

        await Assert.ThrowsAsync<CorruptDocumentException>(() => Documents.LoadAsync(session.Id, Stop));
    }

    [Fact]
    public void Updates_are_merged_only_where_they_lie_together()
    {
        var (first, second) = (Guid.CreateVersion7(), Guid.CreateVersion7());
        var log = RandomLog.Create(8, Guid.Empty, EmptyFile(), after: 0, _now, count: 5, authors: 1);
        RecordedUpdate[] updates =
        [
            new(1, _now, first, log[0].Data),
            new(2, _now.AddMilliseconds(10), second, log[1].Data),
            new(3, _now.AddMilliseconds(999), first, log[2].Data),
            new(4, _now.AddSeconds(1), first, log[3].Data),
            // The clock was set back.
            new(5, _now.AddMilliseconds(5), first, log[4].Data),
        ];

        Assert.Equal(
            [(2, second), (3, first), (4, first), (5, first)],
            LogMerger.Merge(updates)!.Select(update => (update.Sequence, update.AuthorId!.Value)));
        Assert.Null(LogMerger.Merge(updates[3..]));
        Assert.Equal(4, LogMerger.CountComplete(updates));
        Assert.Equal(3, LogMerger.CountComplete(updates[..3]));
    }

    private static void MustReplayTheSame(IReadOnlyList<RecordedUpdate> before, IReadOnlyList<RecordedUpdate> after, DateTimeOffset start)
    {
        foreach (var time in Seconds(before).Where(time => time >= start))
        {
            Assert.Equal(RandomLog.TextAt(before, time), RandomLog.TextAt(after, time));
        }

        Assert.Equal(RandomLog.TextAt(before, DateTimeOffset.MaxValue), RandomLog.TextAt(after, DateTimeOffset.MaxValue));
    }

    // The last millisecond of each: the ends of what a second says. Not all, since each is a replay from the start.
    private static IEnumerable<DateTimeOffset> Seconds(IReadOnlyList<RecordedUpdate> updates) => updates
        .Select(update => DateTimeOffset.FromUnixTimeMilliseconds((update.At.ToUnixTimeSeconds() * 1000) + 999)).Distinct()
        .Where((_, index) => index % 7 == 0);

    private static byte[] StateOf(IEnumerable<RecordedUpdate> updates)
    {
        var doc = new Doc();
        foreach (var update in updates)
        {
            doc.ApplyUpdate(update.Data);
        }

        return doc.EncodeStateAsUpdate();
    }

    private static byte[] EmptyFile() => SessionDocument.Encode(new([new(File, "")], File, "python"));

    private IDocumentStore Documents => shared.Server.Services.GetRequiredService<IDocumentStore>();

    private Task<long> CompactAsync() => shared.Server.Services.GetRequiredService<LogCompactor>().CompactAsync(Stop);

    private async Task<IReadOnlyList<RecordedUpdate>> UpdatesAsync(Guid sessionId) => (await shared.Server.Services
        .GetRequiredService<IRecordingStore>().ListUpdatesAsync(sessionId, after: 0, int.MaxValue - 1, int.MaxValue, Stop)).Updates;

    // The log begins with the empty file, two days before.
    private async Task<SessionDto> NewSessionAsync()
    {
        shared.Time.SetUtcNow(_now);
        return await shared.User.CreateFileSessionAsync(File, "");
    }

    private async Task<IReadOnlyList<LoggedUpdate>> AppendAsync(
        Guid sessionId, int seed, DateTimeOffset start, int count, int authors = 3, int longestPause = 700)
    {
        var initial = (await UpdatesAsync(sessionId)).Single();
        // As if the session had been created then.
        await shared.SetTimeAsync(sessionId, initial.Sequence, start.AddSeconds(-1));
        var log = RandomLog.Create(seed, sessionId, initial.Data, initial.Sequence, start, count, authors, longestPause);
        await Documents.AppendAsync(log, Stop);
        return log;
    }

    private async Task AddSnapshotAsync(Guid sessionId, long sequence, DateTimeOffset at, byte[] state)
    {
        await Documents.SaveSnapshotAsync(sessionId, sequence, state, Stop);
        await shared.SetSnapshotTimeAsync(sessionId, sequence, at);
    }

    /// <summary>A server whose logs are compacted when a test says so.</summary>
    public sealed class Fixture : IAsyncLifetime
    {
        internal FakeTimeProvider Time { get; } = new(_now);

        internal TestServer Server { get; private set; } = null!;

        internal TestUser User { get; private set; } = null!;

        public async ValueTask InitializeAsync()
        {
            Server = await TestServer.StartAsync(options => options.Time = Time);
            User = await Server.RegisterAsync("alice");
        }

        public ValueTask DisposeAsync() => Server.DisposeAsync();

        internal Task SetTimeAsync(Guid sessionId, long sequence, DateTimeOffset at) => Database.ExecuteAsync(
            Server.DataDirectory, $"""UPDATE document_updates SET "SavedAt" = {at.ToUnixTimeMilliseconds()} WHERE "SessionId" = '{sessionId.ToString().ToUpperInvariant()}' AND "Sequence" = {sequence}""");

        internal Task SetSnapshotTimeAsync(Guid sessionId, long sequence, DateTimeOffset at) => Database.ExecuteAsync(
            Server.DataDirectory, $"""UPDATE document_snapshots SET "SavedAt" = {at.ToUnixTimeMilliseconds()} WHERE "SessionId" = '{sessionId.ToString().ToUpperInvariant()}' AND "Sequence" = {sequence}""");
    }
}
