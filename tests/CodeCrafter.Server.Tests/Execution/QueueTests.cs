using System.Net.Http.Json;
using CodeCrafter.Server.Execution;
using CodeCrafter.Server.Tests.Fixture;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.DependencyInjection;

namespace CodeCrafter.Server.Tests.Execution;

/// <summary>Waiting for a worker, places, limits and stopping; one worker, and programs that run until they are stopped.</summary>
public sealed class QueueTests
{
    private const string Endless = "while True: pass";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Those_who_wait_are_told_their_place_and_each_change_of_it()
    {
        await using var server = await StartAsync();
        var (alice, bob) = (await server.RegisterAsync("alice"), await server.RegisterAsync("bob"));
        var session = await bob.CreateFileSessionAsync("main.py", "print('bob')");
        await using var hub = await bob.ConnectHubAsync();
        await hub.JoinAsync(session.Id);
        var running = await StartedAsync(alice);
        var next = await SubmitAsync(alice, new { language = "python", code = Endless });
        Assert.Equal(1, next.QueuePosition);

        var jobId = await hub.InvokeAsync<Guid>("Run", session.Id, new { });

        var queued = await hub.NextAsync("ExecutionQueued");
        Assert.Equal((session.Id, jobId, 2, "python", "bob"), (
            queued.GetProperty("sessionId").GetGuid(), queued.GetProperty("jobId").GetGuid(), queued.GetProperty("position").GetInt32(),
            queued.GetProperty("language").GetString(), queued.GetProperty("user").GetProperty("username").GetString()));
        Assert.Equal((1, 2), ((await StatusAsync(bob, jobId)).Status.Id, (await StatusAsync(bob, jobId)).QueuePosition));
        await using var late = await bob.ConnectHubAsync();
        var waiting = Assert.Single((await late.JoinAsync(session.Id)).GetProperty("queued").EnumerateArray());
        Assert.Equal((jobId, 2), (waiting.GetProperty("jobId").GetGuid(), waiting.GetProperty("position").GetInt32()));

        await DeleteAsync(alice, next.JobId);
        Assert.Equal(1, (await hub.NextAsync("ExecutionQueued")).GetProperty("position").GetInt32());
        await DeleteAsync(alice, running);
        Assert.Equal("bob\n", (await hub.NextAsync("ExecutionFinished")).GetProperty("run").GetProperty("stdout").GetString());
        Assert.Equal(
            ["ExecutionQueued", "ExecutionQueued", "ExecutionStarted", "ExecutionFinished"],
            hub.Seen.Select(seen => seen.Name).Where(name => name.StartsWith("Execution", StringComparison.Ordinal) && name != "ExecutionOutput"));
    }

    [Fact]
    public async Task Users_take_turns()
    {
        await using var server = await StartAsync();
        var (alice, bob) = (await server.RegisterAsync("alice"), await server.RegisterAsync("bob"));
        await StartedAsync(alice);
        var first = await SubmitAsync(alice, new { language = "python", code = "1" });
        var second = await SubmitAsync(alice, new { language = "python", code = "1" });
        Assert.Equal((1, 2), (first.QueuePosition, second.QueuePosition));

        var other = await SubmitAsync(bob, new { language = "python", code = "1" });

        Assert.Equal(2, other.QueuePosition);
        Assert.Equal(3, (await StatusAsync(alice, second.JobId)).QueuePosition);
    }

    [Fact]
    public async Task A_queued_job_is_stopped_at_once_and_never_runs()
    {
        await using var server = await StartAsync();
        var alice = await server.RegisterAsync("alice");
        var running = await StartedAsync(alice);
        var waiting = await SubmitAsync(alice, new { language = "python", code = "print(1)" });

        var result = await DeleteAsync(alice, waiting.JobId);

        Assert.Equal((17, null, null), (result.Status.Id, result.StartedAt, result.Run));
        Assert.NotNull(result.FinishedAt);
        Assert.Equal(2, (await StatusAsync(alice, running)).Status.Id);
        await DeleteAsync(alice, running);
        var stored = await StatusAsync(alice, waiting.JobId);
        Assert.Equal(result with { Files = stored.Files }, stored);
    }

    [Fact]
    public async Task Stopping_a_job_that_runs_answers_with_its_end_and_stopping_it_again_changes_nothing()
    {
        await using var server = await StartAsync();
        var alice = await server.RegisterAsync("alice");
        var running = await StartedAsync(alice);

        var result = await DeleteAsync(alice, running);

        Assert.Equal(17, result.Status.Id);
        Assert.NotNull(result.FinishedAt);
        Assert.Equal(result.FinishedAt, (await DeleteAsync(alice, running)).FinishedAt);
    }

