namespace CodeCrafter.Sandbox.Tests;

/// <summary>How programs end, and what becomes of their output.</summary>
public abstract class ProgramCases(ProgramFixture fixture)
{
    protected ProgramFixture Fixture => fixture;

    [Theory]
    [InlineData("*(volatile int *)0 = 1;", RunStatus.RuntimeErrorSigsegv, "SIGSEGV")]
    [InlineData("abort();", RunStatus.RuntimeErrorSigabrt, "SIGABRT")]
    [InlineData("volatile int zero = 0; return 10 / zero;", RunStatus.RuntimeErrorSigfpe, "SIGFPE")]
    [InlineData("raise(SIGTERM);", RunStatus.RuntimeErrorOther, "SIGTERM")]
    [InlineData("raise(SIGKILL);", RunStatus.RuntimeErrorOther, "SIGKILL")]
    [InlineData("raise(SIGXCPU);", RunStatus.RuntimeErrorOther, "SIGXCPU")]
    [InlineData("kill(0, SIGINT);", RunStatus.RuntimeErrorOther, "SIGINT")]
    [InlineData("char b[4096]; int f = open(\"big\", O_CREAT | O_RDWR, 0600); lseek(f, 1LL << 40, SEEK_SET); return write(f, b, 4096);", RunStatus.RuntimeErrorSigxfsz, "SIGXFSZ")]
    public async Task Signal_is_told_by_name(string code, RunStatus status, string signal)
    {
        var result = await fixture.RunAsync("c", $$"""
            #define _GNU_SOURCE
            #include <fcntl.h>
            #include <signal.h>
            #include <stdlib.h>
            #include <unistd.h>
            int main(void) { {{code}} }
            """);

        Assert.Equal((status, signal, (int?)null), (result.Status, result.Run?.Signal, result.Run?.ExitCode));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(42)]
    [InlineData(137)]
    [InlineData(139)]
    [InlineData(255)]
    public async Task Exit_code_is_not_taken_for_a_signal(int code)
    {
        var result = await fixture.RunAsync("python", $"import os; os._exit({code})");

        Assert.Equal((RunStatus.RuntimeErrorNzec, code, (string?)null), (result.Status, result.Run!.ExitCode, result.Run.Signal));
    }

    [Fact]
    public async Task Compiled_file_that_is_no_program_is_a_format_error()
    {
        var c = fixture.Language("c");
        var language = c with { Recipe = c.Recipe! with { Compile = c.Recipe.Compile! with { Command = ["/bin/sh", "-c", "echo nonsense >/build/program; chmod +x /build/program"] } } };

        var result = await fixture.RunAsync(fixture.Request("c", "") with { Language = language });

        Assert.Equal(RunStatus.ExecFormatError, result.Status);
    }

    [Fact]
    public async Task Output_comes_while_it_is_printed_and_characters_come_whole()
    {
        var observer = new RecordingObserver();
        var input = new HeldStream();
        var run = fixture.RunAsync(fixture.Request("python", """
            import sys
            for part in (b'\xf0\x9f', b'\x98\x80 ', b'e\xcc', b'\x81!'):
                sys.stdout.buffer.write(part)
                sys.stdout.buffer.flush()
            print('problem', file=sys.stderr)
            print('read', sys.stdin.readline())
            """) with { StandardInput = input }, observer);

        // The program waits for a line, which it gets only after what it printed has come.
        await observer.WaitAsync(text => text.Contains("é!") || text.Contains("e\u0301!"));
        Assert.False(run.IsCompleted);
        input.Send("line\n");
        var result = await run;

        Assert.Equal("😀 e\u0301!read line\n\n", result.Run!.Stdout);
        Assert.Equal(result.Run.Stdout, observer.Text(RunPhase.Run, OutputStream.Stdout));
        Assert.Equal("problem\n", observer.Text(RunPhase.Run, OutputStream.Stderr));
        Assert.All(observer.Pieces, piece => Assert.DoesNotContain('\uFFFD', piece.Text));
        Assert.False(observer.Overlapped);
    }

