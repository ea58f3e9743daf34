using System.Text;
using CodeCrafter.Server.Execution;
using CodeCrafter.Server.Storage.Sql;
using CodeCrafter.Server.Tests.Fixture;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace CodeCrafter.Server.Tests.Execution;

/// <summary>What is kept and sent of results is bounded, whatever programs print.</summary>
public sealed class KeptResultsTests
{
    private const int MaxOutput = 4 << 20;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_history_of_results_at_their_caps_is_short_and_each_is_whole_by_itself()
    {
        await using var server = await TestServer.StartAsync();
        var alice = await server.RegisterAsync("alice");
        // A byte of it takes six in JSON.
        var session = await alice.CreateFileSessionAsync(
            "main.py", "import sys\nfor f in sys.stdout, sys.stderr: f.buffer.write(bytes(4 << 20))\n" + new string('#', 100_000));
        await using var hub = await alice.ConnectHubAsync();
        await hub.JoinAsync(session.Id);
        const int runs = 3;
        for (var i = 0; i < runs; i++)
        {
            using var run = await alice.ExecuteAsync(new { sessionId = session.Id, limits = new { outputBytes = MaxOutput } });
            var body = await run.Content.ReadAsByteArrayAsync(Stop);
            Assert.InRange(body.Length, 15 << 20, (16 << 20) + 10_000);
            var finished = await hub.NextAsync("ExecutionFinished");
            Assert.InRange(finished.GetRawText().Length, 1, (32 << 10) + 10_000);
            Assert.True(finished.GetProperty("shortened").GetBoolean());
        }

        using var response = await alice.Http.GetAsync($"/api/execute/history/{session.Id}?limit=50", Stop);
        var text = await response.Content.ReadAsByteArrayAsync(Stop);
        Assert.InRange(text.Length, 1, runs * ((2 * 32 << 10) + 10_000));
        var history = await response.ReadAsync<HistoryDto>();
        Assert.Equal(runs, history.Executions.Length);
        Assert.All(history.Executions, run => Assert.True(
            run is { Status.Id: 3, Shortened: true, Run: { StdoutTruncated: true, StderrTruncated: true } } && run.Files![0].Content.Length < 40_000));

        using var whole = await alice.Http.GetAsync($"/api/execute/status/{history.Executions[0].JobId}", Stop);
        var result = await whole.ReadAsync<ResultDto>();
        Assert.Equal((false, (16 << 20) / 12), (result.Shortened, result.Run!.Stdout.Length));
        Assert.Equal(result.Run.Stdout.Length, result.Run.Stderr.Length);
        Assert.True(Assert.Single(result.Files!).Content.Length > 100_000);

        // What a list loads is in rows that are short.
        await using var db = await server.Services.GetRequiredService<IDbContextFactory<AppDbContext>>().CreateDbContextAsync(Stop);
        var longest = await db.Database.SqlQuery<long>($"SELECT max(length(Run) + length(Files)) AS Value FROM executions").SingleAsync(Stop);
        Assert.InRange(longest, 1, 80 << 10);
    }

    [Fact]
    public async Task Text_at_the_limit_on_output_is_kept_whole()
    {
        await using var server = await TestServer.StartAsync();
        var alice = await server.RegisterAsync("alice");

        using var response = await alice.ExecuteAsync(new
        {
            language = "python",
            code = "import sys\nfor f in sys.stdout, sys.stderr: f.write(('x' * 63 + '\\n') * (4 << 14))",
            limits = new { outputBytes = MaxOutput },
        });
        var result = await response.ReadAsync<ResultDto>();

        Assert.Equal((MaxOutput, false), (result.Run!.Stdout.Length, result.Run.StdoutTruncated));
        Assert.Equal((MaxOutput, false), (result.Run.Stderr.Length, result.Run.StderrTruncated));
    }

