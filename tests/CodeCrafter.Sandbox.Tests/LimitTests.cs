using CodeCrafter.Sandbox.Limits;

namespace CodeCrafter.Sandbox.Tests;

/// <summary>Every limit, and that it is told which one it was.</summary>
public sealed class LimitTests(SandboxFixture fixture)
{
    private static readonly RunLimits OneSecond = RunLimits.Default with { CpuTime = TimeSpan.FromSeconds(1), WallTime = TimeSpan.FromSeconds(60) };

    [Fact]
    public async Task Spinning_program_runs_out_of_CPU_time()
    {
        var result = await fixture.RunAsync("python", "print('started', flush=True)\nwhile True: pass", OneSecond);

        Assert.Equal((RunStatus.TimeLimitExceeded, RunStatus.TimeLimitExceeded, "started\n"), (result.Status, result.Run!.LimitExceeded, result.Run.Stdout));
        Assert.InRange(result.Run.CpuTime, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(4));
    }

    [Fact]
    public async Task CPU_time_is_the_sum_over_all_threads_and_the_share_of_CPUs_holds()
    {
        var result = await fixture.RunAsync("c", """
            #include <pthread.h>
            static void *spin(void *x) { for (volatile long i = 0;; i++); }
            int main(void) { pthread_t t; for (int i = 0; i < 16; i++) pthread_create(&t, 0, spin, 0); spin(0); }
            """, OneSecond with { Cpus = 0.5 });

        Assert.Equal(RunStatus.TimeLimitExceeded, result.Status);
        Assert.True(result.Run!.CpuTime >= TimeSpan.FromSeconds(1));
        // Half a CPU: a second of CPU time takes two by the clock, but for the share of the period that was not over.
        Assert.True(result.Run.WallTime > 1.6 * result.Run.CpuTime, $"{result.Run.CpuTime} in {result.Run.WallTime}");
    }

    [Theory]
    [InlineData("import time; time.sleep(1000)")]
    [InlineData("import os, signal; os.kill(os.getpid(), signal.SIGSTOP)")]
    [InlineData("import signal, time\nfor s in range(1, 32):\n  if s not in (9, 19): signal.signal(s, signal.SIG_IGN)\ntime.sleep(1000)")]
    public async Task Idle_program_runs_out_of_wall_time(string code)
    {
        var result = await fixture.RunAsync("python", code, RunLimits.Default with { WallTime = TimeSpan.FromSeconds(1) });

        Assert.Equal(RunStatus.TimeLimitExceeded, result.Status);
        Assert.True(result.Run!.CpuTime < TimeSpan.FromSeconds(0.5));
    }

    [Theory]
    [InlineData("volatile char *p = malloc(n); for (long i = 0; i < n; i += 4096) p[i] = 1;")]
    [InlineData("char *p = mmap(0, n, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0); memset(p, 1, n);")]
    [InlineData("int f = memfd_create(\"x\", 0); char b[65536] = {1}; for (long i = 0; i < n; i += sizeof b) if (write(f, b, sizeof b) < 0) return 1;")]
    [InlineData("for (int i = 0; i < 8; i++) if (!fork()) { volatile char *p = malloc(n / 4); for (long j = 0; j < n / 4; j += 4096) p[j] = 1; sleep(1000); } while (wait(0) > 0);")]
    [InlineData("int s = shmget(IPC_PRIVATE, n, IPC_CREAT | 0600); char *p = shmat(s, 0, 0); memset(p, 1, n);")]
    public async Task Memory_hog_is_killed_for_memory(string code)
    {
        var result = await fixture.RunAsync("c", $$"""
            #define _GNU_SOURCE
            #include <stdlib.h>
            #include <string.h>
            #include <sys/ipc.h>
            #include <sys/mman.h>
            #include <sys/shm.h>
            #include <sys/wait.h>
            #include <unistd.h>
            int main(void) { long n = 128L << 20; {{code}} return 0; }
            """, RunLimits.Default with { MemoryBytes = 64 << 20, DiskBytes = 512 << 20 });

        Assert.Equal((RunStatus.MemoryLimitExceeded, RunStatus.MemoryLimitExceeded), (result.Status, result.Run?.LimitExceeded));
        Assert.InRange(result.Run!.MemoryBytes, 32 << 20, 65 << 20);
    }

