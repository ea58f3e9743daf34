using CodeCrafter.Sandbox.Languages;

namespace CodeCrafter.Sandbox.Tests;

/// <summary>A program is compiled once and run many times, and an identical one is not compiled again.</summary>
public abstract class CompileOnceCases(ProgramFixture fixture)
{
    [Theory]
    [InlineData("c", "#include <stdio.h>\nint main(int n, char **a) { char b[9] = \"\"; scanf(\"%8s\", b); printf(\"%s %s\\n\", a[1], b); }")]
    [InlineData("python", "import sys; print(sys.argv[1], input())")]
    public Task Compiled_once_it_runs_with_other_arguments_and_input(string language, string code) => RunTwiceAsync(language, code);

    protected async Task RunTwiceAsync(string language, string code)
    {
        var request = fixture.Request(language, code + Nonce(language));
        var program = await fixture.Sandbox.CompileAsync(request, cancellationToken: Token);
        Assert.Equal((RunStatus.Accepted, false), (program.Status, program.FromCache));

        foreach (var (argument, input) in ((string, string)[])[("a", "one"), ("b", "two")])
        {
            var result = await fixture.Sandbox.RunAsync(
                program, request with { Arguments = [argument], StandardInput = new MemoryStream(System.Text.Encoding.UTF8.GetBytes(input + "\n")) }, cancellationToken: Token);

            Assert.Equal((RunStatus.Accepted, $"{argument} {input}\n"), (result.Status, result.Run!.Stdout));
            Assert.Same(program.Compile, result.Compile);
        }
    }

    [Fact]
    public async Task Runs_of_one_program_do_not_meet()
    {
        var request = fixture.Request("c", """
            #include <stdio.h>
            #include <unistd.h>
            int main(void) { printf("%d%d%d\n", access("/tmp/x", F_OK), access("/build/x", F_OK), access("x", F_OK)); fopen("/tmp/x", "w"); fopen("/build/x", "w"); fopen("x", "w"); }
            """);
        var program = await fixture.Sandbox.CompileAsync(request, cancellationToken: Token);
        for (var i = 0; i < 3; i++)
        {
            Assert.Equal("-1-1-1\n", (await fixture.Sandbox.RunAsync(program, request, cancellationToken: Token)).Run!.Stdout);
        }
    }

    [Fact]
    public async Task Failed_compilation_is_no_program()
    {
        var request = fixture.Request("c", "int main(void) { return x; }");
        var program = await fixture.Sandbox.CompileAsync(request, cancellationToken: Token);

        Assert.Equal(RunStatus.CompilationError, program.Status);
        Assert.Contains("undeclared", program.Compile!.Stderr);
        await Assert.ThrowsAsync<ArgumentException>(() => fixture.Sandbox.RunAsync(program, request, cancellationToken: Token));
        await Assert.ThrowsAsync<ArgumentException>(async () => await fixture.Sandbox.RunAsync(
            await fixture.Sandbox.CompileAsync(fixture.Request("python", ""), cancellationToken: Token), request, cancellationToken: Token));
    }

    [Fact]
    public async Task Identical_program_is_not_compiled_again_but_says_what_its_compiler_said()
    {
        var request = fixture.Request("c", "#include <stdio.h>\nint main(int n, char **a) { int unused; puts(a[1]); }" + Nonce("c"));
        var first = await fixture.RunAsync(request with { Arguments = ["first"] });
        var observer = new RecordingObserver();
        var second = await fixture.RunAsync(request with { Arguments = ["second"] }, observer);

        Assert.Equal((false, "first\n"), (first.CompileFromCache, first.Run!.Stdout));
        Assert.Equal((true, "second\n"), (second.CompileFromCache, second.Run!.Stdout));
        Assert.Equal(first.Compile, second.Compile);
        Assert.Equal(first.Compile!.Stderr, observer.Text(RunPhase.Compile, OutputStream.Stderr));
    }

    [Fact]
    public async Task Whatever_differs_is_compiled_again()
    {
        var code = "int main(void) { return 0; }" + Nonce("c");
        var request = fixture.Request("c", code) with { Files = [new("main.c", code), new("a.h", "1")] };
        Assert.False((await fixture.RunAsync(request)).CompileFromCache);
        Assert.True((await fixture.RunAsync(request)).CompileFromCache);
        RunRequest[] others =
        [
            request with { Files = [new("main.c", code + " "), new("a.h", "1")] },
            request with { Files = [new("main.c", code), new("a.h", "2")] },
            request with { Files = [new("main.c", code), new("b.h", "1")] },
            request with { Files = [new("other.c", code), new("a.h", "1")], Entry = "other.c" },
            request with { Files = [new("main.c", code)] },
            request with { Language = fixture.Language("c") with { Version = "another" } },
        ];
        foreach (var other in others)
        {
            Assert.False((await fixture.RunAsync(other)).CompileFromCache);
        }
    }

