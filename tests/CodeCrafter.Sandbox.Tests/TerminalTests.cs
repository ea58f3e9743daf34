namespace CodeCrafter.Sandbox.Tests;

/// <summary>Programs in a pseudo-terminal.</summary>
public abstract class TerminalCases(ProgramFixture fixture)
{
    [Fact]
    public async Task Program_has_a_terminal_of_its_size_on_all_three_descriptors()
    {
        var output = await RunAsync("""
            import os, sys
            print([os.isatty(i) for i in range(3)], os.ttyname(0), os.get_terminal_size(), os.environ['TERM'])
            print(os.getsid(0) == os.getpid() == os.tcgetpgrp(0), open('/dev/tty').fileno() > 2, file=sys.stderr)
            """);

        Assert.Equal("[True, True, True] /dev/pts/0 os.terminal_size(columns=100, lines=30) xterm-256color\r\nTrue True\r\n", output);
    }

    [Fact]
    public async Task Size_changes_while_the_program_runs()
    {
        var terminal = new Terminal(80, 24);
        var observer = new RecordingObserver();
        var run = fixture.RunAsync(
            Request("""
                import os, signal
                signal.signal(signal.SIGWINCH, lambda *_: print(os.get_terminal_size().columns, flush=True))
                os.write(1, b'ready\n')
                signal.pause()
                """) with { Terminal = terminal, StandardInput = new HeldStream() },
            observer);
        await observer.WaitAsync(text => text.Contains("ready\r\n"));
        terminal.Resize(123, 45);

        Assert.Equal("ready\r\n123\r\n", (await run).Run!.Stdout);
        terminal.Resize(1, 1);
    }

    [Fact]
    public async Task Keys_are_echoed_and_lines_are_read()
    {
        var keys = new HeldStream();
        var observer = new RecordingObserver();
        var run = fixture.RunAsync(Request("print('hello ' + input('name? '))") with { StandardInput = keys }, observer);
        await observer.WaitAsync(text => text.Contains("name? "));
        keys.Send("Ax\u007fda\r");

        Assert.Equal("name? Ax\b \bda\r\nhello Ada\r\n", (await run).Run!.Stdout);
    }

    [Fact]
    public async Task Control_C_interrupts_and_control_D_is_the_end_of_input()
    {
        var keys = new HeldStream();
        var observer = new RecordingObserver();
        var run = fixture.RunAsync(
            Request("import sys, time\ntry:\n  print('sleeping', flush=True); time.sleep(100)\nexcept KeyboardInterrupt:\n  print('read', repr(sys.stdin.read()))") with { StandardInput = keys },
            observer);
        await observer.WaitAsync(text => text.Contains("sleeping"));
        keys.Send("\u0003");
        keys.Send("rest\n\u0004");

        var result = await run;
        Assert.Equal(RunStatus.Accepted, result.Status);
        Assert.EndsWith("read 'rest\\n'\r\n", result.Run!.Stdout);
    }

    [Theory]
    [InlineData("")]
    [InlineData("line\n")]
    [InlineData("no end of line")]
    public async Task End_of_the_input_is_seen(string input)
    {
        var output = await RunAsync("import sys, tty; print(repr(sys.stdin.read()))", input);

        Assert.EndsWith($"{Repr(input)}\r\n", output);
    }

    [Theory]
    [InlineData("")]
    [InlineData("no end of line")]
    public async Task End_of_the_input_is_seen_behind_more_lines_than_a_terminal_holds(string last)
    {
        var input = string.Concat(Enumerable.Repeat(new string('x', 63) + "\n", 200)) + last;

        var output = await RunAsync("import sys, time; time.sleep(0.5); print('read', len(sys.stdin.read()))", input);

        Assert.EndsWith($"read {input.Length}\r\n", output);
    }

    [Fact]
    public async Task Shell_has_job_control()
    {
        var keys = new HeldStream();
        var observer = new RecordingObserver();
        var run = fixture.RunAsync(Request("import os; os.execv('/bin/bash', ['bash', '--norc', '-i'])") with { StandardInput = keys }, observer);
        keys.Send("sh -c 'echo started; exec sleep 100'\n");
        await observer.WaitAsync(text => text.Contains("\rstarted\r\n"));
        keys.Send("\u0003");
        keys.Send("echo status $?\nexit 5\n");

        var result = await run;
        Assert.DoesNotContain("no job control", result.Run!.Stdout);
        Assert.Contains("status 130", result.Run.Stdout);
        Assert.Equal(5, result.Run.ExitCode);
    }

    [Fact]
    public async Task Output_is_complete_at_the_end_and_capped()
    {
        Assert.Equal(300_000, (await RunAsync("print('x' * 299998)")).Length);

        var endless = await fixture.RunAsync(Request("while True: print('x' * 1000)"));
        Assert.Equal((RunStatus.OutputLimitExceeded, 1 << 20), (endless.Status, endless.Run!.Stdout.Length));
    }

    [Fact]
    public async Task Program_that_closes_its_terminal_goes_on()
    {
        var result = await fixture.RunAsync(Request("import os, time\nfor i in range(3): os.close(i)\ntime.sleep(0.3)\nos.open('/dev/pts/0', os.O_RDWR); os.dup(0); print('back', flush=True); os._exit(4)"));

        Assert.Equal((4, "back\r\n"), (result.Run!.ExitCode, result.Run.Stdout));
    }

    [Fact]
    public async Task Compiler_has_pipes()
    {
        var result = await fixture.RunAsync(fixture.Request("c", "#include <unistd.h>\n#include <stdio.h>\nint main(void) { int unused; printf(\"%d\\n\", isatty(1)); }") with { Terminal = new Terminal(80, 24) });

        Assert.Equal("1\r\n", result.Run!.Stdout);
        Assert.DoesNotContain("\u001b", result.Compile!.Stderr);
    }

    [Theory]
    [InlineData(0, 24)]
    [InlineData(80, 1001)]
    public void Size_has_bounds(int columns, int rows)
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new Terminal(columns, rows));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Terminal(80, 24).Resize(columns, rows));
    }

    private RunRequest Request(string code) => fixture.Request("python", code) with { Terminal = new Terminal(100, 30), StandardInput = new HeldStream() };

    private async Task<string> RunAsync(string code, string input = "")
    {
        var result = await fixture.RunAsync(Request(code) with { StandardInput = new MemoryStream(System.Text.Encoding.UTF8.GetBytes(input)) });
        Assert.True(result.Status == RunStatus.Accepted, $"{result.Status}: {result.Run?.Stdout}");
        return result.Run!.Stdout;
    }

    private static string Repr(string text) => "'" + text.Replace("\n", "\\n") + "'";
}

public sealed class TerminalTests(SandboxFixture fixture) : TerminalCases(fixture);