    [Fact]
    public async Task Only_those_who_may_run_in_a_session_stop_its_jobs_and_a_private_job_is_its_owners()
    {
        await using var server = await StartAsync();
        var (alice, bob, victor) = (await server.RegisterAsync("alice"), await server.RegisterAsync("bob"), await server.RegisterAsync("victor"));
        var session = await alice.CreateFileSessionAsync("main.py", Endless);
        await alice.PutParticipantAsync(session.Id, bob, "editor");
        await alice.PutParticipantAsync(session.Id, victor, "viewer");
        var own = await SubmitAsync(alice, new { language = "python", code = Endless });
        var shared = await SubmitAsync(alice, new { sessionId = session.Id });

        using var strange = await bob.Http.DeleteAsync($"/api/execute/{own.JobId}", Stop);
        await strange.MustBeProblemAsync(404, "job_not_found");
        using var viewing = await victor.Http.DeleteAsync($"/api/execute/{shared.JobId}", Stop);
        await viewing.MustBeProblemAsync(403, "forbidden_role");
        using var unknown = await alice.Http.DeleteAsync($"/api/execute/{Guid.NewGuid()}", Stop);
        await unknown.MustBeProblemAsync(404, "job_not_found");
        Assert.Equal(17, (await DeleteAsync(bob, shared.JobId)).Status.Id);
        Assert.Null((await StatusAsync(alice, own.JobId)).FinishedAt);
    }

    [Fact]
    public async Task Killing_a_session_ends_what_waits_and_what_runs_in_it_and_nothing_else()
    {
        await using var server = await StartAsync();
        var alice = await server.RegisterAsync("alice");
        var session = await alice.CreateFileSessionAsync("main.py", Endless);
        await using var hub = await alice.ConnectHubAsync();
        await hub.JoinAsync(session.Id);
        var running = await SubmitAsync(alice, new { sessionId = session.Id });
        await hub.NextAsync("ExecutionStarted");
        var waiting = await SubmitAsync(alice, new { sessionId = session.Id });
        var other = await SubmitAsync(alice, new { language = "python", code = "print(1)" });

        using var kill = await alice.Http.DeleteAsync($"/api/execute/kill/{session.Id}", Stop);

        Assert.Equal(2, (await kill.ReadAsync<KilledDto>()).Killed);
        Assert.Equal(17, (await EndAsync(alice, running.JobId)).Status.Id);
        Assert.Equal(17, (await EndAsync(alice, waiting.JobId)).Status.Id);
        Assert.Equal(3, (await EndAsync(alice, other.JobId)).Status.Id);
    }

    [Fact]
    public async Task A_full_queue_says_when_to_come_back()
    {
        await using var server = await StartAsync(options => options.Settings["CodeCrafter:Execution:QueueCapacity"] = "1");
        var (alice, bob) = (await server.RegisterAsync("alice"), await server.RegisterAsync("bob"));
        await StartedAsync(alice);
        var waiting = await SubmitAsync(alice, new { language = "python", code = "print(1)" });

        using var refused = await bob.ExecuteAsync(new { language = "python", code = "print(1)" });
        await refused.MustBeProblemAsync(503, "queue_full");
        Assert.NotNull(refused.Headers.RetryAfter);

        await DeleteAsync(alice, waiting.JobId);
        await SubmitAsync(bob, new { language = "python", code = "print(1)" });
    }

    [Fact]
    public async Task A_session_cannot_take_more_than_its_share_of_the_queue()
    {
        await using var server = await StartAsync(options => options.Settings["CodeCrafter:Execution:JobsPerSession"] = "1");
        var (alice, bob) = (await server.RegisterAsync("alice"), await server.RegisterAsync("bob"));
        var session = await alice.CreateFileSessionAsync("main.py", Endless);
        await alice.PutParticipantAsync(session.Id, bob, "editor");
        var running = await SubmitAsync(alice, new { sessionId = session.Id });

        using var refused = await bob.ExecuteAsync(new { sessionId = session.Id });
        await refused.MustBeProblemAsync(429, "too_many_jobs");
        Assert.NotNull(refused.Headers.RetryAfter);

        await SubmitAsync(bob, new { language = "python", code = "print(1)" });
        await DeleteAsync(alice, running.JobId);
        await SubmitAsync(bob, new { sessionId = session.Id });
    }

