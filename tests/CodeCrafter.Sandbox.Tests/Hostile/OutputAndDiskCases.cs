using System.Text;
using System.Text.Json;
using CodeCrafter.Sandbox.Limits;

namespace CodeCrafter.Sandbox.Tests.Hostile;

/// <summary>Resources: output, input, files.</summary>
public abstract class OutputAndDiskCases(Backend backend) : HostileCases(backend)
{
    private const int Cap = 10_003;

    private static readonly RunLimits Capped = RunLimits.Default with { OutputBytes = Cap };
    private static readonly string Prefix = string.Concat(Enumerable.Repeat("0123456789", Cap / 10 + 1))[..Cap];

    [Case]
    public async Task Case11_Gigabyte_to_stdout_is_an_output_limit_and_the_first_of_it_is_kept()
    {
        var result = await RunCAsync("char b[65536]; for (int i = 0; i < 65536; i++) b[i] = '0' + i % 10; for (long i = 0; i < 1L << 30; i += 65530) write(1, b, 65530);", Capped);

        Assert.Equal((RunStatus.OutputLimitExceeded, RunStatus.OutputLimitExceeded), (result.Status, result.Run?.LimitExceeded));
        Assert.Equal((Prefix, true, "", false), (result.Run!.Stdout, result.Run.StdoutTruncated, result.Run.Stderr, result.Run.StderrTruncated));
    }

    [Case]
    public async Task Case12_Gigabyte_to_stderr_and_to_both_interleaved_is_an_output_limit()
    {
        const string writer = "char b[65536]; for (int i = 0; i < 65536; i++) b[i] = '0' + i % 10; for (long i = 0; i < 1L << 30; i += 65530) { if (n) write(1, b, 1000); write(2, b, n ? 1000 : 65530); }";

        var errors = await RunCAsync(writer, Capped);
        var both = await RunCAsync(writer, Capped, "1");

        Assert.Equal((RunStatus.OutputLimitExceeded, Prefix, true, ""), (errors.Status, errors.Run!.Stderr, errors.Run.StderrTruncated, errors.Run.Stdout));
        AssertStatus(RunStatus.OutputLimitExceeded, both);
        Assert.True(both.Run!.StdoutTruncated || both.Run.StderrTruncated);
        Assert.StartsWith(both.Run.Stdout, Prefix, StringComparison.Ordinal);
        Assert.StartsWith(both.Run.Stderr, Prefix, StringComparison.Ordinal);
        Assert.True(both.Run.Stdout.Length > 0 && both.Run.Stderr.Length > 0);
    }

    [Case]
    public async Task Case13_Every_byte_becomes_valid_JSON_with_the_documented_replacement()
    {
        byte[] bytes = [.. Enumerable.Range(0, 256).Select(i => (byte)i), .. "a\0b é€😀 \u2028 </script> "u8, 0xFF, (byte)'x', 0xC3, (byte)'y', 0xED, 0xA0, 0x80, 0xC0, 0xAF, 0xF0, 0x9F];

        var result = await RunAsync("python", $"import sys\nfor f in (sys.stdout, sys.stderr): f.buffer.write(bytes([{string.Join(',', bytes)}]))");

        AssertStatus(RunStatus.Accepted, result);
        // The WHATWG's and .NET's rule: U+FFFD for each longest beginning of a character that is none.
        Assert.Equal((Encoding.UTF8.GetString(bytes), result.Run!.Stdout), (result.Run.Stdout, result.Run.Stderr));
        Assert.Equal(result.Run.Stdout, JsonSerializer.Deserialize<string>(JsonSerializer.SerializeToUtf8Bytes(result.Run.Stdout)));
    }

    [Case]
    public async Task Case14_One_line_of_fifty_megabytes_is_streamed_and_cut()
    {
        var observer = new RecordingObserver();

        var result = await RunAsync(Request("python", "import sys\nfor i in range(50): sys.stdout.write('x' * (1 << 20))", RunLimits.Default with { OutputBytes = 300_000 }), observer);

        Assert.Equal((RunStatus.OutputLimitExceeded, new string('x', 300_000)), (result.Status, result.Run?.Stdout));
        Assert.True(observer.Pieces.Count > 1);
        await Backend.CheckLargeOutputsAreNotKeptAsync();
    }

    [Case]
    public async Task Case15_Ten_megabytes_of_input_that_is_never_read_are_no_deadlock()
    {
        var input = new byte[10 << 20];

        var ends = await RunAsync(Request("python", "print('x' * 100000)") with { StandardInput = new MemoryStream(input) });
        var closes = await RunAsync(Request("python", "import os\nos.close(0)\nprint('x' * 100000)") with { StandardInput = new MemoryStream(input) });
        var spins = await RunAsync(Request("python", "while True: pass", RunLimits.Default with { CpuTime = TimeSpan.FromSeconds(0.3) }) with { StandardInput = new MemoryStream(input) });

        Assert.Equal((RunStatus.Accepted, 100_001), (ends.Status, ends.Run!.Stdout.Length));
        Assert.Equal((RunStatus.Accepted, 100_001), (closes.Status, closes.Run!.Stdout.Length));
        AssertStatus(RunStatus.TimeLimitExceeded, spins);
    }

