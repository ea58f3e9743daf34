using System.Net.Http.Json;
using CodeCrafter.Server.Sessions.Snapshots;
using CodeCrafter.Server.Tests.Fixture;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace CodeCrafter.Server.Tests.Sessions;

public sealed class SnapshotTests(SharedServer shared) : IClassFixture<SharedServer>
{
    private const string File = "main.py";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_snapshot_keeps_the_files_as_they_were_with_its_author_and_message()
    {
        var (server, alice, bob) = (shared.Server, await shared.NewUserAsync(), await shared.NewUserAsync());
        var session = await alice.CreateFileSessionAsync(File, "one\ntwo\n");
        await alice.PutParticipantAsync(session.Id, bob, "editor");
        await using var clients = YjsClients.Start();
        await clients.ConnectAsync("bob", server, session.Id, bob.AccessToken, acks: true);

        var first = await bob.TakeSnapshotAsync(session.Id, "First", "before the loop");
        await EditAsync(clients, "bob", "zero\n");
        var second = await alice.TakeSnapshotAsync(session.Id);

        Assert.Equal(("First", "before the loop", bob.Id, false), (first.Title, first.Message, first.CreatedBy.Id, first.IsAutomatic));
        Assert.Equal([second.Id, first.Id], (await ListAsync(alice, session.Id)).Select(snapshot => snapshot.Id));
        Assert.Equal("one\ntwo\n", (await GetAsync(alice, session.Id, first.Id)).Files[0].Content);
        Assert.Equal("zero\none\ntwo\n", (await GetAsync(alice, session.Id, second.Id)).Files[0].Content);

        using var response = await alice.Http.GetAsync($"/api/sessions/{session.Id}/snapshots/{first.Id}/diff", Stop);
        var diff = await response.ReadAsync<SnapshotDiffDto>();
        Assert.Equal((first.Id, (SnapshotDto?)null, 1, 0), (diff.From.Id, diff.To, diff.Additions, diff.Deletions));
        Assert.Equal(["added zero", "context one", "context two"], diff.Files[0].Hunks[0].Lines.Select(line => $"{line.Kind} {line.Text}"));
        using var between = await alice.Http.GetAsync($"/api/sessions/{session.Id}/snapshots/{second.Id}/diff?to={first.Id}", Stop);
        Assert.Equal((0, 1), (await between.ReadAsync<SnapshotDiffDto>()) is var back ? (back.Additions, back.Deletions) : default);
    }

    [Fact]
    public async Task Restoring_edits_the_document_under_those_who_are_in_it()
    {
        var (server, alice) = (shared.Server, await shared.NewUserAsync());
        var session = await alice.CreateSessionAsync(new
        {
            title = "x", language = "python",
            files = new[] { new { path = File, content = "one\ntwo\nthree\n" }, new { path = "gone.py", content = "1\n" } },
        });
        await using var clients = YjsClients.Start();
        await clients.ConnectAsync("alice", server, session.Id, alice.AccessToken, acks: true);
        await clients.ConnectAsync("offline", server, session.Id, alice.AccessToken);
        var snapshot = await alice.TakeSnapshotAsync(session.Id, "Good");
        await clients.CallAsync("delete", new { name = "alice", file = File, index = 0, length = 4 });
        await EditAsync(clients, "alice", "ZERO\n");
        await clients.UntilTextAsync("offline", File, "ZERO\ntwo\nthree\n");
        await clients.CallAsync("disconnect", new { name = "offline" });
        await clients.CallAsync("insert", new { name = "offline", file = File, index = 15, value = "four, meanwhile\n" });

        using var response = await alice.Http.PostAsync($"/api/sessions/{session.Id}/snapshots/{snapshot.Id}/restore", null, Stop);
        var restored = (await response.ReadAsync<SessionEnvelopeDto>()).Session;
        Assert.Equal("one\ntwo\nthree\n", restored.Files!.Single(file => file.Path == File).Content);
        Assert.Equal(2, restored.Files!.Length);
        await clients.UntilTextAsync("alice", File, "one\ntwo\nthree\n");
        // Edits, and no other document: what somebody typed at the same time is still there.
        await clients.CallAsync("reconnect", new { name = "offline" });
        await clients.UntilTextAsync("alice", File, "one\ntwo\nthree\nfour, meanwhile\n");

        var safety = (await ListAsync(alice, session.Id))[0];
        Assert.True(safety.IsAutomatic);
        Assert.Contains("Good", safety.Title, StringComparison.Ordinal);
        Assert.Equal("ZERO\ntwo\nthree\n", (await GetAsync(alice, session.Id, safety.Id)).Files.Single(file => file.Path == File).Content);
    }

