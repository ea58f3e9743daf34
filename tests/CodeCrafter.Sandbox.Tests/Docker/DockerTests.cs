using CodeCrafter.Sandbox.Limits;

namespace CodeCrafter.Sandbox.Tests.Docker;

/// <summary>What is particular to the Docker Engine; the rest is in the tests that every backend has.</summary>
[Collection("docker")]
public sealed class DockerTests(DockerFixture fixture)
{
    public static TheoryData<string> Languages => [.. TestEngine.Languages];

    [Theory]
    [MemberData(nameof(Languages))]
    public async Task Image_runs_its_language_and_tells_its_version(string id)
    {
        var language = fixture.Language(id);
        var result = await fixture.RunAsync(id, language.Sample);

        Assert.True(result.Status == RunStatus.Accepted, $"{result.Status}: {result.Compile?.Stderr}{result.Run?.Stderr}");
        Assert.Equal("Hello, CodeCrafter!\n", result.Run!.Stdout);
        Assert.InRange(result.Run.CpuTime, TimeSpan.FromMicroseconds(1), TimeSpan.FromSeconds(5));
        Assert.InRange(result.Run.MemoryBytes, 4096, 256 << 20);
        Assert.Matches(@"^\d+(\.\d+)*$", language.Version);
    }

    /// <summary>A cache is found by the flags that it was filled with, so an image has it as a host would.</summary>
    [Fact]
    public void Images_fill_caches_as_their_manifests_say()
    {
        var filled = fixture.Catalog.Languages.Where(language => Dockerfile(language).Contains("LABEL codecrafter.cache=")).ToList();

        Assert.NotEmpty(filled);
        Assert.All(filled, language =>
        {
            var cache = language.Recipe!.Cache!;
            var fill = string.Join(' ', cache.Fill).Replace("{language}", "/language").Replace("{cache}", cache.Path);
            Assert.Contains($"{fill} ", Dockerfile(language));
            Assert.Contains($"LABEL codecrafter.cache={cache.Path}\n", Dockerfile(language));
        });

        static string Dockerfile(Languages.Language language) => SandboxFixture.ReadPart(language.Id, "Dockerfile");
    }

    [Fact]
    public async Task Language_without_an_image_is_not_available()
    {
        var images = await fixture.Engine.Client.Images.ListImagesAsync(new(), TestContext.Current.CancellationToken);
        foreach (var language in fixture.Catalog.Languages)
        {
            Assert.Equal(images.Any(image => image.RepoTags?.Contains($"codecrafter/{language.Id}:latest") == true), language.IsAvailable);
        }
    }

    [Fact]
    public async Task Nothing_of_the_engines_machine_is_seen_or_written()
    {
        string[] places = [.. fixture.Engine.Directories, fixture.Options.StateDirectory, Environment.CurrentDirectory, "/run/docker.sock", "/var/run/docker.sock"];
        var printed = await fixture.PythonAsync("""
            import os, sys
            for path in sys.argv[1:]:
                for root in ('', '/proc/1/root', '/proc/self/cwd/..'):
                    if os.path.exists(root + path): print('visible', root + path)
            for path in ('/etc/shadow', '/proc/1/environ', '/proc/1/mem', '/proc/1/fd', '/proc/kcore', '/proc/kmsg', '/proc/keys', '/sys/class', '/sys/devices', '/sys/kernel', '/sys/module'):
                try:
                    if os.listdir(path) if os.path.isdir(path) else open(path, 'rb').read(100): print('readable', path)
                except OSError: pass
            for directory, _, _ in os.walk('/'):
                if directory.startswith(('/proc/', '/workspace', '/tmp', '/build', '/dev/shm', '/dev/mqueue', '/dev/pts')): continue
                try: os.close(os.open(directory + '/canary', os.O_CREAT | os.O_WRONLY)); print('written', directory)
                except OSError: pass
            print(open('/etc/resolv.conf').read().split(), sorted(os.listdir('/workspace')))
            """, places);

        Assert.Equal("['nameserver', '127.0.0.1'] ['main.py']", printed);
    }

    [Fact]
    public async Task Program_cannot_speak_in_place_of_the_relay()
    {
        var printed = await fixture.PythonAsync("""
            import glob, os, signal, sys
            frame = b'D' + (37).to_bytes(4, 'big') + bytes(37)
            for path in ['/proc/1/fd/1', '/proc/1/fd/0', '/proc/1/mem', '/dev/console'] + glob.glob('/proc/*/fd/*'):
                if path.split('/')[2] in ('self', str(os.getpid()), 'thread-self'): continue
                try: os.write(os.open(path, os.O_WRONLY), frame); print('written', path)
                except OSError: pass
            for s in signal.valid_signals():
                try: os.kill(1, s)
                except OSError: pass
            sys.stdout.buffer.write(frame); sys.stderr.buffer.write(frame)
            print('still here')
            """);

        Assert.Equal("D\0\0\0%" + new string('\0', 37) + "still here", printed);
    }