    /// <summary>A program that writes over what its compiler made does so for itself alone.</summary>
    [Fact]
    public async Task Program_cannot_change_what_the_next_one_gets()
    {
        var request = fixture.Request("c", """
            #include <stdio.h>
            #include <stdlib.h>
            #include <unistd.h>
            int main(void) { puts("honest"); unlink("/build/program"); system("printf '#!/bin/sh\necho poisoned\n' > /build/program; chmod +x /build/program"); return access("/build/program", X_OK); }
            """ + Nonce("c"));
        Assert.Equal((RunStatus.Accepted, "honest\n", false), Outcome(await fixture.RunAsync(request)));
        Assert.Equal((RunStatus.Accepted, "honest\n", true), Outcome(await fixture.RunAsync(request)));

        static (RunStatus, string, bool) Outcome(RunResult result) => (result.Status, result.Run!.Stdout, result.CompileFromCache);
    }

    /// <summary>What a compiler leaves in place of its output is taken as files only: no link leads anywhere.</summary>
    [Theory]
    [InlineData("ln -s /etc/passwd /build/program")]
    [InlineData("ln -s /proc/1/environ /build/program")]
    [InlineData("mkfifo /build/program")]
    [InlineData("cp /bin/true /build/a; ln /build/a /build/program")]
    [InlineData("mkdir /build/program; ln -s /etc /build/program/etc")]
    public async Task Output_that_is_no_plain_file_is_not_kept(string command)
    {
        var language = fixture.Language("c");
        var recipe = language.Recipe!;
        var request = fixture.Request("c", Nonce("c")) with { Language = language with { Recipe = recipe with { Compile = new CommandTemplate { Command = ["/bin/sh", "-c", command] } } } };

        var program = await fixture.Sandbox.CompileAsync(request, cancellationToken: Token);
        Assert.Equal(RunStatus.CompilationError, program.Status);

        await fixture.RunAsync(request);
        Assert.False((await fixture.RunAsync(request)).CompileFromCache);
    }

    [Fact]
    public async Task Compilations_are_kept_within_bytes_and_time()
    {
        var directory = SandboxFixture.NewStateDirectory();
        using var cache = new CompileCache(directory, 4096, TimeSpan.FromMilliseconds(50), fixture.Log);
        var compile = new StepResult { Stdout = "", Stderr = "" };
        cache.Add("large", compile, new Artifact([new ArtifactFile("/build/program", true, new byte[5000])]));
        cache.Add("small", compile, new Artifact([new ArtifactFile("/build/program", true, new byte[500])]));

        Assert.Null(cache.Find("large"));
        Assert.NotNull(cache.Find("small"));
        while (cache.Find("small") is not null)
        {
            await Task.Delay(10, Token);
        }
        while (Directory.EnumerateFiles(directory).Any())
        {
            await Task.Delay(10, Token);
        }
        using var none = new CompileCache(Path.Combine(directory, "none"), 0, TimeSpan.FromHours(1), fixture.Log);
        none.Add("small", compile, new Artifact([]));
        Assert.Null(none.Find("small"));
    }

    [Fact]
    public void Nothing_of_the_compilations_stays_when_the_server_stops()
    {
        var directory = SandboxFixture.NewStateDirectory();
        using (var cache = new CompileCache(directory, 1 << 20, TimeSpan.FromHours(1), fixture.Log))
        {
            cache.Add("kept", new StepResult { Stdout = "", Stderr = "" }, new Artifact([new ArtifactFile("/build/program", true, new byte[500])]));
            Assert.Single(Directory.EnumerateFiles(directory));
        }

        Assert.False(Directory.Exists(directory));
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static string Nonce(string language) => $"\n{(language == "python" ? "#" : "//")} {Guid.NewGuid()}\n";
}

public sealed class CompileOnceTests(SandboxFixture fixture) : CompileOnceCases(fixture)
{
    [Fact]
    public Task Program_of_several_compiled_files_runs_with_other_arguments_and_input() => RunTwiceAsync(
        "java",
        "class Main { static class Inner {} public static void main(String[] a) { new Inner(); System.out.println(a[0] + ' ' + new java.util.Scanner(System.in).next()); } }");
}
