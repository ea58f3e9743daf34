using System.Net.Http.Json;
using CodeCrafter.Server.Tests.Fixture;

namespace CodeCrafter.Server.Tests.Execution;

/// <summary>Running programs over HTTP, in the real sandbox.</summary>
public sealed class ExecutionTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_program_is_run_and_its_result_has_the_documented_shape()
    {
        await using var server = await TestServer.StartAsync(options => options.OwnSandbox = true);
        var alice = await server.RegisterAsync("alice");

        using var response = await alice.ExecuteAsync(new
        {
            language = "py",
            code = "import sys\nprint(input(), sys.argv[1:])\nprint('oh', file=sys.stderr)",
            stdin = "hello",
            args = new[] { "a", "b c" },
        });
        var result = await response.ReadAsync<ResultDto>();

        Assert.Equal((3, "Accepted"), (result.Status.Id, result.Status.Description));
        Assert.Equal("python", result.Language);
        Assert.NotNull(result.Version);
        Assert.Null(result.Compile);
        Assert.Equal("hello ['a', 'b c']\n", result.Run!.Stdout);
        Assert.Equal("oh\n", result.Run.Stderr);
        Assert.Equal((0, null), (result.Run.ExitCode, result.Run.Signal));
        Assert.True(result.Run is { CpuTimeMs: > 0, WallTimeMs: > 0, MemoryBytes: > 0, StdoutTruncated: false });
        Assert.True(result.CreatedAt <= result.StartedAt && result.StartedAt <= result.FinishedAt);
        Assert.Equal(alice.Id, result.ExecutedBy.Id);

        // Seconds, of which most runs take a small part.
        var metrics = await server.Http.GetStringAsync("/metrics", Stop);
        Assert.Matches("""codecrafter_execution_duration_seconds_bucket\{[^}]*language="python"[^}]*le="0\.05"\}""", metrics);
        Assert.Matches("""codecrafter_execution_wait_seconds_bucket\{[^}]*le="0\.005"\}""", metrics);
    }

    [Fact]
    public async Task A_compile_error_is_told_apart_from_a_run_that_fails()
    {
        await using var server = await TestServer.StartAsync();
        var alice = await server.RegisterAsync("alice");

        using var broken = await alice.ExecuteAsync(new { language = "c", code = "int main(void) { return x; }" });
        var compileError = await broken.ReadAsync<ResultDto>();
        Assert.Equal(6, compileError.Status.Id);
        Assert.NotEqual(0, compileError.Compile!.ExitCode);
        Assert.Contains("main.c", compileError.Compile.Stderr, StringComparison.Ordinal);
        Assert.Null(compileError.Run);

        using var failing = await alice.ExecuteAsync(new { language = "c", code = "int main(void) { return 3; }" });
        var runError = await failing.ReadAsync<ResultDto>();
        Assert.Equal((11, "Runtime Error (NZEC)"), (runError.Status.Id, runError.Status.Description));
        Assert.Equal(0, runError.Compile!.ExitCode);
        Assert.Equal(3, runError.Run!.ExitCode);
    }

    [Fact]
    public async Task A_job_can_be_followed_by_its_id_and_strangers_know_nothing_of_it()
    {
        await using var server = await TestServer.StartAsync();
        var alice = await server.RegisterAsync("alice");
        var mallory = await server.RegisterAsync("mallory");

        using var accepted = await alice.ExecuteAsync(new { language = "python", code = "print(1)", mode = "async" });
        var job = await accepted.ReadAsync<JobDto>(202);
        Assert.Equal($"/api/execute/status/{job.JobId}", accepted.Headers.Location!.AbsolutePath);

        ResultDto result;
        do
        {
            using var status = await alice.Http.GetAsync(accepted.Headers.Location, Stop);
            result = await status.ReadAsync<ResultDto>();
            Assert.Contains(result.Status.Id, new[] { 1, 2, 3 });
        }
        while (result.FinishedAt is null);

        Assert.Equal("1\n", result.Run!.Stdout);
        using var strange = await mallory.Http.GetAsync(accepted.Headers.Location, Stop);
        await strange.MustBeProblemAsync(404, "job_not_found");
    }

    public static TheoryData<string, object, int, string> Limits => new()
    {
        { "while True: pass", new { cpuTimeMs = 200, wallTimeMs = 20_000 }, 5, "cpuTime" },
        { "import time\ntime.sleep(60)", new { cpuTimeMs = 5_000, wallTimeMs = 300 }, 5, "wallTime" },
        { "x = bytearray(500 << 20)", new { memoryMb = 64 }, 15, "memory" },
        { "print('x' * 100_000)", new { outputBytes = 1000 }, 16, "output" },
    };

    [Theory]
    [MemberData(nameof(Limits))]
    public async Task The_limit_that_ended_a_program_is_named(string code, object limits, int status, string limit)
    {
        await using var server = await TestServer.StartAsync();
        var alice = await server.RegisterAsync("alice");

        using var response = await alice.ExecuteAsync(new { language = "python", code, limits });
        var result = await response.ReadAsync<ResultDto>();

        Assert.Equal((status, limit), (result.Status.Id, result.Run!.LimitExceeded));
    }

    [Fact]
    public async Task The_limit_that_ended_a_compiler_is_named_and_an_identical_compile_is_told()
    {
        await using var server = await TestServer.StartAsync(options => options.Settings["CodeCrafter:Execution:Compile:OutputBytes"] = "500");
        var alice = await server.RegisterAsync("alice");

        using var flood = await alice.ExecuteAsync(new { language = "c", code = string.Concat(Enumerable.Repeat("x;\n", 1000)) });
        var refused = await flood.ReadAsync<ResultDto>();
        Assert.Equal((6, "output", false), (refused.Status.Id, refused.Compile!.LimitExceeded, refused.Compile.Cached));

        foreach (var cached in (bool[])[false, true])
        {
            using var response = await alice.ExecuteAsync(new { language = "c", code = "int main(void) { return 0; }" });
            var result = await response.ReadAsync<ResultDto>();
            Assert.Equal((3, cached, null), (result.Status.Id, result.Compile!.Cached, result.Compile.LimitExceeded));
            Assert.Null(result.Run!.Cached);
        }
    }

    [Fact]
    public async Task The_sessions_document_runs_as_it_is_and_the_history_keeps_it()
    {
        await using var server = await TestServer.StartAsync();
        var alice = await server.RegisterAsync("alice");
        var victor = await server.RegisterAsync("victor");
        var session = await alice.CreateFileSessionAsync("main.py", "print('from the document')");
        await alice.PutParticipantAsync(session.Id, victor, "viewer");

        using var response = await alice.ExecuteAsync(new { sessionId = session.Id });
        Assert.Equal("from the document\n", (await response.ReadAsync<ResultDto>()).Run!.Stdout);
        using var history = await victor.Http.GetAsync($"/api/execute/history/{session.Id}", Stop);
        var kept = Assert.Single((await history.ReadAsync<HistoryDto>()).Executions);
        Assert.Equal("alice", kept.ExecutedBy.Username);
        Assert.Equal(new FileDto("main.py", "print('from the document')"), Assert.Single(kept.Files!));
        Assert.Equal(1, (await alice.GetSessionAsync(session.Id)).Stats.TotalExecutions);
    }

    [Fact]
    public async Task Viewers_and_strangers_cannot_run_in_a_session()
    {
        await using var server = await TestServer.StartAsync();
        var alice = await server.RegisterAsync("alice");
        var victor = await server.RegisterAsync("victor");
        var mallory = await server.RegisterAsync("mallory");
        var session = await alice.CreateSessionAsync();
        await alice.PutParticipantAsync(session.Id, victor, "viewer");

        using var asViewer = await victor.ExecuteAsync(new { sessionId = session.Id });
        await asViewer.MustBeProblemAsync(403, "forbidden_role");
        using var asStranger = await mallory.ExecuteAsync(new { sessionId = session.Id });
        await asStranger.MustBeProblemAsync(404, "session_not_found");
        using var history = await mallory.Http.GetAsync($"/api/execute/history/{session.Id}", Stop);
        await history.MustBeProblemAsync(404, "session_not_found");
        using var kill = await victor.Http.DeleteAsync($"/api/execute/kill/{session.Id}", Stop);
        await kill.MustBeProblemAsync(403, "forbidden_role");
        using var anonymous = await server.Http.PostAsJsonAsync("/api/execute", new { language = "python", code = "1" }, Stop);
        await anonymous.MustBeProblemAsync(401, "unauthenticated");
    }

    [Fact]
    public async Task Too_much_code_and_too_large_a_body_are_refused()
    {
        await using var server = await TestServer.StartAsync();
        var alice = await server.RegisterAsync("alice");

        using var code = await alice.ExecuteAsync(new { language = "python", code = new string('#', 5 << 20) });
        await code.MustBeProblemAsync(413, "code_too_large");
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/execute")
        {
            Content = JsonContent.Create(new { language = "python", code = new string('#', 17 << 20) }),
        };
        // So that it is refused before it is sent: a connection that is closed meanwhile has no answer.
        request.Headers.ExpectContinue = true;
        using var body = await alice.Http.SendAsync(request, Stop);
        await body.MustBeProblemAsync(413, "payload_too_large");
    }

    [Fact]
    [AccessCase(36)]
    public async Task A_user_cannot_take_more_than_their_share_of_the_queue()
    {
        await using var server = await TestServer.StartAsync(options => options.Settings["CodeCrafter:Execution:JobsPerUser"] = "1");
        var alice = await server.RegisterAsync("alice");
        var bob = await server.RegisterAsync("bob");
        var session = await alice.CreateFileSessionAsync("main.py", "import time\ntime.sleep(15)");

        using var running = await alice.ExecuteAsync(new { sessionId = session.Id, mode = "async" });
        var job = await running.ReadAsync<JobDto>(202);
        using var refused = await alice.ExecuteAsync(new { language = "python", code = "1" });
        await refused.MustBeProblemAsync(429, "too_many_jobs");
        Assert.NotNull(refused.Headers.RetryAfter);
        using var other = await bob.ExecuteAsync(new { language = "python", code = "1" });
        await other.ReadAsync<ResultDto>();

        using var kill = await alice.Http.DeleteAsync($"/api/execute/kill/{session.Id}", Stop);
        Assert.Equal(1, (await kill.ReadAsync<KilledDto>()).Killed);
        ResultDto result;
        do
        {
            using var status = await alice.Http.GetAsync($"/api/execute/status/{job.JobId}", Stop);
            result = await status.ReadAsync<ResultDto>();
        }
        while (result.FinishedAt is null);
        Assert.Equal(17, result.Status.Id);
    }

    [Fact]
    public async Task What_was_unfinished_when_the_server_died_is_marked_as_failed()
    {
        await using var server = await TestServer.StartAsync();
        var store = (Server.Execution.IExecutionStore)server.Services.GetService(typeof(Server.Execution.IExecutionStore))!;
        var id = Guid.CreateVersion7();
        await store.AddAsync(
            new Server.Execution.StoredExecution
            {
                Id = id,
                UserId = Guid.CreateVersion7(),
                Username = "alice",
                Language = "python",
                Entry = "main.py",
                CreatedAt = DateTimeOffset.UnixEpoch,
                StatusId = 1,
                Files = [],
            },
            Stop);

        Assert.Equal(1, await store.FailUnfinishedAsync(DateTimeOffset.UnixEpoch.AddMinutes(1), Stop));

        var failed = await store.FindAsync(id, Stop);
        Assert.Equal((13, DateTimeOffset.UnixEpoch.AddMinutes(1)), (failed!.StatusId, failed.FinishedAt));
        Assert.Equal(0, await store.FailUnfinishedAsync(DateTimeOffset.UnixEpoch.AddMinutes(2), Stop));
    }

    [Fact]
    public async Task Administrators_see_the_queue_and_what_ran()
    {
        await using var first = await TestServer.StartAsync();
        await first.RegisterAsync("root");
        await using var server = await first.RestartAsync(options => options.Settings["CodeCrafter:Auth:Admins"] = "root");
        var root = await server.LoginAsync("root");
        var alice = await server.RegisterAsync("alice");
        foreach (var code in (string[])["print(1)", "print(2)", "1/0"])
        {
            using var run = await alice.ExecuteAsync(new { language = "python", code });
            await run.MustBeAsync(200);
        }

        using var refused = await alice.Http.GetAsync("/api/execute/stats", Stop);
        Assert.Contains("administrators of the server", (await refused.MustBeProblemAsync(403, "forbidden")).Detail, StringComparison.Ordinal);
        using var response = await root.Http.GetAsync("/api/execute/stats", Stop);
        var stats = await response.ReadAsync<StatsDto>();

        Assert.Equal((Environment.ProcessorCount, 0, 0), (stats.Workers, stats.Queued, stats.Running));
        var python = Assert.Single(stats.Languages);
        Assert.Equal(("python", 3), (python.Language, python.Executions));
        Assert.Equal(new Dictionary<string, int> { ["Accepted"] = 2, ["Runtime Error (NZEC)"] = 1 }, python.Statuses);
        Assert.True(python.AverageTimeMs > 0 && python.LongestTimeMs >= python.AverageTimeMs);
    }

    [Fact]
    public async Task All_languages_are_listed_for_everybody()
    {
        await using var server = await TestServer.StartAsync();

        using var response = await server.Http.GetAsync("/api/execute/languages", Stop);
        var languages = await response.ReadAsync<LanguageListDto>();

        Assert.Superset(
            new HashSet<string> { "javascript", "python", "java", "cpp", "c", "go", "rust", "typescript", "ruby", "bash" },
            languages.Languages.Where(language => language is { Available: true, Version: not null }).Select(language => language.Id).ToHashSet());
    }

    internal sealed record StatsDto(DateTimeOffset Since, int Workers, int QueueCapacity, int Queued, int Running, LanguageStatsDto[] Languages);

    internal sealed record LanguageStatsDto(
        string Language, int Executions, Dictionary<string, int> Statuses, double AverageWaitMs, double AverageTimeMs, double LongestTimeMs);

    internal sealed record LanguageListDto(LanguageDto[] Languages);

    internal sealed record LanguageDto(string Id, string Name, string? Version, bool Available, string FileName, string[] Aliases);
}