    /// <summary>It has the same user as its relay, which is to go on measuring it whatever it does to that.</summary>
    [Theory]
    [InlineData("resource.prlimit(1, resource.RLIMIT_CPU, (0, 0))")]
    [InlineData("resource.prlimit(1, resource.RLIMIT_NOFILE, (0, 0))")]
    [InlineData("resource.prlimit(1, resource.RLIMIT_AS, (0, 0))")]
    [InlineData("os.sched_setscheduler(1, os.SCHED_IDLE, os.sched_param(0))")]
    [InlineData("os.setpriority(os.PRIO_PROCESS, 1, 19)")]
    [InlineData("os.setpriority(os.PRIO_USER, 0, 19)")]
    [InlineData("os.sched_setaffinity(1, [0])")]
    public async Task Program_cannot_starve_its_relay(string attack)
    {
        var result = await fixture.RunAsync("python", $"import os, resource\ntry: {attack}\nexcept OSError: pass\nprint('spinning')\nfor i in range(4): os.fork()\nwhile True: pass", RunLimits.Default with
        {
            CpuTime = TimeSpan.FromSeconds(1),
            WallTime = TimeSpan.FromSeconds(60),
        });

        Assert.Equal((RunStatus.TimeLimitExceeded, "spinning\n"), (result.Status, result.Run?.Stdout));
        Assert.InRange(result.Run!.CpuTime, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(10));
        await fixture.Sandbox.SettleAsync();
        Assert.Empty(await fixture.Engine.LeftoversAsync(fixture.Options));
    }

    [Fact]
    public async Task Reading_much_through_the_page_cache_is_no_memory_limit()
    {
        var printed = await fixture.RunAsync("python", """
            import os
            total = 0
            for folder, _, names in os.walk('/usr'):
                for name in names:
                    try:
                        with open(os.path.join(folder, name), 'rb', 0) as f:
                            while block := f.read(1 << 20): total += len(block)
                    except OSError: pass
            print(total > 3 * (24 << 20))
            """, RunLimits.Default with { MemoryBytes = 24 << 20 });

        Assert.Equal((RunStatus.Accepted, "True\n"), (printed.Status, printed.Run?.Stdout));
    }

    [Fact]
    public async Task Files_before_the_start_are_not_the_programs_memory()
    {
        var request = fixture.Request("python", "b = bytearray(20 << 20)\nfor i in range(0, len(b), 4096): b[i] = 1\nprint(len(open('data.txt').read()))");
        var result = await fixture.RunAsync(request with
        {
            Files = [.. request.Files, new SourceFile("data.txt", new string('x', 30 << 20))],
            // Also what the relay keeps of it, to tell whether it was changed.
            Collect = new FileCollection(),
            Limits = RunLimits.Default with { MemoryBytes = 96 << 20 },
        });

        Assert.Equal((RunStatus.Accepted, $"{30 << 20}\n"), (result.Status, result.Run?.Stdout));
        Assert.Empty(result.Files);
        Assert.InRange(result.Run!.MemoryBytes, 50 << 20, 96 << 20);
    }

    [Fact]
    public async Task Uncaught_error_and_a_crash_are_told_apart()
    {
        var error = await fixture.RunAsync("python", "raise Exception('deliberate')");
        var crash = await fixture.RunAsync("c", "#include <stdio.h>\nint main(void) { printf(\"before\"); *(volatile int *)0 = 1; }");
        var refused = await fixture.RunAsync("c", "int main(void) { return nonsense; }");

        Assert.Equal((RunStatus.RuntimeErrorNzec, 1), (error.Status, error.Run!.ExitCode));
        Assert.Contains("deliberate", error.Run.Stderr);
        Assert.Equal((RunStatus.RuntimeErrorSigsegv, "before"), (crash.Status, crash.Run!.Stdout));
        Assert.Equal(RunStatus.CompilationError, refused.Status);
        Assert.Contains("nonsense", refused.Compile!.Stderr);
        Assert.Null(refused.Run);
    }

    [Fact]
    public async Task Cancelled_at_any_moment_it_ends_once_and_leaves_nothing()
    {
        // From before the first container is there to the middle of the run.
        foreach (var milliseconds in (int[])[0, 5, 20, 50, 100, 200, 400, 800])
        {
            using var cancel = new CancellationTokenSource(milliseconds);
            var request = fixture.Request("c", $"#include <unistd.h>\nint main(void) {{ fork(); fork(); pause(); }} // {milliseconds}") with
            {
                Limits = RunLimits.Default with { WallTime = TimeSpan.FromSeconds(100) },
            };

            Assert.Equal(RunStatus.Cancelled, (await fixture.Sandbox.RunAsync(request, null, cancel.Token)).Status);
        }
        await fixture.Sandbox.SettleAsync();
        Assert.Empty(await fixture.Engine.LeftoversAsync(fixture.Options));
    }

    [Fact]
    public async Task Removed_container_is_a_fault_of_ours_and_not_of_the_program()
    {
        // No other is being removed meanwhile.
        await fixture.Sandbox.SettleAsync();
        var observer = new RecordingObserver();
        var run = fixture.RunAsync(fixture.Request("python", "print('started'); import time; time.sleep(1000)"), observer);
        await observer.WaitAsync(text => text == "started\n");
        var installation = await File.ReadAllTextAsync(Path.Combine(fixture.Options.StateDirectory, "installation"), TestContext.Current.CancellationToken);
        foreach (var container in await fixture.Engine.ContainersAsync(installation))
        {
            await fixture.Engine.Client.Containers.KillContainerAsync(container.ID, new(), TestContext.Current.CancellationToken);
        }

        Assert.Equal(RunStatus.InternalError, (await run).Status);
    }
}