    [Fact]
    public async Task All_test_cases_share_the_room_of_one_result()
    {
        await using var server = await TestServer.StartAsync(options => options.Settings["CodeCrafter:Execution:MaxResultBytes"] = "60000");
        var alice = await server.RegisterAsync("alice");

        using var response = await alice.ExecuteAsync(new
        {
            language = "python",
            code = "print(input() * 10_000)",
            testCases = new[] { new { stdin = "\u0001", expectedOutput = "-" }, new { stdin = "\n", expectedOutput = "" }, new { stdin = "x", expectedOutput = new string('x', 10_000) } },
        });
        var result = await response.ReadAsync<ResultDto>();

        Assert.Equal([4, 3, 3], result.TestCases!.Select(testCase => testCase.Status!.Id));
        // A third of it for the first; the last has what is left, and all of its output was compared.
        Assert.Equal((3333, true), (result.TestCases![0].Run!.Stdout.Length, result.TestCases[0].Run!.StdoutTruncated));
        Assert.Equal((10_001, false), (result.TestCases[2].Run!.Stdout.Length, result.TestCases[2].Run!.StdoutTruncated));
    }

    [Fact]
    public async Task The_oldest_runs_go_where_a_session_or_a_user_has_too_many()
    {
        await using var server = await TestServer.StartAsync(options =>
        {
            options.Settings["CodeCrafter:Execution:KeptRunsPerSession"] = "3";
            options.Settings["CodeCrafter:Execution:KeptRunsPerUser"] = "5";
        });
        var (alice, bob) = (await server.RegisterAsync("alice"), await server.RegisterAsync("bob"));
        var session = await alice.CreateFileSessionAsync("main.py", "open('file', 'w').write('x')");
        await alice.PutParticipantAsync(session.Id, bob, "editor");
        var jobs = new List<Guid>();
        foreach (var user in (TestUser[])[alice, bob, alice, alice])
        {
            using var run = await user.ExecuteAsync(new { sessionId = session.Id });
            jobs.Add((await run.ReadAsync<ResultDto>()).JobId);
        }

        using var history = await alice.Http.GetAsync($"/api/execute/history/{session.Id}", Stop);
        Assert.Equal(jobs[1..].Reverse<Guid>(), (await history.ReadAsync<HistoryDto>()).Executions.Select(run => run.JobId));
        using var gone = await alice.Http.GetAsync($"/api/execute/status/{jobs[0]}", Stop);
        await gone.MustBeProblemAsync(404, "job_not_found");
        using var file = await alice.Http.GetAsync($"/api/execute/files/{jobs[0]}?path=file", Stop);
        await file.MustBeProblemAsync(404, "job_not_found");

        for (var i = 0; i < 4; i++)
        {
            using var run = await alice.ExecuteAsync(new { language = "python", code = "1" });
            await run.MustBeAsync(200);
        }

        using var hers = await alice.Http.GetAsync($"/api/execute/status/{jobs[2]}", Stop);
        await hers.MustBeProblemAsync(404, "job_not_found");
        using var his = await bob.Http.GetAsync($"/api/execute/status/{jobs[1]}", Stop);
        await his.MustBeAsync(200);
    }

    [Fact]
    public async Task The_oldest_runs_go_where_all_are_too_large_and_the_newest_stays()
    {
        await using var server = await TestServer.StartAsync(options => options.Settings["CodeCrafter:Execution:KeptBytesPerSession"] = "100000");
        var alice = await server.RegisterAsync("alice");
        var session = await alice.CreateFileSessionAsync("main.py", "1");
        foreach (var size in (int[])[60_000, 60_000, 500_000])
        {
            using var run = await alice.ExecuteAsync(new { sessionId = session.Id, language = "python", code = $"print('x' * {size})" });
            await run.MustBeAsync(200);
        }

        using var history = await alice.Http.GetAsync($"/api/execute/history/{session.Id}", Stop);
        var last = Assert.Single((await history.ReadAsync<HistoryDto>()).Executions);
        using var whole = await alice.Http.GetAsync($"/api/execute/status/{last.JobId}", Stop);
        Assert.Equal(500_001, (await whole.ReadAsync<ResultDto>()).Run!.Stdout.Length);
    }

