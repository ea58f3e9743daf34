using CodeCrafter.Sandbox.Limits;
using CodeCrafter.Sandbox.Oci;

namespace CodeCrafter.Sandbox.Tests;

/// <summary>Sandboxes that wait, with an interpreter or a compiler started in them: used once, and a program cannot tell.</summary>
public sealed class ParkedTests(SandboxFixture fixture) : IAsyncLifetime
{
    private readonly SandboxOptions _options = new()
    {
        StateDirectory = SandboxFixture.NewStateDirectory(),
        FirstUid = fixture.Options.FirstUid + 60_000,
        MaxSandboxes = 8,
        Parked = 2,
    };

    private OciSandbox _sandbox = null!;

    public async ValueTask InitializeAsync()
    {
        _sandbox = await fixture.StartAsync(_options);
        await _sandbox.SettleAsync();
    }

    public async ValueTask DisposeAsync()
    {
        Assert.Empty(await HostState.LeftoversAsync(_sandbox, _options));
        await _sandbox.DisposeAsync();
        Assert.Empty(HostState.Leftovers(_options));
        Directory.Delete(_options.StateDirectory, recursive: true);
    }

    [Fact]
    public async Task Plain_ones_wait_from_the_start_and_a_command_that_came_twice_has_as_many()
    {
        Assert.Equal(2, _sandbox.Waiting.Count);

        await RunAsync(fixture.Request("python", "print(1)"));
        Assert.Equal(3, _sandbox.Waiting.Count);

        await RunAsync(fixture.Request("python", "print(2)"));
        Assert.Equal(4, _sandbox.Waiting.Count);
    }

    [Fact]
    public async Task Sandbox_that_waited_is_used_once()
    {
        await RunAsync(fixture.Request("python", "print(1)"));
        var seen = new HashSet<(string, int)>();
        for (var i = 0; i < 6; i++)
        {
            var waiting = _sandbox.Waiting;
            var result = await RunAsync(fixture.Request("python", "import os; print(os.path.exists('/tmp/trace')); open('/tmp/trace', 'w'); open('trace', 'w')"));

            Assert.Equal("False\n", result.Run!.Stdout);
            var used = Assert.Single(waiting.Except(_sandbox.Waiting));
            Assert.True(seen.Add(used));
        }
    }

    /// <summary>What a program can see of its start is the same, whether its interpreter waited for it or not.</summary>
    [Theory]
    [InlineData("python", """
        import sys, os, inspect
        print(sys.argv, sys.orig_argv, __name__, __file__, sys.path[0], sorted(os.environ.items()), os.getcwd(), sys.flags)
        print(sorted(sys.modules), os.getpgrp() == os.getpid(), [os.path.exists(f'/proc/self/fd/{i}') for i in range(10)])
        print(open('/proc/self/cmdline').read(), sorted(os.listdir('.')), os.path.isfile(__file__), os.stat(__file__).st_size, oct(os.stat(__file__).st_mode))
        print(inspect.getsource(inspect.currentframe()), sys.stdin.read(), os.listdir('/build'))
        print(open('/proc/self/limits').read())
        def fails(): raise ValueError('traceback')
        fails()
        """)]
    [InlineData("javascript", """
        const fs = require('fs');
        console.log(process.argv, process.execArgv, require.main === module, __filename, process.env, process.cwd(), module.paths);
        console.log([0,1,2].map(i => fs.readlinkSync('/proc/self/fd/' + i).replace(/\d+/, '')), fs.readdirSync('.').sort(), fs.statSync(__filename).isFile());
        console.log(fs.readFileSync(0, 'utf8'), require('./lib/other.js'), require('v8').getHeapStatistics().heap_size_limit);
        function fails() { throw new Error('trace'); }
        fails();
        """)]
    public async Task Program_cannot_tell_that_its_interpreter_waited(string language, string code)
    {
        var request = fixture.Request(language, code);
        request = request with { Files = [.. request.Files, new("lib/other.js", "module.exports = 'other'")] };
        RunRequest WithInput() => request with { StandardInput = new MemoryStream("some input"u8.ToArray()) };
        var cold = await RunAsync(WithInput());
        var kinds = _sandbox.Waiting;
        var warm = await RunAsync(WithInput());

        // It did take the one that had been started for it.
        Assert.Single(kinds.Except(_sandbox.Waiting));
        Assert.Equal(RunStatus.RuntimeErrorNzec, cold.Status);
        Assert.Equal((cold.Status, cold.Run!.ExitCode), (warm.Status, warm.Run!.ExitCode));
        Assert.Equal(cold.Run.Stdout, warm.Run.Stdout);
        Assert.Equal(cold.Run.Stderr, warm.Run.Stderr);
        Assert.Contains("some input", warm.Run.Stdout);
    }