    [Fact]
    public async Task Reading_much_through_the_page_cache_is_no_memory_limit()
    {
        var result = await fixture.RunAsync("python", """
            import os
            total = 0
            for entry in sorted(os.scandir('/usr/bin'), key=lambda e: -e.stat(follow_symlinks=False).st_size):
                try:
                    with open(entry, 'rb', 0) as f:
                        while block := f.read(1 << 20): total += len(block)
                except OSError: pass
                if total > 128 << 20: break
            print(total > 128 << 20)
            """, RunLimits.Default with { MemoryBytes = 32 << 20 });

        Assert.Equal((RunStatus.Accepted, "True\n"), (result.Status, result.Run!.Stdout));
    }

    [Fact]
    public async Task Exit_code_137_alone_is_no_memory_limit()
    {
        var result = await fixture.RunAsync("python", "import os; os._exit(137)");

        Assert.Equal(RunStatus.RuntimeErrorNzec, result.Status);
    }

    [Theory]
    [InlineData("stdout")]
    [InlineData("stderr")]
    public async Task Endless_output_is_cut_at_its_cap_and_the_beginning_kept(string stream)
    {
        var observer = new RecordingObserver();

        var result = await fixture.RunAsync(fixture.Request("python", $"import sys\nwhile True: sys.{stream}.write('0123456789')") with
        {
            Limits = RunLimits.Default with { OutputBytes = 100_003 },
        }, observer);

        var (text, truncated) = stream == "stdout" ? (result.Run!.Stdout, result.Run.StdoutTruncated) : (result.Run!.Stderr, result.Run.StderrTruncated);
        Assert.Equal(RunStatus.OutputLimitExceeded, result.Status);
        Assert.True(truncated);
        Assert.Equal(string.Concat(Enumerable.Repeat("0123456789", 10_001))[..100_003], text);
        Assert.Equal(100_003, observer.Pieces.Sum(p => p.Text.Length));
    }

    [Fact]
    public async Task Output_of_exactly_the_cap_is_whole()
    {
        var result = await fixture.RunAsync("python", "print('x' * 999)", RunLimits.Default with { OutputBytes = 1000 });

        Assert.Equal((RunStatus.Accepted, 1000, false), (result.Status, result.Run!.Stdout.Length, result.Run.StdoutTruncated));
    }

    [Fact]
    public async Task Cap_never_cuts_a_character_in_two()
    {
        var result = await fixture.RunAsync("python", "print('€' * 1000)", RunLimits.Default with { OutputBytes = 1000 });

        Assert.Equal((RunStatus.OutputLimitExceeded, new string('€', 333)), (result.Status, result.Run!.Stdout));
    }

    [Fact]
    public async Task Fork_bomb_is_capped_and_a_concurrent_run_is_unaffected()
    {
        var bomb = fixture.RunAsync("c", "#include <unistd.h>\nint main(void) { for (;;) fork(); }", RunLimits.Default with { WallTime = TimeSpan.FromSeconds(2), Cpus = 0.5 });
        var results = new List<RunResult>();
        while (!bomb.IsCompleted)
        {
            results.Add(await fixture.RunAsync("python", "import subprocess; print(subprocess.run(['/bin/echo', 'unaffected'], capture_output=True, text=True).stdout)"));
        }

        Assert.Equal(RunStatus.TimeLimitExceeded, (await bomb).Status);
        Assert.NotEmpty(results);
        Assert.All(results, result => Assert.Equal((RunStatus.Accepted, "unaffected\n\n"), (result.Status, result.Run?.Stdout)));
    }

    [Fact]
    public async Task Processes_are_exactly_as_many_as_allowed()
    {
        var result = await fixture.RunAsync("python", """
            import os, time
            count = 1
            try:
                while True:
                    if os.fork() == 0: time.sleep(1000)
                    count += 1
            except BlockingIOError:
                print(count)
            """, RunLimits.Default with { Processes = 20 });

        Assert.Equal("20\n", result.Run!.Stdout);
    }

    [Fact]
    public async Task Ten_thousand_threads_are_an_error_and_no_hang()
    {
        var result = await fixture.RunAsync("python", "import threading, time\nfor i in range(10000): threading.Thread(target=time.sleep, args=(1000,), daemon=True).start()");

        Assert.Equal(RunStatus.RuntimeErrorNzec, result.Status);
        Assert.Contains("can't start new thread", result.Run!.Stderr);
    }