    [Fact]
    public async Task A_restored_document_survives_a_restart()
    {
        var server = await TestServer.StartAsync();
        var alice = await server.RegisterAsync("alice");
        var session = await alice.CreateFileSessionAsync(File, "good\n");
        var snapshot = await alice.TakeSnapshotAsync(session.Id);
        await using (var clients = YjsClients.Start())
        {
            await clients.ConnectAsync("alice", server, session.Id, alice.AccessToken, acks: true);
            await EditAsync(clients, "alice", "bad\n");
        }

        using var response = await alice.Http.PostAsync($"/api/sessions/{session.Id}/snapshots/{snapshot.Id}/restore", null, Stop);
        await response.MustBeAsync(200);
        server = await server.RestartAsync();
        await using (server)
        {
            alice = await server.LoginAsync("alice");
            Assert.Equal("good\n", (await alice.GetSessionAsync(session.Id)).Content);
        }
    }

    [Fact]
    public async Task A_document_that_would_become_too_large_is_not_restored_and_stays_as_it_is()
    {
        await using var server = await TestServer.StartAsync(options => options.Settings["CodeCrafter:Collaboration:MaxDocumentBytes"] = "4000");
        var alice = await server.RegisterAsync("alice");
        var session = await alice.CreateFileSessionAsync(File, new string('x', 1500));
        var snapshot = await alice.TakeSnapshotAsync(session.Id);
        await using var clients = YjsClients.Start();
        await clients.ConnectAsync("alice", server, session.Id, alice.AccessToken, acks: true);
        await clients.CallAsync("delete", new { name = "alice", file = File, index = 0, length = 1500 });
        await EditAsync(clients, "alice", new string('y', 3500));

        using var response = await alice.Http.PostAsync($"/api/sessions/{session.Id}/snapshots/{snapshot.Id}/restore", null, Stop);

        await response.MustBeProblemAsync(413, "document_too_large");
        Assert.Equal(new string('y', 3500), (await alice.GetSessionAsync(session.Id)).Content);
    }

    [Fact]
    public async Task A_snapshot_is_found_in_its_own_session_alone()
    {
        var alice = await shared.NewUserAsync();
        var (one, other) = (await alice.CreateSessionAsync(), await alice.CreateSessionAsync());
        var snapshot = await alice.TakeSnapshotAsync(one.Id);
        var here = await alice.TakeSnapshotAsync(other.Id);

        foreach (var path in new[] { $"{snapshot.Id}", $"{snapshot.Id}/diff", $"{here.Id}/diff?to={snapshot.Id}" })
        {
            using var get = await alice.Http.GetAsync($"/api/sessions/{other.Id}/snapshots/{path}", Stop);
            await get.MustBeProblemAsync(404, "snapshot_not_found");
        }

        using var restore = await alice.Http.PostAsync($"/api/sessions/{other.Id}/snapshots/{snapshot.Id}/restore", null, Stop);
        await restore.MustBeProblemAsync(404, "snapshot_not_found");
        using var delete = await alice.Http.DeleteAsync($"/api/sessions/{other.Id}/snapshots/{snapshot.Id}", Stop);
        await delete.MustBeProblemAsync(404, "snapshot_not_found");
        using var own = await alice.Http.DeleteAsync($"/api/sessions/{one.Id}/snapshots/{snapshot.Id}", Stop);
        await own.MustBeAsync(204);
        Assert.Empty(await ListAsync(alice, one.Id));
    }

    [Fact]
    public async Task Snapshots_are_paged_and_bounded()
    {
        await using var server = await TestServer.StartAsync(options => options.Settings["CodeCrafter:Sessions:MaxSnapshots"] = "3");
        var alice = await server.RegisterAsync("alice");
        var session = await alice.CreateSessionAsync();
        for (var i = 1; i <= 3; i++)
        {
            await alice.TakeSnapshotAsync(session.Id, $"{i}");
        }

        using var more = await alice.Http.PostAsJsonAsync($"/api/sessions/{session.Id}/snapshots", new { title = "4" }, Stop);
        await more.MustBeProblemAsync(409, "too_many_snapshots");
        using var page = await alice.Http.GetAsync($"/api/sessions/{session.Id}/snapshots?page=2&limit=2", Stop);
        var list = await page.ReadAsync<SnapshotListDto>();
        Assert.Equal(["1"], list.Snapshots.Select(snapshot => snapshot.Title));
        Assert.Equal(new PaginationDto(2, 2, 3, 2), list.Pagination);
        using var bad = await alice.Http.GetAsync($"/api/sessions/{session.Id}/snapshots?limit=0", Stop);
        await bad.MustBeProblemAsync(400, "validation_failed");
    }