    /// <summary>What goes back in its file finds a file.</summary>
    [Theory]
    [InlineData("python", "# -*- coding: latin-1 -*-\nprint('well')")]
    [InlineData("python", "#!/usr/bin/python3\r\n# vim: set fileencoding=utf8 :\nprint('well')")]
    [InlineData("ruby", "# well\nDATA.read\nDATA.rewind\nputs DATA.gets[2..]\n__END__\nand more\n")]
    public async Task Program_that_is_read_twice_does_not_wait(string language, string code)
    {
        for (var i = 0; i < 3; i++)
        {
            await RunAsync(fixture.Request(language, language == "ruby" ? "puts 1" : "print(1)"));

            var result = await RunAsync(fixture.Request(language, code));

            Assert.Equal((RunStatus.Accepted, "well\n", ""), (result.Status, result.Run!.Stdout, result.Run.Stderr));
        }
    }

    [Fact]
    public async Task Name_as_long_as_can_be_waits_too()
    {
        var name = new string('n', 252) + ".py";
        for (var i = 0; i < 3; i++)
        {
            var result = await RunAsync(new RunRequest { Language = fixture.Language("python"), Files = [new($"folder/{name}", "print('well')")], Entry = $"folder/{name}" });

            Assert.Equal((RunStatus.Accepted, "well\n"), (result.Status, result.Run?.Stdout));
        }
        Assert.Equal(4, _sandbox.Waiting.Count);
    }

    [Fact]
    public async Task Compiler_that_waited_says_and_makes_the_same()
    {
        var request = fixture.Request("c", "#include <stdio.h>\n#include \"part.h\"\nint main(void) { int unused; printf(\"%d %s\\n\", PART, __FILE__); }");
        request = request with { Files = [.. request.Files, new("part.h", "#define PART 7")] };
        var cold = await RunAsync(request);
        var warm = await RunAsync(request with { Files = [request.Files[0], new("part.h", "#define PART 8")] });

        Assert.Equal((RunStatus.Accepted, "7 main.c\n"), (cold.Status, cold.Run!.Stdout));
        Assert.Equal((RunStatus.Accepted, "8 main.c\n"), (warm.Status, warm.Run!.Stdout));
        Assert.Contains("int unused;", cold.Compile!.Stderr);
        Assert.Equal(cold.Compile.Stderr, warm.Compile!.Stderr);
        Assert.False(warm.CompileFromCache);
    }

    [Fact]
    public async Task Limits_hold_in_one_that_waited_and_count_from_the_start_of_the_program()
    {
        await RunAsync(fixture.Request("python", "print(1)"));
        await RunAsync(fixture.Request("python", "print(1)"));
        var limits = RunLimits.Default with { CpuTime = TimeSpan.FromSeconds(0.5), MemoryBytes = 96 << 20, Processes = 5, WallTime = TimeSpan.FromSeconds(5) };

        var spin = await RunAsync(fixture.Request("python", "while True: pass") with { Limits = limits });
        var hog = await RunAsync(fixture.Request("python", "x = 'x' * (200 << 20)") with { Limits = limits });
        var forks = await RunAsync(fixture.Request("python", "import os, time\nn = 0\ntry:\n  while True:\n    if os.fork() == 0: time.sleep(100)\n    n += 1\nexcept OSError: print(n)") with { Limits = limits });

        Assert.Equal(RunStatus.TimeLimitExceeded, spin.Status);
        Assert.InRange(spin.Run!.CpuTime.TotalSeconds, 0.5, 1.5);
        Assert.Equal(RunStatus.MemoryLimitExceeded, hog.Status);
        Assert.Equal("4\n", forks.Run!.Stdout);
    }

    [Fact]
    public async Task Source_larger_than_a_pipe_arrives_whole()
    {
        var code = string.Concat(Enumerable.Range(0, 40_000).Select(i => $"# line {i} …\n")) + "print(sum(1 for _ in open(__file__)))";
        await RunAsync(fixture.Request("python", "print(1)"));

        var result = await RunAsync(fixture.Request("python", code));

        Assert.Equal("40001\n", result.Run!.Stdout);
    }

