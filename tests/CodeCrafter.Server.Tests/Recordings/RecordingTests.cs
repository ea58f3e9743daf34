using CodeCrafter.Sandbox;
using CodeCrafter.Server.Collaboration.Recordings;
using CodeCrafter.Server.Execution;
using CodeCrafter.Server.Execution.Judging;
using CodeCrafter.Server.Tests.Fixture;
using Microsoft.Extensions.DependencyInjection;

namespace CodeCrafter.Server.Tests.Recordings;

/// <summary>What is recorded of a session, and who may see it.</summary>
public sealed class RecordingTests(SharedServer shared) : IClassFixture<SharedServer>
{
    private const string File = "main.py";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Edits_are_recorded_with_their_times_and_authors()
    {
        var (server, alice, bob) = (shared.Server, await shared.NewUserAsync(), await shared.NewUserAsync());
        var begin = TimeProvider.System.GetUtcNow().AddMilliseconds(-1);
        var session = await alice.CreateFileSessionAsync(File, "a");
        await alice.PutParticipantAsync(session.Id, bob, "editor");
        await using var clients = YjsClients.Start();
        await clients.ConnectAsync("alice", server, session.Id, alice.AccessToken, acks: true);
        await clients.ConnectAsync("bob", server, session.Id, bob.AccessToken, acks: true);
        await EditAsync(clients, "alice", 1, "b");
        await clients.UntilTextAsync("bob", File, "ab");
        await EditAsync(clients, "bob", 2, "c");

        var recording = await alice.GetRecordingAsync(session.Id);
        var (updates, _) = await alice.GetUpdatesAsync(session.Id);

        Assert.Equal((session.Id, 3, updates[^1].Sequence), (recording.SessionId, recording.Updates, recording.LastSequence));
        Assert.Equal(updates.Sum(update => update.Data.Length), recording.UpdateBytes);
        Assert.Equal(new[] { alice.Username, bob.Username }.Order(StringComparer.Ordinal), recording.Authors.Select(author => author.Username));
        Assert.Equal([null, alice.Id, bob.Id], updates.Select(update => update.AuthorId));
        Assert.InRange(recording.From!.Value, begin, TimeProvider.System.GetUtcNow());
        Assert.Equal(updates.Select(update => update.At).Order(), updates.Select(update => update.At));
        var rows = updates.Select(update => new RecordedUpdate(update.Sequence, update.At, update.AuthorId, update.Data)).ToList();
        Assert.Equal(["a", "ab", "abc"], Enumerable.Range(1, 3).Select(count => RandomLog.TextAt(rows.Take(count), DateTimeOffset.MaxValue)));
    }

    [Fact]
    public async Task Pages_have_everything_once_whatever_their_size()
    {
        var (server, alice) = (shared.Server, await shared.NewUserAsync());
        var session = await alice.CreateFileSessionAsync(File, "");
        await using var hub = await alice.ConnectHubAsync();
        await hub.JoinAsync(session.Id);
        await using var clients = YjsClients.Start();
        await clients.ConnectAsync("alice", server, session.Id, alice.AccessToken, acks: true);
        await EditAsync(clients, "alice", 0, "a");
        for (var number = 0; number < 5; number++)
        {
            await hub.InvokeAsync("SendMessage", session.Id, $"message {number}");
        }

        await AddRunAsync(alice, session.Id);
        await EditAsync(clients, "alice", 1, "b");
        await UntilAsync(alice, session.Id, "joined");

        var (updates, _) = await alice.GetUpdatesAsync(session.Id);
        var (one, pages) = await alice.GetUpdatesAsync(session.Id, limit: 1);
        Assert.Equal((3, 3), (updates.Count, pages));
        Assert.Equal(updates.Select(update => update.Sequence), one.Select(update => update.Sequence));
        Assert.Single((await alice.GetUpdatesAsync(session.Id, after: updates[1].Sequence)).Updates);

        var (events, _) = await alice.GetEventsAsync(session.Id);
        (var ones, pages) = await alice.GetEventsAsync(session.Id, limit: 1);
        Assert.Equal((7, 7), (events.Count, pages));
        Assert.Equal(events.Select(item => item.Id), ones.Select(item => item.Id));
        Assert.Equal(events.OrderBy(item => item.At).Select(item => item.Id), events.Select(item => item.Id));
    }

    [Fact]
    public async Task Who_comes_and_goes_writes_and_runs_is_recorded()
    {
        var (alice, bob) = (await shared.NewUserAsync(), await shared.NewUserAsync());
        var session = await alice.CreateFileSessionAsync(File, "");
        await alice.PutParticipantAsync(session.Id, bob, "viewer");
        await using (var hub = await bob.ConnectHubAsync())
        {
            await hub.JoinAsync(session.Id);
            await alice.PutParticipantAsync(session.Id, bob, "editor");
            await hub.InvokeAsync("SendMessage", session.Id, "hello");
        }

        var run = await AddRunAsync(alice, session.Id);
        using var removed = await alice.Http.DeleteAsync($"/api/sessions/{session.Id}/participants/{bob.Id}", Stop);
        await removed.MustBeAsync(204);
        var events = await UntilAsync(alice, session.Id, "removed");

        Assert.Equal(["added", "joined", "left", "message", "removed", "roleChanged", "run"], events.Select(item => item.Kind).Order(StringComparer.Ordinal));
        EventDto Of(string kind) => events.Single(item => item.Kind == kind);
        Assert.All(events.Where(item => item.Kind != "run"), item => Assert.Equal(bob.Id, item.User.Id));
        Assert.Equal(("viewer", "editor", "hello"), (Of("added").Role, Of("roleChanged").Role, Of("message").Text));
        Assert.Equal((run, alice.Id, "secret output"), (Of("run").Run!.JobId, Of("run").User.Id, Of("run").Run!.TestCases![0].Run!.Stdout));
        // Removed: it is as if there were no such session.
        using var gone = await bob.Http.GetAsync($"/api/sessions/{session.Id}/recording", Stop);
        await gone.MustBeProblemAsync(404, "session_not_found");
    }