    [Fact]
    [AccessCase(36)]
    public async Task Runs_over_HTTP_and_over_the_hub_share_one_limit_a_minute()
    {
        await using var server = await TestServer.StartAsync(options =>
        {
            options.Settings["RATE_LIMITS"] = "on";
            options.Settings["CodeCrafter:RateLimits:ExecutePerMinute"] = "2";
        });
        var (alice, bob) = (await server.RegisterAsync("alice"), await server.RegisterAsync("bob"));
        var session = await alice.CreateFileSessionAsync("main.py", "print(1)");
        await alice.PutParticipantAsync(session.Id, bob, "editor");
        await using var hers = await alice.ConnectHubAsync();
        await using var his = await bob.ConnectHubAsync();
        await hers.InvokeAsync<Guid>("Run", session.Id, new { });
        await SubmitAsync(alice, new { language = "python", code = "print(1)" });

        var refused = await Assert.ThrowsAsync<HubException>(() => hers.InvokeAsync<Guid>("Run", session.Id, new { }));
        Assert.Contains(" rate_limited: ", refused.Message, StringComparison.Ordinal);
        using var answer = await alice.ExecuteAsync(new { language = "python", code = "print(1)" });
        await answer.MustBeProblemAsync(429, "rate_limited");
        Assert.InRange(answer.Headers.RetryAfter!.Delta!.Value.TotalSeconds, 1, 60);
        await his.InvokeAsync<Guid>("Run", session.Id, new { });
    }

    [Fact]
    public async Task A_run_whose_watchers_have_all_gone_still_ends_and_is_kept()
    {
        await using var server = await StartAsync();
        var alice = await server.RegisterAsync("alice");
        var session = await alice.CreateFileSessionAsync("main.py", "import time\nprint('on', flush=True)\ntime.sleep(1)\nprint('off')");
        Guid jobId;
        await using (var hub = await alice.ConnectHubAsync())
        {
            await hub.JoinAsync(session.Id);
            jobId = await hub.InvokeAsync<Guid>("Run", session.Id, new { interactive = true });
            await hub.NextAsync("ExecutionOutput");
        }

        var result = await EndAsync(alice, jobId);
        Assert.Equal((3, "on\noff\n"), (result.Status.Id, result.Run!.Stdout));
        using var history = await alice.Http.GetAsync($"/api/execute/history/{session.Id}", Stop);
        Assert.Equal(jobId, Assert.Single((await history.ReadAsync<HistoryDto>()).Executions).JobId);
    }

    [Fact]
    public async Task A_private_run_is_cancelled_when_its_caller_closes_the_connection()
    {
        await using var server = await StartAsync();
        var alice = await server.RegisterAsync("alice");
        var stats = server.Services.GetRequiredService<ExecutionStats>();
        var body = $$"""{"language":"python","code":"{{Endless}}"}""";
        using (var connection = new System.Net.Sockets.TcpClient())
        {
            await connection.ConnectAsync(server.Url.Host, server.Url.Port, Stop);
            var request = $"POST /api/execute HTTP/1.1\r\nHost: {server.Url.Authority}\r\nAuthorization: {alice.Http.DefaultRequestHeaders.Authorization}\r\n"
                + $"Content-Type: application/json\r\nContent-Length: {body.Length}\r\n\r\n{body}";
            await connection.GetStream().WriteAsync(System.Text.Encoding.ASCII.GetBytes(request), Stop);
            while (stats.Describe().Running == 0)
            {
                await Task.Delay(10, Stop);
            }
        }

        while (stats.Describe().Languages.Count == 0)
        {
            await Task.Delay(10, Stop);
        }

        Assert.Equal(["Cancelled"], Assert.Single(stats.Describe().Languages).Statuses.Keys);
    }

    private static Task<TestServer> StartAsync(Action<TestServerOptions>? configure = null) => TestServer.StartAsync(options =>
    {
        options.Settings["CodeCrafter:Execution:Workers"] = "1";
        configure?.Invoke(options);
    });

    /// <summary>A job of this user that has the only worker.</summary>
    private static async Task<Guid> StartedAsync(TestUser user)
    {
        var job = await SubmitAsync(user, new { language = "python", code = Endless });
        while ((await StatusAsync(user, job.JobId)).StartedAt is null)
        {
            await Task.Yield();
        }

        return job.JobId;
    }

    private static async Task<JobDto> SubmitAsync(TestUser user, object request)
    {
        var body = System.Text.Json.JsonSerializer.SerializeToNode(request)!.AsObject();
        body["mode"] = "async";
        using var response = await user.Http.PostAsJsonAsync("/api/execute", body, Stop);
        return await response.ReadAsync<JobDto>(202);
    }

    private static async Task<ResultDto> StatusAsync(TestUser user, Guid jobId)
    {
        using var response = await user.Http.GetAsync($"/api/execute/status/{jobId}", Stop);
        return await response.ReadAsync<ResultDto>();
    }

    private static async Task<ResultDto> EndAsync(TestUser user, Guid jobId)
    {
        ResultDto result;
        do
        {
            result = await StatusAsync(user, jobId);
        }
        while (result.FinishedAt is null);

        return result;
    }

    private static async Task<ResultDto> DeleteAsync(TestUser user, Guid jobId)
    {
        using var response = await user.Http.DeleteAsync($"/api/execute/{jobId}", Stop);
        return await response.ReadAsync<ResultDto>();
    }
}
