using CodeCrafter.Sandbox;
using CodeCrafter.Sandbox.Languages;
using CodeCrafter.Server.Execution;
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
            .AddSingleton<IExecutionStore>(provider => new LockedStore(provider.GetRequiredService<SqlExecutionStore>())));
        var alice = await server.RegisterAsync("alice");

        using var response = await alice.ExecuteAsync(new { language = "python", code = "print(1)" });
        var result = await response.ReadAsync<ResultDto>();

        using var status = await alice.Http.GetAsync($"/api/execute/status/{result.JobId}", Stop);
        Assert.Equal((3, "1\n"), ((await status.ReadAsync<ResultDto>()).Status.Id, result.Run!.Stdout));
    }

    [Fact]
    public async Task Stopping_a_job_that_has_just_ended_does_nothing_and_its_input_is_closed()
    {
        await using var server = await TestServer.StartAsync();
        var job = NewJob(server, null);

        await job.CompleteAsync(job.Describe());

        job.Stop();
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
            Stdin = null,
        },
        new ExecutionEvents(),
        DateTimeOffset.UnixEpoch,
        maxInputBytes: 100);

    /// <summary>A store that is locked at the first two attempts to store a result.</summary>
    private sealed class LockedStore(SqlExecutionStore store) : IExecutionStore
    {
        private int _attempts;

        public Task UpdateAsync(StoredExecution execution, CancellationToken cancellationToken) => ++_attempts <= 2
            ? throw new TimeoutException("The database is locked.")
            : store.UpdateAsync(execution, cancellationToken);

        public Task AddAsync(StoredExecution execution, CancellationToken cancellationToken) => store.AddAsync(execution, cancellationToken);

        public Task<StoredExecution?> FindAsync(Guid id, CancellationToken cancellationToken) => store.FindAsync(id, cancellationToken);

        public Task<(IReadOnlyList<StoredExecution> Page, int Total)> ListAsync(
            Guid sessionId, int skip, int take, CancellationToken cancellationToken) => store.ListAsync(sessionId, skip, take, cancellationToken);

        public Task<int> FailUnfinishedAsync(DateTimeOffset now, CancellationToken cancellationToken) =>
            store.FailUnfinishedAsync(now, cancellationToken);
    }
}