    [Fact]
    public async Task Snapshots_are_taken_by_themselves_while_the_document_is_edited_and_the_newest_are_kept()
    {
        var time = new FakeTimeProvider(DateTimeOffset.Parse("2026-01-31T12:00:00Z", System.Globalization.CultureInfo.InvariantCulture));
        await using var server = await TestServer.StartAsync(options =>
        {
            options.Time = time;
            options.Settings["CodeCrafter:Sessions:KeptAutomaticSnapshots"] = "2";
        });
        var alice = await server.RegisterAsync("alice");
        var session = await alice.CreateSessionAsync(new { title = "x", settings = new { autoSaveMinutes = 2 }, files = new[] { new { path = File, content = "" } } });
        var byHand = await alice.TakeSnapshotAsync(session.Id, "by hand");
        var snapshots = server.Services.GetRequiredService<AutomaticSnapshots>();

        for (var i = 1; i <= 3; i++)
        {
            snapshots.OnEdited(session.Id);
            time.Advance(TimeSpan.FromSeconds(119));
            await snapshots.TakeDueAsync(Stop);
            Assert.Equal(Math.Min(i - 1, 2) + 1, (await ListAsync(alice, session.Id)).Length);
            time.Advance(TimeSpan.FromSeconds(1));
            await snapshots.TakeDueAsync(Stop);
            Assert.Equal(Math.Min(i, 2) + 1, (await ListAsync(alice, session.Id)).Length);
        }

        // Nobody has edited since.
        time.Advance(TimeSpan.FromMinutes(5));
        await snapshots.TakeDueAsync(Stop);
        var list = await ListAsync(alice, session.Id);
        Assert.Equal([true, true, false], list.Select(snapshot => snapshot.IsAutomatic));
        Assert.Equal(byHand.Id, list[2].Id);

        using var put = await alice.Http.PutAsJsonAsync($"/api/sessions/{session.Id}", new { settings = new { autoSave = false } }, Stop);
        await put.MustBeAsync(200);
        await alice.Http.DeleteAsync($"/api/sessions/{session.Id}/snapshots/{list[0].Id}", Stop);
        snapshots.OnEdited(session.Id);
        time.Advance(TimeSpan.FromMinutes(3));
        await snapshots.TakeDueAsync(Stop);
        Assert.Equal(2, (await ListAsync(alice, session.Id)).Length);
    }

    [Fact]
    public async Task An_edit_that_is_saved_makes_a_snapshot_due()
    {
        // SignalR looks at the machine's clock for whether a token has expired.
        var time = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        await using var server = await TestServer.StartAsync(options => options.Time = time);
        var alice = await server.RegisterAsync("alice");
        var session = await alice.CreateSessionAsync(new { title = "x", settings = new { autoSaveMinutes = 1 }, files = new[] { new { path = File, content = "" } } });
        await using var hub = await alice.ConnectHubAsync();
        await hub.JoinAsync(session.Id);
        await using var clients = YjsClients.Start();
        await clients.ConnectAsync("alice", server, session.Id, alice.AccessToken, acks: true);

        await EditAsync(clients, "alice", "edit");
        var saved = hub.NextAsync("SessionSaved");
        while (!saved.IsCompleted)
        {
            // The notice of saved edits goes by the clock.
            time.Advance(TimeSpan.FromMilliseconds(250));
            await Task.WhenAny(saved, Task.Delay(50, Stop));
        }

        time.Advance(TimeSpan.FromMinutes(2));
        await server.Services.GetRequiredService<AutomaticSnapshots>().TakeDueAsync(Stop);

        Assert.Contains(await ListAsync(alice, session.Id), snapshot => snapshot.IsAutomatic);
    }

    // Types at the start of the file and waits until it is saved.
    private static async Task EditAsync(YjsClients clients, string name, string text)
    {
        var before = (await clients.CallAsync("describe", new { name })).GetProperty("acks").GetInt64();
        await clients.CallAsync("insert", new { name, file = File, index = 0, value = text });
        await clients.CallAsync("until", new { name, what = "acks", count = before + 1 });
    }

    private static async Task<SnapshotDto[]> ListAsync(TestUser user, Guid sessionId)
    {
        using var response = await user.Http.GetAsync($"/api/sessions/{sessionId}/snapshots", Stop);
        return (await response.ReadAsync<SnapshotListDto>()).Snapshots;
    }

    private static async Task<SnapshotFilesDto> GetAsync(TestUser user, Guid sessionId, Guid snapshotId)
    {
        using var response = await user.Http.GetAsync($"/api/sessions/{sessionId}/snapshots/{snapshotId}", Stop);
        return await response.ReadAsync<SnapshotFilesDto>();
    }
}
