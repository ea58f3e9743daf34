using CodeCrafter.Sandbox.Limits;

namespace CodeCrafter.Sandbox.Tests.Hostile;

/// <summary>Operating: stopping at any moment, and many at once.</summary>
public abstract class OperatingCases(Backend backend) : HostileCases(backend)
{
    [Case]
    public async Task Case52_Cancelled_while_compiling_or_running_there_is_one_final_state()
    {
        var script = Request("c", "") with { Language = CompiledBy("(setsid sleep 1000 &) ; echo started; sleep 1000") };
        var compiling = await CancelledAfterAsync("started\n", script);
        Assert.Equal((RunStatus.Cancelled, "started\n"), (compiling.Status, compiling.Compile?.Stdout));
        Assert.Null(compiling.Run);

        var running = await CancelledAfterAsync("before\n", Request("python", """
            import os, time
            for i in range(5):
                if os.fork() == 0: os.setsid(); time.sleep(1000)
            print('before', flush=True)
            time.sleep(1000)
            """));
        Assert.Equal((RunStatus.Cancelled, "before\n"), (running.Status, running.Run?.Stdout));
        Assert.Null(running.Run!.LimitExceeded);

        var flooding = await CancelledAfterAsync("x\n", Request("python", "while True: print('x')", RunLimits.Default with { OutputBytes = 1 << 30, MemoryBytes = 64 << 20 }));
        Assert.Equal(RunStatus.Cancelled, flooding.Status);

        // At any moment: cancelled, or done before it could be.
        var seed = Environment.TickCount;
        var random = new Random(seed);
        for (var i = 0; i < 20; i++)
        {
            // Another program each time, so that it is compiled.
            var request = Request("c", $"// {seed} {i}\n{Backend.Language("c").Sample}");
            using var cancel = new CancellationTokenSource(TimeSpan.FromMilliseconds(random.Next(0, 150)));
            var result = await RunAsync(request, cancellation: cancel.Token);
            Assert.True(result.Status is RunStatus.Cancelled || (result.Status, result.Run?.Stdout) == (RunStatus.Accepted, "Hello, CodeCrafter!\n"), $"seed {seed}: {result}");
        }
    }

    [Case]
    public async Task Case53_Twenty_at_once_do_not_meet()
    {
        const string code = """
            import ctypes, fcntl, os, socket, sys, time
            nonce = sys.argv[1]
            libc = ctypes.CDLL(None, use_errno=True)
            files = []
            for path in ('/tmp/shared', '/dev/shm/shared', '/workspace/shared'):
                assert not os.path.exists(path), path
                f = open(path, 'w'); f.write(nonce); f.flush()
                fcntl.flock(f, fcntl.LOCK_EX | fcntl.LOCK_NB)
                files.append(f)
            exclusive = 0o1000 | 0o2000 | 0o600
            assert libc.shmget(4711, 4096, exclusive) >= 0, 'shm'
            assert libc.semget(4711, 1, exclusive) >= 0, 'sem'
            assert libc.msgget(4711, exclusive) >= 0, 'msg'
            abstract = socket.socket(socket.AF_UNIX); abstract.bind('\0shared'); abstract.listen()
            tcp = socket.socket(); tcp.bind(('127.0.0.1', 5000)); tcp.listen()
            time.sleep(0.2)
            assert all(open(p).read() == nonce for p in ('/tmp/shared', '/dev/shm/shared', '/workspace/shared'))
            print(nonce, os.getuid(), len([p for p in os.listdir('/proc') if p.isdigit()]))
            """;

        var results = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => RunAsync("python", code, null, $"nonce-{i}")));

        Assert.All(results, result => AssertStatus(RunStatus.Accepted, result));
        Assert.All(results, (result, i) => Assert.Matches($@"^nonce-{i} \d+ 2\n$", result.Run!.Stdout));
        Assert.Equal(20, results.Select(result => result.Run!.Stdout.Split(' ')[1]).Distinct().Count());
    }

    private async Task<RunResult> CancelledAfterAsync(string text, RunRequest request)
    {
        var observer = new RecordingObserver();
        using var cancel = new CancellationTokenSource();
        var run = RunAsync(request, observer, cancel.Token);
        await UntilPrintedAsync(text, observer, run);
        await cancel.CancelAsync();
        return await run;
    }
}