    [Case]
    public async Task Case16_Limits_hold_after_the_output_is_closed()
    {
        const string closed = "import os, time\nprint('first', flush=True)\nos.close(1); os.close(2)\n";
        var small = RunLimits.Default with { CpuTime = TimeSpan.FromSeconds(0.3), MemoryBytes = 64 << 20 };

        var ends = await RunAsync("python", closed + "time.sleep(0.3); os._exit(3)");
        var spins = await RunAsync("python", closed + "while True: pass", small);
        var sleeps = await RunAsync("python", closed + "time.sleep(1000)", small with { WallTime = TimeSpan.FromSeconds(0.5) });
        var fills = await RunAsync("python", closed + "x = bytearray(128 << 20)\nfor i in range(0, len(x), 4096): x[i] = 1", small with { CpuTime = TimeSpan.FromSeconds(10) });

        Assert.Equal((RunStatus.RuntimeErrorNzec, 3), (ends.Status, ends.Run!.ExitCode));
        Assert.Equal((RunStatus.TimeLimitExceeded, RunStatus.TimeLimitExceeded), (spins.Status, sleeps.Status));
        AssertStatus(RunStatus.MemoryLimitExceeded, fills);
        Assert.All([ends, spins, sleeps, fills], result => Assert.Equal("first\n", result.Run!.Stdout));
    }

    [Case]
    public async Task Case18_Abort_leaves_no_core_file_anywhere()
    {
        var before = CoreFiles();

        var result = await RunCAsync("""
            struct rlimit most = {RLIM_INFINITY, RLIM_INFINITY};
            printf("%d\n", setrlimit(RLIMIT_CORE, &most));
            fflush(stdout);
            if (!fork()) abort();
            wait(0);
            system("ls /workspace /build /tmp");
            abort();
            """);

        Assert.Equal((RunStatus.RuntimeErrorSigabrt, "SIGABRT"), (result.Status, result.Run?.Signal));
        Assert.StartsWith("-1\n", result.Run!.Stdout);
        Assert.DoesNotContain("core", result.Run.Stdout);
        Assert.Equal(before, CoreFiles());
    }

    [Case]
    public async Task Case19_Filled_disk_is_a_quota_and_leaves_the_hosts_as_it_was()
    {
        var before = FreeOnTheHost();

        var result = await RunAsync("python", """
            import errno, os
            for directory in ('/workspace', '/tmp', '/dev/shm'):
                os.chdir(directory)
                written = 0
                try:
                    for i in range(2000):
                        with open(f'big{i}', 'wb', 0) as f: written += f.write(bytes(1 << 20))
                except OSError as e: print(errno.errorcode[e.errno], (written >> 20) in (255, 256))
            """, RunLimits.Default with { DiskBytes = 256 << 20, MemoryBytes = 1024L << 20 });

        Assert.Equal((RunStatus.Accepted, "ENOSPC True\nENOSPC True\nENOSPC True\n"), (result.Status, result.Run?.Stdout));
        // Other processes write too, but not as much as three full quotas.
        Assert.All(before.Zip(FreeOnTheHost()), free => Assert.True(free.First - free.Second < 512L << 20));
    }

    [Case]
    public async Task Case20_Sparse_file_of_a_terabyte_is_too_large()
    {
        var c = await RunCAsync("int f = open(\"big\", O_CREAT | O_RDWR, 0600); lseek(f, 1L << 40, SEEK_SET); return write(f, \"x\", 1);");
        var python = await PythonAsync("""
            import errno, os
            for directory in ('/workspace', '/tmp', '/dev/shm'):
                try: os.truncate(os.open(directory + '/big', os.O_CREAT | os.O_RDWR), 1 << 40); print('made')
                except OSError as e: print(errno.errorcode[e.errno])
            """);

        Assert.Equal((RunStatus.RuntimeErrorSigxfsz, "SIGXFSZ"), (c.Status, c.Run?.Signal));
        Assert.Equal("EFBIG\nEFBIG\nEFBIG", python);
    }

    [Case]
    public async Task Case21_Million_files_meet_the_inode_cap_and_are_cleaned_up()
    {
        Assert.Equal("ENOSPC True\nENOSPC True\nENOSPC True", await PythonAsync("""
            import errno, os
            for directory in ('/workspace', '/tmp', '/dev/shm'):
                os.chdir(directory)
                try:
                    for i in range(1000000): os.close(os.open(f'small{i}', os.O_CREAT | os.O_WRONLY))
                except OSError as e: print(errno.errorcode[e.errno], i < 20000)
            """));
    }

    [Case]
    public async Task Case22_Directories_ten_thousand_deep_are_cleaned_up()
    {
        Assert.Equal("deep", await PythonAsync("""
            import os
            for directory in ('/workspace', '/tmp'):
                os.chdir(directory)
                for i in range(10000): os.mkdir('d'); os.chdir('d')
            print('deep')
            """));
    }

    [Case]
    public async Task Case23_Descriptors_end_with_EMFILE()
    {
        Assert.Equal("EMFILE True", await PythonAsync("""
            import errno, os, resource
            try: resource.setrlimit(resource.RLIMIT_NOFILE, (1 << 20, 1 << 20)); print('raised')
            except (OSError, ValueError): pass
            files = []
            try:
                while True: files.append(os.open('/dev/null', os.O_RDONLY))
            except OSError as e: print(errno.errorcode[e.errno], len(files) < 1024)
            """));
    }

    /// <summary>Where the kernel puts core files: the working directory of who crashes, or where its pattern says.</summary>
    private static IReadOnlyList<string> CoreFiles()
    {
        var pattern = File.ReadAllText("/proc/sys/kernel/core_pattern").Trim();
        string[] directories = [Environment.CurrentDirectory, "/", "/var/crash", "/var/lib/systemd/coredump", .. pattern[0] == '/' ? new[] { Path.GetDirectoryName(pattern)! } : []];
        return [.. directories.Where(Directory.Exists).SelectMany(directory => Directory.GetFiles(directory, "core*")).Order()];
    }

    private IReadOnlyList<long> FreeOnTheHost() =>
        [.. ((string[])["/", Path.GetTempPath(), .. Backend.HostDirectories]).Select(directory => new DriveInfo(directory).AvailableFreeSpace)];
}
