using CodeCrafter.Sandbox.Limits;

namespace CodeCrafter.Sandbox.Tests.Hostile;

/// <summary>Processes: those that kill, linger, pile up and do not listen.</summary>
public abstract class ProcessCases(Backend backend) : HostileCases(backend)
{
    [Case]
    public async Task Case24_Supervisor_survives_signals_to_everything()
    {
        var result = await RunAsync("python", """
            import os, signal
            print(sorted(int(p) for p in os.listdir('/proc') if p.isdigit()) == sorted([1, os.getpid()]), os.getppid(), flush=True)
            for s in range(1, 65):
                try: os.kill(1, s)
                except OSError: pass
            for s in (signal.SIGSTOP, signal.SIGKILL):
                try: os.kill(-1, s)
                except ProcessLookupError: print('nobody else is there', flush=True)
            if os.fork() == 0:
                os.kill(os.getppid(), signal.SIGSTOP)
                os.kill(os.getppid(), signal.SIGCONT)
                os._exit(0)
            os.wait()
            import resource
            for limit in (resource.RLIMIT_CPU, resource.RLIMIT_NOFILE, resource.RLIMIT_AS, resource.RLIMIT_FSIZE, resource.RLIMIT_NPROC):
                try: resource.prlimit(1, limit, (0, 0))
                except (OSError, ValueError): pass
            for starve in (lambda: os.sched_setscheduler(1, os.SCHED_IDLE, os.sched_param(0)), lambda: os.setpriority(os.PRIO_PROCESS, 1, 19),
                           lambda: os.setpriority(os.PRIO_USER, 0, 19), lambda: os.sched_setaffinity(1, [0])):
                try: starve(); print('init can be made to wait')
                except OSError: pass
            import threading
            for own in (0, os.getpid(), threading.get_native_id()):
                os.setpriority(os.PRIO_PROCESS, own, 5)
                os.sched_setaffinity(own, os.sched_getaffinity(0))
                os.sched_setscheduler(own, os.SCHED_BATCH, os.sched_param(0))
            print('alive')
            """);

        Assert.Equal((RunStatus.Accepted, "True 1\nnobody else is there\nnobody else is there\nalive\n"), (result.Status, result.Run?.Stdout));
        AssertStatus(RunStatus.RuntimeErrorOther, await RunCAsync("signal(SIGTERM, SIG_IGN); kill(0, SIGKILL);"));
    }

    [Case]
    public async Task Case25_Daemon_that_holds_the_output_dies_and_the_run_ends()
    {
        var result = await RunAsync("python", """
            import os, time
            if os.fork() == 0:
                os.setsid()
                if os.fork() == 0:
                    while True: time.sleep(1000)
                os._exit(0)
            print('parent ends', flush=True)
            """, RunLimits.Default with { WallTime = TimeSpan.FromSeconds(60) });

        Assert.Equal((RunStatus.Accepted, "parent ends\n"), (result.Status, result.Run!.Stdout));
        Assert.True(result.Run.WallTime < TimeSpan.FromSeconds(60));
    }

    [Case]
    public async Task Case26_Five_thousand_zombies_are_capped_and_orphans_are_reaped()
    {
        // Children that are never waited for stay, so they are capped; grandchildren that lost their parent are init's to reap.
        var kept = await PythonAsync("""
            import os
            made = 0
            try:
                for i in range(5000):
                    if os.fork() == 0: os._exit(0)
                    made += 1
            except BlockingIOError: print('capped', made < 64)
            """);
        var orphans = await RunAsync("python", """
            import os, time
            made, tries = 0, 0
            while made < 5000 and tries < 20000:
                tries += 1
                try: pid = os.fork()
                except BlockingIOError: time.sleep(0.001); continue
                if pid == 0:
                    try:
                        if os.fork() == 0: os._exit(0)
                    except BlockingIOError: os._exit(1)
                    os._exit(0)
                made += os.waitpid(pid, 0)[1] == 0
            print(made)
            """, RunLimits.Default with { CpuTime = TimeSpan.FromSeconds(30), WallTime = TimeSpan.FromSeconds(60) });

        Assert.Equal(("capped True", "5000\n"), (kept, orphans.Run?.Stdout));
        AssertStatus(RunStatus.Accepted, orphans);
    }

    [Case]
    public async Task Case27_Who_ignores_every_signal_is_killed()
    {
        var result = await RunAsync("python", """
            import os, signal, time
            for s in range(1, 65):
                try: signal.signal(s, signal.SIG_IGN)
                except (OSError, ValueError): pass
            signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 65))
            for i in range(5):
                if os.fork() == 0: os.setsid(); break
            while True: time.sleep(1000)
            """, RunLimits.Default with { WallTime = TimeSpan.FromSeconds(1) });

        Assert.Equal((RunStatus.TimeLimitExceeded, RunStatus.TimeLimitExceeded), (result.Status, result.Run?.LimitExceeded));
    }

    /// <summary>While the program runs, after it has ended, and on a terminal.</summary>
    [Case]
    public async Task Case55_Floods_of_signals_to_the_first_process_change_nothing()
    {
        // gVisor's first process can be ended by signals that are not ignored by default.
        var signals = Backend.SharesTheKernel ? "s = 1; s <= 64; s++" : "s = SIGCHLD; s <= SIGCHLD; s++";
        var program = $$"""
            puts("begin");
            fflush(stdout);
            for (int k = 0; k < 8; k++) if (!fork()) for (;;) {
                if (n) kill(1, SIGCHLD);
                else for (int {{signals}}) { kill(1, s); sigqueue(1, s, (union sigval){0}); }
            }
            usleep(700000);
            return 3;
            """;
        foreach (var kind in (string[])["0", "1"])
        {
            var result = await RunCAsync(program, RunLimits.Default, kind);
            Assert.Equal((RunStatus.RuntimeErrorNzec, 3, "begin\n"), (result.Status, result.Run?.ExitCode, result.Run?.Stdout));
        }
        var typed = await RunAsync(RequestC(program, "1") with { Terminal = new Terminal(80, 24), StandardInput = Stream.Null });
        Assert.Equal((RunStatus.RuntimeErrorNzec, 3, "begin"), (typed.Status, typed.Run?.ExitCode, typed.Run?.Stdout.TrimEnd()));
    }

    [Case]
    public async Task Case55_Programs_start_with_no_signal_blocked_or_ignored() =>
        Assert.Equal("0 0", await PythonAsync("""
            import re, subprocess
            status = subprocess.run(['/bin/cat', '/proc/self/status'], capture_output=True, text=True, restore_signals=True).stdout
            print(*(int(re.search(name + r':\s*(\w+)', status + 'SigBlk: 0 SigIgn: 0').group(1), 16) & 0x7fffffff for name in ('SigBlk', 'SigIgn')))
            """));
}