    [Fact]
    public async Task Command_that_ends_before_its_time_is_started_afresh_and_waits_no_more()
    {
        var language = fixture.Language("python");
        var recipe = language.Recipe!;
        // Looks at its file before it reads it: no FIFO will do.
        var hasty = language with { Recipe = recipe with { Run = recipe.Run with { Command = ["/bin/sh", "-c", "[ -f main.py ] && exec python3 main.py; exit 3"] } } };
        var request = fixture.Request("python", "print('well')") with { Language = hasty };
        // One that was made ready late ends unseen, and is found out by whoever is to have it.
        for (var i = 0; i < 3 || (i < 10 && _sandbox.Waiting.Count > 2); i++)
        {
            var result = await RunAsync(request);

            Assert.Equal((RunStatus.Accepted, "well\n"), (result.Status, result.Run!.Stdout));
            // Quick enough, it would not even have looked yet.
            while (HostState.Processes(_options).Any(status => status.Contains("Name:\tsh\n") && !status.Contains("State:\tZ")))
            {
                await Task.Delay(5, TestContext.Current.CancellationToken);
            }
        }
        Assert.Equal(2, _sandbox.Waiting.Count);
    }

    [Fact]
    public async Task Killed_while_it_waited_it_is_not_used()
    {
        await RunAsync(fixture.Request("python", "print(1)"));
        foreach (var status in HostState.Processes(_options).Where(status => status.Contains("Name:\tperl")))
        {
            Interop.Native.KillPid(int.Parse(status.Split('\n').First(line => line.StartsWith("Pid:")).Split('\t')[1]));
        }
        while (HostState.Processes(_options).Any())
        {
            await Task.Delay(5, TestContext.Current.CancellationToken);
        }

        Assert.Equal("2\n", (await RunAsync(fixture.Request("python", "print(2)"))).Run!.Stdout);
    }

    [Fact]
    public async Task Idle_commands_are_ended_and_no_more_wait_than_may()
    {
        var time = new Microsoft.Extensions.Time.Testing.FakeTimeProvider();
        var options = _options with { StateDirectory = SandboxFixture.NewStateDirectory(), FirstUid = _options.FirstUid + 500, MaxParked = 4 };
        await using (var sandbox = await OciSandbox.CreateAsync(options, fixture.Catalog, fixture.Log, time, TestContext.Current.CancellationToken))
        {
            for (var i = 0; i < 8; i++)
            {
                var name = $"main{i / 2}.py";
                await sandbox.RunAsync(new RunRequest { Language = fixture.Language("python"), Files = [new(name, "print(1)")], Entry = name }, cancellationToken: TestContext.Current.CancellationToken);
                await sandbox.SettleAsync();
            }
            Assert.Equal(4, sandbox.Waiting.Count);

            time.Advance(options.ParkedFor * 2);
            while (sandbox.Waiting.Count > 2)
            {
                await Task.Delay(10, TestContext.Current.CancellationToken);
            }
            Assert.Empty(await HostState.LeftoversAsync(sandbox, options));
        }
        Directory.Delete(options.StateDirectory, recursive: true);
    }

    [Fact]
    public async Task What_fails_at_the_end_of_a_sandbox_keeps_no_other_from_waiting()
    {
        var options = _options with { StateDirectory = SandboxFixture.NewStateDirectory(), FirstUid = _options.FirstUid + 1000, MaxParked = 4 };
        var log = new Microsoft.Extensions.Logging.Abstractions.NullLoggerFactory();
        await using (var sandbox = await OciSandbox.CreateAsync(options, fixture.Catalog, log, cancellationToken: TestContext.Current.CancellationToken))
        {
            for (var i = 0; i < 4; i++)
            {
                if (i == 2)
                {
                    // Its own directory is what each of them removes last.
                    Array.ForEach(Directory.GetDirectories(Path.Combine(options.StateDirectory, "runs")), bundle => Directory.Delete(bundle, recursive: true));
                }
                var name = $"main{i}.py";
                var result = await sandbox.RunAsync(new RunRequest { Language = fixture.Language("python"), Files = [new(name, "print(1)")], Entry = name }, cancellationToken: TestContext.Current.CancellationToken);
                await sandbox.SettleAsync();
                Assert.Equal(RunStatus.Accepted, result.Status);
            }
            Assert.Equal(4, sandbox.Waiting.Count);
            Assert.Empty(await HostState.LeftoversAsync(sandbox, options));
        }
        Assert.Empty(HostState.Leftovers(options));
        Directory.Delete(options.StateDirectory, recursive: true);
    }

    private async Task<RunResult> RunAsync(RunRequest request)
    {
        var result = await _sandbox.RunAsync(request, cancellationToken: TestContext.Current.CancellationToken);
        await _sandbox.SettleAsync();
        return result;
    }
}
