using CodeCrafter.Sandbox.Limits;

namespace CodeCrafter.Sandbox.Tests.Hostile;

/// <summary>Resources: processes, memory, CPU and wall time.</summary>
public abstract class MemoryAndTimeCases(Backend backend) : HostileCases(backend)
{
    private static readonly RunLimits Small = RunLimits.Default with { MemoryBytes = 64 << 20, DiskBytes = 512 << 20 };
    private static readonly RunLimits Brief = RunLimits.Default with { CpuTime = TimeSpan.FromSeconds(0.5), WallTime = TimeSpan.FromSeconds(60) };
    private static readonly RunLimits OneSecond = RunLimits.Default with { WallTime = TimeSpan.FromSeconds(1) };

    [Case]
    public async Task Case01_Fork_bomb_is_capped_and_a_concurrent_run_is_unaffected()
    {
        var bomb = RunCAsync("for (;;) fork();", RunLimits.Default with { WallTime = TimeSpan.FromSeconds(2), Cpus = 0.5 });
        var others = new List<RunResult>();
        while (!bomb.IsCompleted)
        {
            others.Add(await RunAsync("python", "import subprocess; print(subprocess.run(['/bin/echo', 'unaffected'], capture_output=True, text=True).stdout)"));
        }

        AssertStatus(RunStatus.TimeLimitExceeded, await bomb);
        Assert.NotEmpty(others);
        Assert.All(others, other => Assert.Equal((RunStatus.Accepted, "unaffected\n\n"), (other.Status, other.Run?.Stdout)));
        // With memory for all of them, which copies of an interpreter take in gVisor.
        var cap = await RunAsync("python", """
            import os, time
            count = 1
            try:
                while count < 1000:
                    if os.fork() == 0: time.sleep(1000)
                    count += 1
            except BlockingIOError: print(count)
            """, RunLimits.Default with { MemoryBytes = 1024L << 20 });
        AssertStatus(RunStatus.Accepted, cap);
        Assert.InRange(int.Parse(cap.Run!.Stdout), 2, RunLimits.Default.Processes);
    }

    [Case]
    public async Task Case02_Touched_memory_is_a_memory_limit()
    {
        AssertMemoryLimit(await RunCAsync("long size = 128L << 20; touch(malloc(size), size);", Small));
        AssertMemoryLimit(await RunAsync("python", "x = bytearray(128 << 20)\nfor i in range(0, len(x), 4096): x[i] = 1", Small));
        if (Backend.Has("javascript"))
        {
            AssertMemoryLimit(await RunAsync("javascript", "const all = []; for (;;) all.push(Buffer.alloc(1 << 20, 1));", Small with { MemoryBytes = 128 << 20 }));
        }

        if (Backend.Has("go"))
        {
            AssertMemoryLimit(await RunAsync("go", "package main\nfunc main() { var all [][]byte; for { b := make([]byte, 1<<20); for i := range b { b[i] = 1 }; all = append(all, b) } }", Small));
        }
    }

    [Case]
    public async Task Case03_Shared_memory_of_every_kind_is_a_memory_limit()
    {
        const string program = """
            long size = 128L << 20;
            static char block[65536];
            if (n == 0) touch(mmap(0, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0), size);
            if (n == 1) { int f = memfd_create("x", 0); for (long i = 0; i < size; i += sizeof block) if (write(f, block, sizeof block) < 0) return 1; }
            if (n == 2) touch(shmat(shmget(IPC_PRIVATE, size, IPC_CREAT | 0600), 0, 0), size);
            """;
        foreach (var kind in (string[])["0", "1", "2"])
        {
            AssertMemoryLimit(await RunCAsync(program, Small, kind));
        }
    }

    [Case]
    public async Task Case04_Eight_children_of_a_quarter_each_are_a_memory_limit_and_all_die()
    {
        AssertMemoryLimit(await RunCAsync("""
            long size = 16L << 20;
            for (int i = 0; i < 8; i++) if (!fork()) { touch(malloc(size), size); for (;;) pause(); }
            while (wait(0) > 0);
            for (;;) pause();
            """, Small with { WallTime = TimeSpan.FromSeconds(60) }));
    }

    [Case]
    public async Task Case05_Filled_tmp_and_shm_are_a_full_disk_or_a_memory_limit_and_the_memory_returns()
    {
        const string fill = """
            import errno, sys
            for directory in ('/tmp', '/dev/shm'):
                try:
                    for i in range(2000):
                        with open(f'{directory}/big{i}', 'wb', 0) as f: f.write(bytes(1 << 20))
                except OSError as e: print(errno.errorcode[e.errno], flush=True)
            """;
        var before = SharedMemoryOfTheHost();

        var full = await RunAsync("python", fill, RunLimits.Default with { MemoryBytes = 1024L << 20, DiskBytes = 256 << 20 });
        AssertMemoryLimit(await RunAsync("python", fill, Small));

        Assert.Equal((RunStatus.Accepted, "ENOSPC\nENOSPC\n"), (full.Status, full.Run?.Stdout));
        // What others have of it at this moment counts too.
        await KilledServerTests.UntilAsync(() => SharedMemoryOfTheHost() < before + (256 << 20));
    }

    [Case]
    public async Task Case06_Page_cache_is_no_false_memory_limit()
    {
        var result = await RunAsync("python", """
            import os
            total = 0
            for folder, _, names in os.walk('/usr/lib'):
                for name in names:
                    if total > 320 << 20: break
                    try:
                        with open(os.path.join(folder, name), 'rb', 0) as f:
                            while block := f.read(1 << 20): total += len(block)
                    except OSError: pass
            print(total > 320 << 20)
            """, RunLimits.Default with { MemoryBytes = 32 << 20 });

        Assert.Equal((RunStatus.Accepted, "True\n"), (result.Status, result.Run?.Stdout));
    }