    [Fact]
    public async Task Compiler_output_is_told_from_the_programs()
    {
        var observer = new RecordingObserver();

        var result = await fixture.RunAsync(fixture.Request("c", "#include <stdio.h>\n#warning deliberate\nint main(void) { puts(\"ran\"); }"), observer);

        Assert.Equal((RunStatus.Accepted, "ran\n"), (result.Status, result.Run!.Stdout));
        Assert.Contains("deliberate", result.Compile!.Stderr);
        Assert.Equal(result.Compile.Stderr, observer.Text(RunPhase.Compile, OutputStream.Stderr));
        Assert.Equal("ran\n", observer.Text(RunPhase.Run, OutputStream.Stdout));
    }

    [Fact]
    public async Task Conversation_goes_back_and_forth()
    {
        var observer = new RecordingObserver();
        var input = new HeldStream();
        var run = fixture.RunAsync(fixture.Request("python", "while (line := input('> ')) != 'bye': print(line.upper())") with { StandardInput = input }, observer);

        foreach (var word in (string[])["one", "two"])
        {
            input.Send(word + "\n");
            await observer.WaitAsync(text => text.Contains(word.ToUpperInvariant()));
        }
        input.Send("bye\n");

        Assert.Equal(RunStatus.Accepted, (await run).Status);
    }

    [Fact]
    public async Task Input_that_never_comes_holds_nothing_up()
    {
        var result = await fixture.RunAsync(fixture.Request("python", "print('done')") with { StandardInput = new HeldStream() });

        Assert.Equal((RunStatus.Accepted, "done\n"), (result.Status, result.Run!.Stdout));
    }

    [Fact]
    public async Task Large_input_comes_whole()
    {
        var input = new byte[3_000_001];
        new Random(7).NextBytes(input);

        var result = await fixture.RunAsync(fixture.Request("python", "import sys, hashlib; print(hashlib.sha256(sys.stdin.buffer.read()).hexdigest())") with { StandardInput = new MemoryStream(input) });

        Assert.Equal(Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(input)) + "\n", result.Run!.Stdout);
    }

    [Fact]
    public async Task Observer_that_fails_changes_nothing_for_the_program()
    {
        var result = await fixture.RunAsync(fixture.Request("python", "print('x' * 100_000)"), new FailingObserver());

        Assert.Equal(RunStatus.Accepted, result.Status);
        Assert.Equal(100_001, result.Run!.Stdout.Length);
        Assert.Contains(fixture.Log.Lines, line => line.Contains("observer"));
    }

    [Fact]
    public async Task Files_arrive_byte_for_byte()
    {
        var content = "tab\t, quote \", \r\n, é 😀, NUL \0, no newline at the end";
        var result = await fixture.RunAsync(new RunRequest
        {
            Language = fixture.Language("python"),
            Entry = "main.py",
            Files = [new("main.py", "import sys; sys.stdout.buffer.write(open('data/a b/é.txt', 'rb').read())"), new("data/a b/é.txt", content)],
        });

        Assert.Equal(content, result.Run!.Stdout);
    }

    private sealed class FailingObserver : IRunObserver
    {
        public ValueTask OnOutputAsync(RunPhase phase, OutputStream stream, string text) => throw new InvalidOperationException("observer");
    }
}

public sealed class ProgramTests(SandboxFixture fixture) : ProgramCases(fixture)
{
    [Theory]
    [InlineData("javascript", "throw new Error('deliberate')")]
    [InlineData("python", "raise Exception('deliberate')")]
    [InlineData("java", "class A { public static void main(String[] a) { throw new RuntimeException(\"deliberate\"); } }")]
    [InlineData("go", "package main\nfunc main() { panic(\"deliberate\") }")]
    [InlineData("rust", "fn main() { panic!(\"deliberate\"); }")]
    public async Task Uncaught_error_is_a_runtime_error(string id, string code)
    {
        var result = await Fixture.RunAsync(id, code);

        Assert.Equal(RunStatus.RuntimeErrorNzec, result.Status);
        Assert.Contains("deliberate", result.Run!.Stderr);
        Assert.NotEqual(0, result.Run.ExitCode);
        Assert.Null(result.Run.Signal);
    }

