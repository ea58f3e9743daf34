using CodeCrafter.Sandbox;
using CodeCrafter.Sandbox.Languages;
using CodeCrafter.Server.Execution;
using CodeCrafter.Server.Execution.Queueing;
using CodeCrafter.Server.Sessions;
using CodeCrafter.Server.Storage.Sql;
using CodeCrafter.Server.Tests.Fixture;
using Microsoft.Extensions.DependencyInjection;

namespace CodeCrafter.Server.Tests.Execution;

/// <summary>How jobs end where something comes in between.</summary>
public sealed class JobLifetimeTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_result_that_cannot_be_stored_at_once_is_stored_later()
    {
        await using var server = await TestServer.StartAsync(options => options.Services = services => services
            .AddSingleton<SqlExecutionStore>()
            .AddSingleton<IExecutionStore>(provider => new FailingStore(provider.GetRequiredService<SqlExecutionStore>()) { FailingUpdates = 2 }));
        var alice = await server.RegisterAsync("alice");

        using var response = await alice.ExecuteAsync(new { language = "python", code = "print(1)" });
        var result = await response.ReadAsync<ResultDto>();

        using var status = await alice.Http.GetAsync($"/api/execute/status/{result.JobId}", Stop);
        Assert.Equal((3, "1\n"), ((await status.ReadAsync<ResultDto>()).Status.Id, result.Run!.Stdout));
    }

    [Fact]
    public async Task A_result_that_cannot_be_stored_for_long_is_answered_and_still_comes_to_rest()
    {
        var store = default(FailingStore);
        await using var server = await TestServer.StartAsync(options => options.Services = services => services
            .AddSingleton<SqlExecutionStore>()
            .AddSingleton<IExecutionStore>(provider => store = new FailingStore(provider.GetRequiredService<SqlExecutionStore>())
            {
                FailingUpdates = ResultKeeper.PromptAttempts + 1,
            }));
        var alice = await server.RegisterAsync("alice");

        using var response = await alice.ExecuteAsync(new { language = "python", code = "print(1)" });
        var result = await response.ReadAsync<ResultDto>();

        Assert.Equal((3, "1\n"), (result.Status.Id, result.Run!.Stdout));
        // Nothing is stored yet, and it is known all the same.
        Assert.Null((await store!.FindAsync(result.JobId, Stop))!.FinishedAt);
        using var status = await alice.Http.GetAsync($"/api/execute/status/{result.JobId}", Stop);
        Assert.Equal(3, (await status.ReadAsync<ResultDto>()).Status.Id);
        await store.Updated.WaitAsync(Stop);
        Assert.Equal(3, (await store.FindAsync(result.JobId, Stop))!.StatusId);
    }

    [Fact]
    public async Task A_job_that_cannot_be_stored_is_stopped_and_takes_no_share_of_the_queue()
    {
        await using var server = await TestServer.StartAsync(options =>
        {
            options.Settings["CodeCrafter:Execution:JobsPerUser"] = "1";
            options.Settings["CodeCrafter:Logs:ConsoleLevel"] = "Fatal";
            options.Services = services => services
                .AddSingleton<SqlExecutionStore>()
                .AddSingleton<IExecutionStore>(provider => new FailingStore(provider.GetRequiredService<SqlExecutionStore>()) { FailingAdds = 1 });
        });
        var alice = await server.RegisterAsync("alice");
        var session = await alice.CreateFileSessionAsync("main.py", "while True: pass");
        await using var hub = await alice.ConnectHubAsync();
        await hub.JoinAsync(session.Id);

        using var response = await alice.ExecuteAsync(new { sessionId = session.Id });
        await response.MustBeProblemAsync(500, "internal_error");

        Assert.Equal(13, (await hub.NextAsync("ExecutionFinished")).GetProperty("status").GetProperty("id").GetInt32());
        using var next = await alice.ExecuteAsync(new { language = "python", code = "print(1)" });
        Assert.Equal(3, (await next.ReadAsync<ResultDto>()).Status.Id);
    }

    [Fact]
    public async Task Stopping_a_job_that_has_just_ended_does_nothing_and_its_input_is_closed()
    {
        await using var server = await TestServer.StartAsync();
        var job = NewJob(server, null);

        await job.CompleteAsync(job.Describe(), long.MaxValue);

        job.Cancel();
        var refused = await Assert.ThrowsAsync<ExecutionRefusedException>(() => job.SendInputAsync("late"));
        Assert.Equal("input_closed", refused.Code);
    }

    [Fact]
    public async Task Output_that_comes_in_many_pieces_is_kept_as_few()
    {
        await using var server = await TestServer.StartAsync();
        var job = NewJob(server, Guid.NewGuid());

        foreach (var stream in (OutputStream[])[OutputStream.Stdout, OutputStream.Stdout, OutputStream.Stderr, OutputStream.Stdout])
        {
            await job.OnOutputAsync(RunPhase.Run, stream, "x");
        }

        Assert.Equal(
            [(OutputStream.Stdout, "xx"), (OutputStream.Stderr, "x"), (OutputStream.Stdout, "x")],
            job.OutputSoFar().Select(piece => (piece.Stream, piece.Data)));
    }

    private static ExecutionJob NewJob(TestServer server, Guid? sessionId) => new(
        new ExecutionPlan
        {
            User = new UserNameResponse(Guid.NewGuid(), "alice"),
            SessionId = sessionId,
            Request = new RunRequest
            {
                Language = server.Services.GetRequiredService<LanguageCatalog>().Find("python")!,
                Files = [new SourceFile("main.py", "")],
                Entry = "main.py",
            },
            Files = [],
            Stdin = "",
            IsInteractive = true,
        },
        new ExecutionEvents(),
        DateTimeOffset.UnixEpoch,
        maxInputBytes: 100);

    /// <summary>A store that fails at first.</summary>
    private sealed class FailingStore(SqlExecutionStore store) : IExecutionStore
    {
        private readonly TaskCompletionSource _updated = new();
        private int _adds;
        private int _updates;

        public int FailingAdds { get; init; }

        public int FailingUpdates { get; init; }

        /// <summary>The first update that did not fail is done.</summary>
        public Task Updated => _updated.Task;

        public Task AddAsync(StoredExecution execution, CancellationToken cancellationToken) => Interlocked.Increment(ref _adds) <= FailingAdds
            ? throw new TimeoutException("The database is locked.")
            : store.AddAsync(execution, cancellationToken);

        public async Task UpdateAsync(StoredExecution execution, IReadOnlyList<OutputFile> files, CancellationToken cancellationToken)
        {
            if (Interlocked.Increment(ref _updates) <= FailingUpdates)
            {
                throw new TimeoutException("The database is locked.");
            }

            await store.UpdateAsync(execution, files, cancellationToken);
            _updated.TrySetResult();
        }

        public Task<byte[]?> FindFileAsync(Guid executionId, string path, CancellationToken cancellationToken) =>
            store.FindFileAsync(executionId, path, cancellationToken);

        public Task<StoredExecution?> FindAsync(Guid id, CancellationToken cancellationToken) => store.FindAsync(id, cancellationToken);

        public Task<(Guid UserId, Guid? SessionId)?> FindOwnerAsync(Guid id, CancellationToken cancellationToken) => store.FindOwnerAsync(id, cancellationToken);

        public Task<(IReadOnlyList<StoredExecution> Page, int Total)> ListAsync(
            Guid sessionId, int skip, int take, CancellationToken cancellationToken) => store.ListAsync(sessionId, skip, take, cancellationToken);

        public Task<int> FailUnfinishedAsync(DateTimeOffset now, CancellationToken cancellationToken) =>
            store.FailUnfinishedAsync(now, cancellationToken);
    }
}
