using System.Globalization;
using CodeCrafter.Server.Collaboration.Documents;
using CodeCrafter.Server.Collaboration.Recordings;
using CodeCrafter.Server.Tests.Fixture;
using Microsoft.Extensions.DependencyInjection;

namespace CodeCrafter.Server.Tests.Recordings;

/// <summary>The server is killed while it compacts a log.</summary>
public sealed class CompactionCrashTests
{
    private const int Updates = 40_000;
    private const int MaxKills = 12;

    private static readonly DateTimeOffset _start = DateTimeOffset.FromUnixTimeSeconds(1_700_000_000);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    [Trait("fault", "2")]
    public async Task Kill_9_during_compaction_leaves_each_stretch_of_the_log_old_or_new()
    {
        using var data = new TemporaryFolder();
        var (sessionId, original) = await PrepareAsync(data.Path);
        var random = new Random(20261125);
        var interrupted = 0;
        for (var kill = 0; kill < MaxKills && interrupted < 3; kill++)
        {
            await using (var server = new ServerProcess(data.Path))
            {
                var begun = await MarkAsync(data.Path, sessionId);
                await server.StartAsync();
                // In the middle of it, wherever that is this time.
                while (await MarkAsync(data.Path, sessionId) == begun)
                {
                    await Task.Delay(1, Stop);
                }

                await Task.Delay(random.Next(40), Stop);
                await server.KillAsync();
            }

            var mark = await MarkAsync(data.Path, sessionId);
            await MustReplayTheSameAsync(data.Path, sessionId, original, mark ?? 0);
            if (mark >= original[^1].Sequence)
            {
                break;
            }

            interrupted++;
        }

        Assert.True(interrupted > 0, "No kill hit the compaction: it was over too soon.");
        await FinishAsync(data.Path, sessionId, original);
    }

    // What nobody killed goes on where it was, and in the end all of it is done.
    private static async Task FinishAsync(string data, Guid sessionId, IReadOnlyList<RecordedUpdate> original)
    {
        await using (var server = await TestServer.StartAsync(options => options.DataDirectory = data))
        {
            await server.Services.GetRequiredService<LogCompactor>().CompactAsync(Stop);
        }

        await MustReplayTheSameAsync(data, sessionId, original, original[^1].Sequence);
    }

    private static async Task<(Guid SessionId, IReadOnlyList<RecordedUpdate> Original)> PrepareAsync(string data)
    {
        // Far too long from now for the server that makes the log.
        await using var server = await StartIdleAsync(data);
        var alice = await server.RegisterAsync("alice");
        var session = await alice.CreateFileSessionAsync("main.py", "");
        var initial = (await ReadAsync(server, session.Id)).Single();
        await Database.ExecuteAsync(data, $"""UPDATE document_updates SET "SavedAt" = {_start.AddSeconds(-1).ToUnixTimeMilliseconds()}""");
        var log = RandomLog.Create(2, session.Id, initial.Data, initial.Sequence, _start, Updates, authors: 2, longestPause: 300);
        await server.Services.GetRequiredService<IDocumentStore>().AppendAsync(log, Stop);
        return (session.Id, await ReadAsync(server, session.Id));
    }

    private static async Task MustReplayTheSameAsync(string data, Guid sessionId, IReadOnlyList<RecordedUpdate> original, long mark)
    {
        await using var server = await StartIdleAsync(data);
        var stored = await ReadAsync(server, sessionId);
        // Behind the mark the log is the old one, byte for byte; before it the merged one.
        var old = original.Where(update => update.Sequence > mark).ToList();
        Assert.Equal(old.Select(Describe), stored.Where(update => update.Sequence > mark).Select(Describe));
        Assert.Equal(
            LogicalSeconds(original.Where(update => update.Sequence <= mark)),
            LogicalSeconds(stored.Where(update => update.Sequence <= mark)));
        Assert.Equal(RandomLog.TextsAt(original, Samples(original)), RandomLog.TextsAt(stored, Samples(original)));
    }

    private static string Describe(RecordedUpdate update) =>
        string.Create(CultureInfo.InvariantCulture, $"{update.Sequence} {update.At.ToUnixTimeMilliseconds()} {update.AuthorId} {Convert.ToHexString(update.Data)}");

    private static List<(long, Guid?)> LogicalSeconds(IEnumerable<RecordedUpdate> updates) =>
        [.. updates.Select(update => (update.At.ToUnixTimeSeconds(), update.AuthorId)).Distinct().Order()];

    private static List<DateTimeOffset> Samples(IReadOnlyList<RecordedUpdate> original) =>
        [.. original.Select(update => update.At.ToUnixTimeSeconds()).Distinct().Where((_, index) => index % 50 == 0)
            .Select(second => DateTimeOffset.FromUnixTimeMilliseconds((second * 1000) + 999)), DateTimeOffset.MaxValue];

    private static Task<TestServer> StartIdleAsync(string data) => TestServer.StartAsync(options =>
    {
        options.DataDirectory = data;
        options.Settings["CodeCrafter:Recordings:CompactAfter"] = "10000.00:00:00";
    });

    private static async Task<IReadOnlyList<RecordedUpdate>> ReadAsync(TestServer server, Guid sessionId) => (await server.Services
        .GetRequiredService<IRecordingStore>().ListUpdatesAsync(sessionId, after: 0, int.MaxValue - 1, int.MaxValue, Stop)).Updates;

    private static Task<long?> MarkAsync(string data, Guid sessionId) => Database.QueryAsync(
        data, $"""SELECT "Sequence" FROM document_compactions WHERE "SessionId" = '{sessionId.ToString().ToUpperInvariant()}'""");
}