    [Theory]
    [InlineData("/workspace")]
    [InlineData("/tmp")]
    [InlineData("/dev/shm")]
    public async Task Disk_is_capped_in_bytes_and_in_files(string directory)
    {
        var printed = await fixture.PythonAsync("""
            import errno, os, sys
            os.chdir(sys.argv[1])
            try:
                for i in range(100):
                    with open(f'big{i}', 'wb') as f: f.write(bytes(1 << 20))
            except OSError as e: print(errno.errorcode[e.errno], os.statvfs('.').f_bavail)
            for i in range(100):
                try: os.unlink(f'big{i}')
                except FileNotFoundError: pass
            try:
                for i in range(1000000): open(f'small{i}', 'w').close()
            except OSError as e: print(errno.errorcode[e.errno], i < 20000)
            """, directory);

        Assert.Equal("ENOSPC 0\nENOSPC True", printed);
    }

    [Fact]
    public async Task Deep_directories_are_cleaned_up()
    {
        var printed = await fixture.PythonAsync("""
            import os
            for i in range(10000):
                os.mkdir('d'); os.chdir('d')
            print('deep')
            """);

        Assert.Equal("deep", printed);
    }

    [Theory]
    [InlineData("c", "int f(int n) { volatile char b[1000]; b[0] = n; return f(n + 1) + b[0]; } int main(void) { return f(0); }", RunStatus.RuntimeErrorSigsegv)]
    [InlineData("python", "def f(): f()\nf()", RunStatus.RuntimeErrorNzec)]
    [InlineData("java", "class A { static int f(int n) { return f(n + 1) + 1; } public static void main(String[] a) { f(0); } }", RunStatus.RuntimeErrorNzec)]
    public async Task Endless_recursion_is_a_runtime_error(string id, string code, RunStatus status)
    {
        Assert.Equal(status, (await fixture.RunAsync(id, code)).Status);
    }

    [Fact]
    public async Task Descriptors_and_core_files_are_limited()
    {
        var printed = await fixture.PythonAsync("""
            import errno, os, resource
            files = []
            try:
                while True: files.append(open('/dev/null'))
            except OSError as e: print(errno.errorcode[e.errno], len(files) < 1024)
            print(resource.getrlimit(resource.RLIMIT_CORE))
            """);

        Assert.Equal("EMFILE True\n(0, 0)", printed);
    }

    [Fact]
    public async Task Compiler_has_limits_of_its_own()
    {
        var bomb = await fixture.RunAsync(fixture.Request("cpp", "template<int N> struct A { A<N + 1> a; A<N + 2> b; }; A<0> x; int main() {}") with
        {
            CompileLimits = RunLimits.DefaultForCompiling with { CpuTime = TimeSpan.FromSeconds(2), MemoryBytes = 100 << 20 },
        });
        var slow = await fixture.RunAsync(fixture.Request("c", "#include \"/dev/zero\"\nint main(void) {}") with
        {
            CompileLimits = RunLimits.DefaultForCompiling with { WallTime = TimeSpan.FromSeconds(1), CpuTime = TimeSpan.FromSeconds(1), MemoryBytes = 48 << 20 },
        });

        Assert.Equal(RunStatus.CompilationError, bomb.Status);
        Assert.Null(bomb.Run);
        Assert.Equal(RunStatus.CompilationError, slow.Status);
        Assert.NotNull(slow.Compile!.LimitExceeded);
    }

    [Fact]
    public async Task Compile_and_run_are_measured_apart()
    {
        var result = await fixture.RunAsync("cpp", fixture.Language("cpp").Sample);

        Assert.True(result.Compile!.MemoryBytes > 20 << 20, $"g++ with {result.Compile.MemoryBytes} bytes");
        Assert.True(result.Run!.MemoryBytes < 10 << 20, $"hello with {result.Run.MemoryBytes} bytes");
        Assert.True(result.Run.CpuTime < result.Compile.CpuTime);
    }

    [Fact]
    public async Task Flood_of_diagnostics_is_cut()
    {
        var result = await fixture.RunAsync(fixture.Request("c", string.Concat(Enumerable.Range(0, 1000).Select(i => $"int f{i}(void) {{ return missing{i}; }}\n"))) with
        {
            CompileLimits = RunLimits.DefaultForCompiling with { OutputBytes = 10_000 },
        });

        Assert.Equal((RunStatus.CompilationError, RunStatus.OutputLimitExceeded), (result.Status, result.Compile!.LimitExceeded));
        Assert.InRange(result.Compile.Stderr.Length, 9_000, 10_000);
    }

    [Fact]
    public async Task Java_heap_fits_into_the_memory_limit()
    {
        var result = await fixture.RunAsync("java", """
            class Garbage { public static void main(String[] a) { long sum = 0; for (int i = 0; i < 4000; i++) sum += new byte[1 << 20].length; System.out.println(sum); } }
            """);

        Assert.Equal((RunStatus.Accepted, "4194304000\n"), (result.Status, result.Run!.Stdout));
    }
}