    [Theory]
    [InlineData("c", "#include <stdio.h>\nint main(void) { printf(\"before\"); *(volatile int *)0 = 1; }")]
    [InlineData("cpp", "#include <iostream>\nint main() { std::cout << \"before\"; *(volatile int *)0 = 1; }")]
    [InlineData("python", "import os\nprint('before', end='')\nos.kill(os.getpid(), 11)")]
    public async Task What_was_printed_before_a_crash_is_kept(string id, string code)
    {
        var result = await Fixture.RunAsync(id, code);

        Assert.Equal(RunStatus.RuntimeErrorSigsegv, result.Status);
        Assert.Equal("before", result.Run!.Stdout);
    }

    [Theory]
    [InlineData("c", "int main(void) { return nonsense; }", "nonsense")]
    [InlineData("cpp", "int main() { return nonsense; }", "nonsense")]
    [InlineData("java", "class Main { nonsense }", "Main.java:1")]
    [InlineData("go", "package main\nfunc main() { nonsense() }", "nonsense")]
    [InlineData("rust", "fn main() { nonsense(); }", "nonsense")]
    public async Task Compiler_refuses_and_nothing_runs(string id, string code, string message)
    {
        var result = await Fixture.RunAsync(id, code);

        Assert.Equal(RunStatus.CompilationError, result.Status);
        Assert.Contains(message, result.Compile!.Stdout + result.Compile.Stderr);
        Assert.NotEqual(0, result.Compile.ExitCode);
        Assert.Null(result.Run);
    }

    /// <summary>Teaching material reads the input of a program by this name.</summary>
    [Theory]
    [InlineData("javascript", "const fs = require('fs'); fs.writeFileSync('/dev/stdout', fs.readFileSync('/dev/stdin', 'utf8')); fs.writeFileSync('/dev/stderr', 'problem\\n');")]
    [InlineData("typescript", "import * as fs from 'fs'; fs.writeFileSync('/dev/stdout', fs.readFileSync('/dev/stdin', 'utf8')); fs.writeFileSync('/dev/stderr', 'problem\\n');")]
    [InlineData("python", "open('/dev/stdout', 'w').write(open('/dev/stdin').read()); open('/dev/stderr', 'w').write('problem\\n')")]
    [InlineData("java", "import java.io.*; class Main { public static void main(String[] a) throws Exception { new PrintStream(\"/dev/stdout\").println(new BufferedReader(new FileReader(\"/dev/stdin\")).readLine()); new FileOutputStream(\"/dev/stderr\").write(\"problem\\n\".getBytes()); } }")]
    [InlineData("cpp", "#include <fstream>\nint main() { std::ifstream in(\"/dev/stdin\"); std::ofstream(\"/dev/stdout\") << in.rdbuf(); std::ofstream(\"/dev/stderr\") << \"problem\\n\"; }")]
    [InlineData("c", "#include <stdio.h>\nint main(void) { char b[99]; fgets(b, 99, fopen(\"/dev/stdin\", \"r\")); fputs(b, fopen(\"/dev/stdout\", \"w\")); fputs(\"problem\\n\", fopen(\"/dev/stderr\", \"w\")); }")]
    [InlineData("go", "package main\nimport \"os\"\nfunc main() { b, e := os.ReadFile(\"/dev/stdin\"); if e != nil { panic(e) }; f, e := os.OpenFile(\"/dev/stdout\", os.O_WRONLY, 0); if e != nil { panic(e) }; f.Write(b); g, _ := os.OpenFile(\"/dev/stderr\", os.O_WRONLY, 0); g.WriteString(\"problem\\n\") }")]
    [InlineData("rust", "fn main() { let s = std::fs::read(\"/dev/stdin\").unwrap(); std::fs::write(\"/dev/stdout\", s).unwrap(); std::fs::write(\"/dev/stderr\", \"problem\\n\").unwrap(); }")]
    [InlineData("ruby", "File.write('/dev/stdout', File.read('/dev/stdin')); File.write('/dev/stderr', \"problem\\n\")")]
    [InlineData("bash", "read -r line < /dev/stdin; echo \"$line\" > /dev/stdout; echo problem > /dev/stderr")]
    public async Task Streams_can_be_opened_by_name(string id, string code)
    {
        var result = await Fixture.RunAsync(Fixture.Request(id, code) with { StandardInput = new MemoryStream("some input\n"u8.ToArray()) });

        Assert.True(result.Status == RunStatus.Accepted, $"{result}");
        Assert.Equal(("some input\n", "problem\n"), (result.Run!.Stdout, result.Run.Stderr));
    }
}