    [Fact]
    public async Task Hidden_test_cases_stay_hidden_to_those_who_watch()
    {
        var (alice, bob) = (await shared.NewUserAsync(), await shared.NewUserAsync());
        var session = await alice.CreateFileSessionAsync(File, "");
        await alice.PutParticipantAsync(session.Id, bob, "editor");
        await AddRunAsync(alice, session.Id);

        var seen = (await bob.GetEventsAsync(session.Id)).Events.Single(item => item.Kind == "run").Run!.TestCases!;
        Assert.Equal(("", (string?)null, (string?)null), (seen[0].Run!.Stdout, seen[0].Stdin, seen[0].ExpectedOutput));
        using var file = await bob.Http.GetAsync($"/api/sessions/{session.Id}/export/recording", Stop);
        Assert.DoesNotContain("secret", await ExportTests.UnzipAsync(file), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("events?after=x")]
    [InlineData("events?after=1.2")]
    [InlineData("events?after=99999999999999999.0197c0de000070008000000000000000")]
    [InlineData("events?limit=0")]
    [InlineData("events?limit=101")]
    [InlineData("updates?after=-1")]
    [InlineData("updates?limit=100000")]
    [InlineData("keyframe")]
    [InlineData("keyframe?at=yesterday")]
    public async Task What_is_asked_wrongly_is_refused(string request)
    {
        var alice = await shared.NewUserAsync();
        var session = await alice.CreateSessionAsync();
        using var response = await alice.Http.GetAsync($"/api/sessions/{session.Id}/recording/{request}", Stop);
        await response.MustBeAsync(400);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
    }

    [Fact]
    public async Task Of_those_who_come_and_go_for_ever_the_newest_entries_are_kept()
    {
        var (alice, store) = (await shared.NewUserAsync(), shared.Server.Services.GetRequiredService<IJournalStore>());
        var session = await alice.CreateSessionAsync();
        for (var number = 0; number < 30; number++)
        {
            await store.AddAsync(
                [
                    new JournalEntry
                    {
                        Id = Guid.CreateVersion7(),
                        SessionId = session.Id,
                        At = DateTimeOffset.UnixEpoch.AddSeconds(number),
                        Kind = RecordedEventKind.Joined,
                        UserId = alice.Id,
                        Username = alice.Username,
                    },
                ],
                keptPerSession: 20,
                Stop);
        }

        var kept = (await alice.GetEventsAsync(session.Id)).Events.Where(item => item.At < DateTimeOffset.UnixEpoch.AddDays(1)).ToList();
        Assert.InRange(kept.Count, 18, 20);
        Assert.Equal(DateTimeOffset.UnixEpoch.AddSeconds(29), kept[^1].At);
    }

    private static async Task EditAsync(YjsClients clients, string name, int index, string value)
    {
        var before = (await clients.CallAsync("describe", new { name })).GetProperty("acks").GetInt64();
        await clients.CallAsync("insert", new { name, file = File, index, value });
        await clients.CallAsync("until", new { name, what = "acks", count = before + 1 });
    }

    // The journal is stored a little later.
    private static async Task<List<EventDto>> UntilAsync(TestUser user, Guid sessionId, string kind)
    {
        while (true)
        {
            var (events, _) = await user.GetEventsAsync(sessionId);
            if (events.Any(item => item.Kind == kind))
            {
                return events;
            }

            await Task.Delay(20, Stop);
        }
    }

    private async Task<Guid> AddRunAsync(TestUser user, Guid sessionId)
    {
        var (store, now) = (shared.Server.Services.GetRequiredService<IExecutionStore>(), TimeProvider.System.GetUtcNow());
        var step = new ExecutionStep
        {
            Stdout = "secret output",
            Stderr = "",
            ExitCode = 0,
            Signal = null,
            CpuTimeMs = 1,
            WallTimeMs = 1,
            MemoryBytes = 1,
            StdoutTruncated = false,
            StderrTruncated = false,
        };
        var execution = new StoredExecution
        {
            Id = Guid.CreateVersion7(),
            SessionId = sessionId,
            UserId = user.Id,
            Username = user.Username,
            Language = "python",
            Entry = File,
            CreatedAt = now,
            StartedAt = now,
            FinishedAt = now,
            StatusId = (int)RunStatus.Accepted,
            Files = [new ExecutedFile(File, "")],
            TestCases = [new TestCaseResult { Index = 0, Hidden = true, Compare = "exact", Run = step, Stdin = "secret", ExpectedOutput = "secret output" }],
        };
        await store.AddAsync(execution, Stop);
        return execution.Id;
    }
}
