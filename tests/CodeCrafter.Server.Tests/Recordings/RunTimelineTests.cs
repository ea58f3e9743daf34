using CodeCrafter.Sandbox;
using CodeCrafter.Server.Collaboration.Recordings;
using CodeCrafter.Server.Execution;
using CodeCrafter.Server.Sessions;
using CodeCrafter.Server.Tests.Fixture;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace CodeCrafter.Server.Tests.Recordings;

/// <summary>When programs print is recorded, as they do it.</summary>
public sealed class RunTimelineTests
{
    private static readonly (Guid Session, Guid Job) _ids = (Guid.CreateVersion7(), Guid.CreateVersion7());

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_replay_shows_output_when_and_in_the_order_in_which_it_came()
    {
        await using var server = await TestServer.StartAsync();
        var alice = await server.RegisterAsync("alice");
        var session = await alice.CreateFileSessionAsync("main.py", "");
        await using var hub = await alice.ConnectHubAsync();
        await hub.JoinAsync(session.Id);
        const string Code = "import sys, time\nprint('one', flush=True)\ntime.sleep(0.3)\nprint('error', file=sys.stderr, flush=True)\ntime.sleep(0.3)\nprint('two')";
        await hub.InvokeAsync<Guid>("Run", session.Id, new { language = "python", code = Code });
        await hub.NextAsync("ExecutionFinished");

        EventDto? run;
        // Stored a little later than the result.
        while ((run = (await alice.GetEventsAsync(session.Id)).Events.SingleOrDefault(item => item.Kind == "run"))?.Output is null)
        {
            await Task.Delay(20, Stop);
        }

        Assert.Equal([("stdout", 4), ("stderr", 6), ("stdout", 8)], run.Output.Select(mark => (mark.Stream, mark.Length)));
        Assert.All(run.Output, mark => Assert.Equal("run", mark.Phase));
        Assert.True(run.Output[0].At < run.Output[1].At && run.Output[1].At < run.Output[2].At);
        Assert.Equal(("one\ntwo\n", "error\n"), (run.Run!.Run!.Stdout, run.Run.Run.Stderr));
    }

    [Fact]
    public async Task What_comes_together_is_one_mark_and_their_number_is_bounded()
    {
        var (time, store) = (new FakeTimeProvider(), new Store());
        var timelines = new RunTimelines(store, time, NullLogger<RunTimelines>.Instance);
        timelines.Observe(new ExecutionStarted(_ids.Session, _ids.Job, "python", new UserNameResponse(Guid.Empty, "alice"), time.GetUtcNow(), null));
        var printed = 0L;
        void Print(int milliseconds, OutputStream stream, int? testCase = null)
        {
            time.Advance(TimeSpan.FromMilliseconds(milliseconds));
            timelines.Observe(new ExecutionOutput(_ids.Session, _ids.Job, RunPhase.Run, stream, testCase, printed++, "x"));
        }

        Print(0, OutputStream.Stdout);
        Print(20, OutputStream.Stdout);
        Print(20, OutputStream.Stdout);
        Print(20, OutputStream.Stdout);
        Print(0, OutputStream.Stderr);
        Print(500, OutputStream.Stdout, testCase: 1);
        for (var number = 0; number < 1000; number++)
        {
            Print(100, OutputStream.Stdout);
        }

        timelines.Observe(new ExecutionFinished(_ids.Session, _ids.Job, null!));
        var marks = await store.Stored.Task.WaitAsync(Stop);

        Assert.Equal([(0, 3), (60, 4), (60, 5), (660, 7)], marks.Take(4).Select(mark => ((int)mark.At, (int)mark.Length)));
        Assert.Equal(500, marks.Count);
    }

    private sealed class Store : IRunTimelineStore
    {
        public TaskCompletionSource<IReadOnlyList<OutputMark>> Stored { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task AddAsync(Guid executionId, IReadOnlyList<OutputMark> marks, CancellationToken cancellationToken)
        {
            Stored.SetResult([.. marks]);
            return Task.CompletedTask;
        }
    }
}
