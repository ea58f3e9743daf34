namespace CodeCrafter.Sandbox.Tests;

public sealed class HelloTests(SandboxFixture fixture)
{
    public static TheoryData<string> Languages =>
        [.. Directory.GetDirectories(SandboxFixture.LanguagesDirectory).Select(d => Path.GetFileName(d)!).Order()];

    [Theory]
    [MemberData(nameof(Languages))]
    public async Task Sample_program_greets(string id)
    {
        var language = fixture.Language(id);
        Assert.True(language.IsAvailable, $"Install {string.Join(' ', language.Packages)}.");

        var result = await fixture.RunAsync(id, language.Sample);

        Assert.Equal((RunStatus.Accepted, "Hello, CodeCrafter!\n", ""), (result.Status, result.Run?.Stdout, result.Run?.Stderr));
        Assert.Equal(language.Recipe!.Compile is not null, result.Compile is not null);
        Assert.Equal((0, (string?)null), (result.Run!.ExitCode, result.Run.Signal));
        Assert.InRange(result.Run.MemoryBytes, 1, 256L << 20);
        Assert.True(result.Run.CpuTime > TimeSpan.Zero && result.Run.WallTime > TimeSpan.Zero);
    }

    [Theory]
    [MemberData(nameof(Languages))]
    public void Each_folder_has_all_its_parts(string id)
    {
        var language = fixture.Language(id);

        var image = SandboxFixture.ReadPart(id, "Dockerfile");
        Assert.Contains(image.Split('\n'), line => line.StartsWith("FROM ", StringComparison.Ordinal));
        Assert.NotEmpty(language.Packages);
        Assert.All(language.Packages, package => Assert.Contains($" {package} ", image));
        Assert.NotEqual("", Check(id));
        Assert.Null(RequestRules.CheckPath(language.FileName));
    }

    [Theory]
    [MemberData(nameof(Languages))]
    public async Task Arguments_and_input_reach_the_program(string id)
    {
        var result = await fixture.RunAsync(fixture.Request(id, Check(id)) with
        {
            Arguments = ["a b", "-x", "ü"],
            StandardInput = new MemoryStream("in\nput"u8.ToArray()),
        });

        Assert.True(result.Status == RunStatus.Accepted, $"{result.Status} {result.Compile?.Stderr} {result.Run?.Stderr}");
        Assert.Equal("a b|-x|ü in\nput", result.Run!.Stdout.TrimEnd('\n'));
    }

    [Theory]
    [MemberData(nameof(Languages))]
    public async Task Program_that_fails_says_why(string id)
    {
        var result = await fixture.RunAsync(fixture.Request(id, Check(id)) with { Arguments = ["fail"] });

        Assert.Equal((RunStatus.RuntimeErrorNzec, ""), (result.Status, result.Run?.Stdout));
        Assert.Contains("broken on purpose", result.Run!.Stderr);
        Assert.True(result.Run.ExitCode > 0);
    }

    [Theory]
    [MemberData(nameof(Languages))]
    public async Task Program_that_is_no_program_is_told_from_one_that_fails(string id)
    {
        var result = await fixture.RunAsync(id, "( this is ] no program: in no language {");

        Assert.Equal(fixture.Language(id).Recipe!.Compile is null ? RunStatus.RuntimeErrorNzec : RunStatus.CompilationError, result.Status);
        var step = (result.Run ?? result.Compile)!;
        Assert.NotEqual("", step.Stderr + step.Stdout);
    }

    private string Check(string id) =>
        SandboxFixture.ReadPart(id, $"check/{fixture.Language(id).FileName}");

    public static TheoryData<string, string, string[]> Projects => new()
    {
        { "python", "main.py", ["main.py", "import tools.text\nprint(tools.text.name())", "tools/text.py", "def name(): return 'several'"] },
        { "javascript", "app/main.js", ["app/main.js", "console.log(require('../lib/name')())", "lib/name.js", "module.exports = () => 'several'"] },
        { "java", "app/Main.java", ["app/Main.java", "package app; import lib.Name; public class Main { public static void main(String[] a) { System.out.println(Name.get()); } }", "lib/Name.java", "package lib; public class Name { public static String get() { return \"several\"; } }"] },
        { "c", "main.c", ["main.c", "#include <stdio.h>\n#include \"lib/name.h\"\nint main(void) { puts(name()); }", "lib/name.h", "const char *name(void);", "lib/name.c", "#include \"name.h\"\nconst char *name(void) { return \"several\"; }"] },
        { "cpp", "main.cpp", ["main.cpp", "#include <cstdio>\n#include \"name.hpp\"\nint main() { puts(name()); }", "name.hpp", "const char *name();", "name.cc", "#include \"name.hpp\"\nconst char *name() { return \"several\"; }"] },
        { "go", "main.go", ["main.go", "package main\nimport \"workspace/lib\"\nfunc main() { println2(lib.Name()) }", "print.go", "package main\nimport \"fmt\"\nfunc println2(s string) { fmt.Println(s) }", "lib/name.go", "package lib\nfunc Name() string { return \"several\" }"] },
        { "typescript", "app/main.ts", ["app/main.ts", "import { name } from '../lib/name';\nconsole.log(name());", "lib/name.ts", "export const name = (): string => 'several';"] },
        { "ruby", "main.rb", ["main.rb", "require_relative 'lib/name'\nputs name", "lib/name.rb", "def name = 'several'"] },
        { "bash", "main.sh", ["main.sh", "source lib/name.sh\nname", "lib/name.sh", "name() { echo several; }"] },
        { "rust", "src/main.rs", ["src/main.rs", "mod name;\nfn main() { println!(\"{}\", name::name()); }", "src/name.rs", "pub fn name() -> &'static str { \"several\" }"] },
    };

    [Theory]
    [MemberData(nameof(Projects))]
    public async Task Several_files_in_folders_take_part(string id, string entry, string[] files)
    {
        var result = await fixture.RunAsync(new RunRequest
        {
            Language = fixture.Language(id),
            Entry = entry,
            Files = [.. files.Chunk(2).Select(file => new SourceFile(file[0], file[1]))],
        });

        Assert.True(result.Status == RunStatus.Accepted, $"{result.Status} {result.Compile?.Stderr} {result.Run?.Stderr}");
        Assert.Equal("several\n", result.Run!.Stdout);
    }

    [Fact]
    public void Languages_are_found_by_alias_in_any_case()
    {
        Assert.Same(fixture.Language("cpp"), fixture.Catalog.Find("C++"));
        Assert.Null(fixture.Catalog.Find("cobol"));
    }
}