    [Fact]
    public async Task Requests_that_are_refused_do_not_count_as_runs()
    {
        await using var server = await TestServer.StartAsync(options =>
        {
            options.Settings["RATE_LIMITS"] = "on";
            options.Settings["CodeCrafter:RateLimits:ExecutePerMinute"] = "1";
        });
        var alice = await server.RegisterAsync("alice");
        foreach (var bad in (object[])[new { language = "klingon", code = "1" }, new { language = "python" }, new { stdinn = 1 }])
        {
            using var refused = await alice.ExecuteAsync(bad);
            await refused.MustBeAsync(400);
        }

        using var fine = await alice.ExecuteAsync(new { language = "python", code = "1" });
        await fine.MustBeAsync(200);
        using var tooMany = await alice.ExecuteAsync(new { language = "python", code = "1" });
        await tooMany.MustBeProblemAsync(429, "rate_limited");
    }

    [Fact]
    public async Task What_waits_is_bounded_in_memory()
    {
        await using var server = await TestServer.StartAsync(options =>
        {
            options.Settings["CodeCrafter:Execution:Workers"] = "1";
            options.Settings["CodeCrafter:Execution:QueueBytes"] = (4 << 20).ToString(System.Globalization.CultureInfo.InvariantCulture);
        });
        var alice = await server.RegisterAsync("alice");
        var large = new { language = "python", code = "import time\ntime.sleep(10)\n" + new string('#', 500_000), mode = "async" };
        using var first = await alice.ExecuteAsync(large);
        var job = await first.ReadAsync<JobDto>(202);

        using var second = await alice.ExecuteAsync(large);
        await second.MustBeProblemAsync(429, "too_many_jobs");
        using var stop = await alice.Http.DeleteAsync($"/api/execute/{job.JobId}", Stop);
        await stop.MustBeAsync(200);
        using var third = await alice.ExecuteAsync(large);
        await third.MustBeAsync(202);
    }

    [Fact]
    public void Texts_are_shortened_to_their_size_in_JSON_and_no_character_is_cut()
    {
        foreach (var text in (string[])["plain", "\0\0\0\0\0\0", "\n\t\"<>&'+`\\", "äöü", "a\U0001F600b", ""])
        {
            var json = System.Text.Json.JsonSerializer.Serialize(text);
            Assert.Equal(json.Length - 2, JsonSize.Of(text));
            Assert.Equal(text, JsonSize.Shorten(text, JsonSize.Of(text)));
        }

        Assert.Equal("a", JsonSize.Shorten("a\U0001F600b", 12));
        Assert.Equal("\0\0", JsonSize.Shorten(new string('\0', 10), 17));
        Assert.Equal(long.MaxValue, JsonSize.ShareOf(["abc", "\0"], 9));
        Assert.Equal(5, JsonSize.ShareOf(["abc", new string('x', 100), new string('x', 100)], 13));
    }

    [Fact]
    public void Output_of_single_characters_is_kept_and_told_in_few_pieces_the_newest_of_it()
    {
        var events = new ExecutionEvents();
        var output = new JobOutput(Guid.CreateVersion7(), Guid.CreateVersion7(), events);
        var printed = new StringBuilder();
        for (var i = 0; i < 1_000_000; i++)
        {
            var character = ((char)('a' + (i % 26))).ToString();
            printed.Append(character);
            output.Add(Sandbox.RunPhase.Run, Sandbox.OutputStream.Stdout, null, character);
        }

        var kept = output.SoFar();
        Assert.InRange(kept.Sum(piece => piece.Data.Length), JobOutput.MaxKept - (16 << 10), JobOutput.MaxKept);
        Assert.InRange(kept.Count, 1, 20);
        Assert.All(kept, piece => Assert.Equal(printed.ToString((int)piece.Offset, piece.Data.Length), piece.Data));
        Assert.Equal(printed.Length, kept[^1].Offset + kept[^1].Data.Length);

        var told = new List<ExecutionOutput>();
        while (events.TryTake(out var next))
        {
            told.Add((ExecutionOutput)next);
        }

        Assert.InRange(told.Count, 1, 70);
        Assert.Equal(printed.ToString(), string.Concat(told.Select(piece => piece.Data)));
        Assert.Equal(0, told[0].Offset);
    }
}