    [Case]
    public async Task Case07_Spin_is_a_CPU_time_limit()
    {
        await SpinsAsync("python", "print('started', flush=True)\nwhile True: pass");
        await SpinsAsync("javascript", "console.log('started'); for (;;);");
        await SpinsAsync("c", "#include <stdio.h>\nint main(void) { puts(\"started\"); for (volatile long i = 0;; i++); }");
        await SpinsAsync("java", "class A { public static void main(String[] a) { System.out.println(\"started\"); for (;;); } }");
    }

    [Case]
    public async Task Case08_Sleep_and_a_stopped_process_are_a_wall_time_limit()
    {
        foreach (var idle in (string[])["import time; time.sleep(1000)", "import os, signal; os.kill(os.getpid(), signal.SIGSTOP)", "import os, signal\nif os.fork() == 0: os.kill(os.getppid(), signal.SIGSTOP)\nsignal.pause()"])
        {
            var result = await RunAsync("python", idle, OneSecond);

            Assert.Equal((RunStatus.TimeLimitExceeded, RunStatus.TimeLimitExceeded), (result.Status, result.Run?.LimitExceeded));
            // A kernel of its own has its own start in it, which is not to be confused with the limit of ten.
            Assert.True(result.Run!.CpuTime < TimeSpan.FromSeconds(Backend.SharesTheKernel ? 0.5 : 3), $"{result.Run.CpuTime} of CPU time");
        }
    }

    [Case]
    public async Task Case09_Ten_thousand_threads_are_an_error_and_no_hang()
    {
        var python = await RunAsync("python", "import threading, time\nfor i in range(10000): threading.Thread(target=time.sleep, args=(1000,), daemon=True).start()");
        var c = await RunCAsync("pthread_t t; for (int i = 0; i < 10000; i++) if (pthread_create(&t, 0, (void *(*)(void *))sleep, (void *)1000)) return 7;");

        AssertStatus(RunStatus.RuntimeErrorNzec, python);
        Assert.Contains("can't start new thread", python.Run!.Stderr);
        Assert.Equal((RunStatus.RuntimeErrorNzec, 7), (c.Status, c.Run?.ExitCode));
        if (Backend.Has("java"))
        {
            var java = await RunAsync("java", "class A { public static void main(String[] a) { for (int i = 0; i < 10000; i++) new Thread(() -> { try { Thread.sleep(1000000); } catch (Exception e) {} }).start(); } }", OneSecond with { WallTime = TimeSpan.FromSeconds(5) });
            // The threads that it has keep the virtual machine alive.
            AssertStatus(RunStatus.TimeLimitExceeded, java);
            Assert.Contains("OutOfMemoryError", java.Run!.Stderr);
        }
    }

    [Case]
    public async Task Case10_CPU_time_of_sixteen_threads_is_summed_and_the_quota_holds()
    {
        var result = await RunCAsync("pthread_t t; for (int i = 0; i < 16; i++) pthread_create(&t, 0, spin, 0); spin(0);", Brief with { CpuTime = TimeSpan.FromSeconds(1), Cpus = 0.5 });

        AssertStatus(RunStatus.TimeLimitExceeded, result);
        Assert.True(result.Run!.CpuTime >= TimeSpan.FromSeconds(1));
        // Half a CPU: a second of CPU time takes two by the clock, but for the share of the period that was not over.
        Assert.True(result.Run.WallTime > 1.6 * result.Run.CpuTime, $"{result.Run.CpuTime} in {result.Run.WallTime}");
    }

    [Case]
    public async Task Case17_Endless_recursion_is_a_runtime_error()
    {
        AssertStatus(RunStatus.RuntimeErrorSigsegv, await RunAsync("c", "int f(int n) { volatile char b[1000]; b[0] = n; return f(n + 1) + b[0]; } int main(void) { return f(0); }"));
        AssertStatus(RunStatus.RuntimeErrorNzec, await RunAsync("python", "def f(): f()\nf()"));
        if (Backend.Has("java"))
        {
            AssertStatus(RunStatus.RuntimeErrorNzec, await RunAsync("java", "class A { static int f(int n) { return f(n + 1) + 1; } public static void main(String[] a) { f(0); } }"));
        }
    }

    private async Task SpinsAsync(string language, string code)
    {
        if (!Backend.Has(language))
        {
            return;
        }

        var result = await RunAsync(language, code, Brief);

        Assert.Equal((RunStatus.TimeLimitExceeded, RunStatus.TimeLimitExceeded, "started\n"), (result.Status, result.Run?.LimitExceeded, result.Run?.Stdout));
        Assert.True(result.Run!.CpuTime >= Brief.CpuTime);
        // What it used beyond the limit is what passes between two looks at the clock.
        Assert.True(result.Run.CpuTime < Brief.CpuTime + TimeSpan.FromSeconds(3), $"{language}: {result.Run.CpuTime}");
    }

    private void AssertMemoryLimit(RunResult result)
    {
        // The kernel lets a process that it kills have the few pages over the limit that it needs for its end.
        var most = (129 << 20) + (Backend.SharesTheKernel ? 0 : 64 << 20);
        AssertStatus(RunStatus.MemoryLimitExceeded, result);
        Assert.Equal(RunStatus.MemoryLimitExceeded, result.Run!.LimitExceeded);
        Assert.Equal("", result.Run.Stdout);
        Assert.InRange(result.Run.MemoryBytes, 32 << 20, most);
    }

    private static long SharedMemoryOfTheHost() =>
        1024 * long.Parse(File.ReadLines("/proc/meminfo").First(line => line.StartsWith("Shmem:", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1]);
}
