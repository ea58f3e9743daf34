using CodeCrafter.Sandbox.Languages;
using CodeCrafter.Sandbox.Limits;
using CodeCrafter.Sandbox.Oci;

namespace CodeCrafter.Sandbox.Tests;

/// <summary>The shared caches of compilers: programs get the same from them as without, and cannot poison them.</summary>
public sealed class CompilerCacheTests(SandboxFixture fixture, WarmSandbox warm) : IClassFixture<WarmSandbox>
{
    public static TheoryData<string> WithCache => ["cpp", "go", "java", "ruby", "typescript"];

    [Theory]
    [MemberData(nameof(WithCache))]
    public async Task Cache_is_filled_and_nobody_can_write_it(string id)
    {
        var path = fixture.Language(id).Recipe!.Cache!.Path;

        var result = await warm.RunAsync(fixture.Request("python", """
            import os, sys
            top = sys.argv[1]
            places = [top] + [os.path.join(folder, name) for folder, folders, files in os.walk(top) for name in folders + files]
            for place in places:
                status = os.lstat(place)
                assert os.path.isdir(place) or os.path.isfile(place) and not os.path.islink(place), place
                assert status.st_uid == 0 and not status.st_mode & 0o022 and os.access(place, os.R_OK), place
                for attempt in (lambda: os.chmod(place, 0o777), lambda: os.rename(place, place + "x"), lambda: open(place if os.path.isfile(place) else place + "/x", "w")):
                    try:
                        attempt()
                        print("wrote", place)
                    except OSError:
                        pass
            print(len(places) > 1)
            """) with { Arguments = [path] });

        Assert.Equal((RunStatus.Accepted, "True\n", ""), (result.Status, result.Run?.Stdout, result.Run?.Stderr));
    }

    [Theory]
    [MemberData(nameof(HelloTests.Languages), MemberType = typeof(HelloTests))]
    public async Task Sample_greets_with_caches_and_parked_compilers(string id)
    {
        var language = fixture.Language(id);
        var comment = id is "python" or "ruby" or "bash" ? "#" : "//";
        // Each is another text, so that each is compiled.
        foreach (var number in Enumerable.Range(1, 3))
        {
            var result = await warm.RunAsync(fixture.Request(id, $"{language.Sample}\n{comment} {number}\n"));
            Assert.Equal((RunStatus.Accepted, "Hello, CodeCrafter!\n", ""), (result.Status, result.Run?.Stdout, result.Run?.Stderr));
            Assert.Equal(("", ""), (result.Compile?.Stdout ?? "", result.Compile?.Stderr ?? ""));
        }
    }

    [Fact]
    public async Task Precompiled_headers_are_used_where_they_may_be()
    {
        async Task<string> HeadersAsync(params string[] code)
        {
            var language = WithCompile("cpp", command => [.. command, "-H"]);
            var result = await warm.RunAsync(fixture.Request("cpp", string.Join('\n', code)) with { Language = language });
            Assert.True(result.Status == RunStatus.Accepted, result.Compile?.Stderr);
            return result.Compile!.Stderr;
        }

        foreach (var header in (string[])["iostream", "bits/stdc++.h", "vector", "string", "algorithm"])
        {
            Assert.StartsWith($"! /cache/cpp/{header}.gch\n", await HeadersAsync($"#include <{header}>", "int main() {}"));
        }
        // A macro that changes the header, and a header after another one.
        Assert.DoesNotContain("! ", await HeadersAsync("#define _GLIBCXX_ASSERTIONS 1", "#include <vector>", "int main() {}"));
        Assert.DoesNotContain("! ", await HeadersAsync("#include <cassert>", "#include <iostream>", "int main() {}"));
        Assert.DoesNotContain("! ", await HeadersAsync("int main() {}"));
    }

    [Fact]
    public async Task Header_may_be_included_again_by_others()
    {
        var result = await warm.RunAsync(new RunRequest
        {
            Language = fixture.Language("cpp"),
            Entry = "main.cpp",
            Files =
            [
                new SourceFile("main.cpp", "#include <iostream>\n#include <cmath>\n#include \"a.hpp\"\n#include <iostream>\n#include <string>\nint main() { std::cout << a() << std::sqrt(4); }"),
                new SourceFile("a.hpp", "#pragma once\n#include <vector>\n#include <iostream>\n#include <string>\n#include <algorithm>\n#include <bits/stdc++.h>\nstd::string a();"),
                new SourceFile("a.cpp", "#include <string>\n#include \"a.hpp\"\nstd::string a() { return \"a\"; }"),
            ],
        });

        Assert.True(result.Status == RunStatus.Accepted, result.Compile?.Stderr);
        Assert.Equal("a2", result.Run!.Stdout);
    }

    [Fact]
    public async Task File_of_the_program_goes_before_the_header_of_its_name()
    {
        var result = await warm.RunAsync(new RunRequest
        {
            Language = fixture.Language("cpp"),
            Entry = "main.cpp",
            Files = [new SourceFile("main.cpp", "#include <iostream>\nint main() { return mine; }"), new SourceFile("iostream", "enum { mine = 7 };")],
        });

        Assert.Equal(7, result.Run?.ExitCode);
    }

    [Theory]
    [InlineData("cpp", "int main() { std::cout << 1; }")]
    [InlineData("cpp", "#include <iostream>\nint main() { int unused; std::vector<int> v; std::sort(1); return \"a\"; }")]
    [InlineData("cpp", "#include <cstdlib>\n#include <vector>\nint main() { std::vector<int> v; v.push_back(\"x\"); missing(); }")]
    [InlineData("cpp", "#include <iostream>\nvoid nowhere();\nint main() { nowhere(); }")]
    [InlineData("go", "package main\nimport \"fmt\"\nfunc main() { fmt.Printn(x) }")]
    [InlineData("go", "package main\nimport \"example.org/missing\"\nfunc main() { missing.F() }")]
    [InlineData("java", "public class Main { public static void main(String[] a) { int x = \"1\"; y(); } }")]
    [InlineData("java", "public class Main { void f(java.util.List l) { l.add(1); new Thread().stop(); ")]
    [InlineData("java", "import java.util.*; public class Other { ; } }")]
    [InlineData("typescript", "const n: number = \"x\"; console.log(n, undefinedName);")]
    [InlineData("typescript", "import { q } from './nothing'; function f(a: string) { return a.foo; }\n f(1")]
    public async Task Compiler_says_the_same_with_its_cache(string id, string code)
    {
        var without = await fixture.RunAsync(id, code);
        // Once from the start, once parked.
        foreach (var _ in Enumerable.Range(0, 2))
        {
            var with = await warm.RunAsync(fixture.Request(id, code));

            Assert.Equal((RunStatus.CompilationError, RunStatus.CompilationError), (without.Status, with.Status));
            Assert.Equal(Stable(without.Compile!.Stderr), Stable(with.Compile!.Stderr));
            Assert.Equal((without.Compile.Stdout, without.Compile.ExitCode), (with.Compile.Stdout, with.Compile.ExitCode));
            Assert.NotEqual("", with.Compile.Stderr + with.Compile.Stdout);
        }
    }

    [Fact]
    public async Task Warm_java_compiler_uses_its_archive_and_takes_sources_in_folders()
    {
        // It ends where it cannot use the archive.
        var language = WithCompile("java", command => [command[0], "-Xshare:on", .. command.Skip(1)]);
        foreach (var _ in Enumerable.Range(0, 2))
        {
            var result = await warm.RunAsync(new RunRequest
            {
                Language = language,
                Entry = "app/Main.java",
                Files =
                [
                    new SourceFile("app/Main.java", "package app; public class Main { public static void main(String[] a) { System.out.println(lib.Ümlaut.get(a[0])); } }"),
                    new SourceFile("lib/Ümlaut.java", $"package lib; public class Ümlaut {{ public static String get(String s) {{ return \"{Guid.NewGuid()} \".substring(37) + s; }} }}"),
                ],
                Arguments = ["ok"],
            });
            Assert.True(result.Status == RunStatus.Accepted, result.Compile?.Stderr + result.Run?.Stderr);
            Assert.Equal("ok\n", result.Run!.Stdout);
        }
    }

    [Fact]
    public async Task Typescript_program_uses_what_node_has_and_its_errors_name_its_own_lines()
    {
        const string code = """
            import * as fs from "fs";
            import { join } from "node:path";
            import assert from "assert";
            const os = require("os");
            const timer: NodeJS.Timeout = setTimeout(() => {}, 1);
            const bytes: Buffer = Buffer.from(join("a", "b"));
            assert(fs.existsSync("main.ts") && os.EOL === "\n" && bytes.length === 3);
            clearTimeout(timer);
            function fail(why: string): never {
              throw new Error(why);
            }
            fail("on purpose");
            """;
        foreach (var sandbox in (ISandbox[])[fixture.Sandbox, warm.Sandbox, warm.Sandbox])
        {
            var result = await sandbox.RunAsync(fixture.Request("typescript", code + $"// {Guid.NewGuid()}"), cancellationToken: TestContext.Current.CancellationToken);

            Assert.True(result.Status == RunStatus.RuntimeErrorNzec, result.Compile?.Stdout);
            Assert.Contains("main.ts:10:", result.Run!.Stderr);
            Assert.Contains("main.ts:12:", result.Run.Stderr);
        }
    }

    [Fact]
    public async Task Ruby_program_prints_at_once()
    {
        var result = await warm.RunAsync(fixture.Request("ruby", "print 'asked: '\nsleep 60") with { Limits = RunLimits.Default with { WallTime = TimeSpan.FromSeconds(1) } });

        Assert.Equal((RunStatus.TimeLimitExceeded, "asked: "), (result.Status, result.Run?.Stdout));
    }

    [Fact]
    public async Task Go_compiles_its_library_once()
    {
        // -v names each package that is compiled; -l makes Go that comes with a compiled library compile it again.
        var language = WithCompile("go", command => [.. command.Take(2), "-v", "-gcflags=all=-l", .. command.Skip(2)]);
        var request = fixture.Request("go", fixture.Language("go").Sample);
        Assert.Contains("\nfmt\n", (await warm.RunAsync(request with { Language = language })).Compile!.Stderr);

        var recipe = language.Recipe!;
        var own = language with
        {
            Recipe = recipe with { Cache = recipe.Cache! with { Fill = ["/usr/bin/go", "build", "-gcflags=all=-l", "fmt"] } },
        };
        var options = new SandboxOptions { StateDirectory = SandboxFixture.NewStateDirectory(), FirstUid = fixture.Options.FirstUid + 41_000, MaxSandboxes = 2 };
        await using (var sandbox = await OciSandbox.CreateAsync(options, new LanguageCatalog([own]), fixture.Log, cancellationToken: TestContext.Current.CancellationToken))
        {
            await sandbox.WarmUpAsync(TestContext.Current.CancellationToken);

            var result = await sandbox.RunAsync(request with { Language = own }, cancellationToken: TestContext.Current.CancellationToken);
            Assert.Equal((RunStatus.Accepted, "workspace\n"), (result.Status, result.Compile!.Stderr));
        }
        Directory.Delete(options.StateDirectory, recursive: true);
    }

    [Fact]
    public async Task Cache_is_filled_once_for_a_folder_and_not_used_where_that_failed()
    {
        var directory = SandboxFixture.NewStateDirectory();
        var folder = Path.Combine(directory, "c");
        Directory.CreateDirectory(folder);
        async Task<string?> FillAsync(string script)
        {
            var language = fixture.Language("c");
            language = language with { Recipe = language.Recipe! with { Folder = folder, Cache = new CacheRecipe { Path = "/cache/c", Fill = ["/bin/sh", "-c", script] } } };
            var caches = new CompilerCaches(Path.Combine(directory, "caches"), Path.Combine(warm.Options.StateDirectory, "rootfs"), fixture.Log);
            await caches.FillAsync([language], TestContext.Current.CancellationToken);
            return caches.Find(language);
        }
        string[] Kept() => Directory.GetDirectories(Path.Combine(directory, "caches"));

        Assert.Null(await FillAsync("echo half >{cache}/half; exit 3"));
        Assert.Empty(Kept());

        const string copy = "cat {language}/* /proc/sys/kernel/random/uuid >{cache}/copy";
        await File.WriteAllTextAsync(Path.Combine(folder, "a"), "first ", TestContext.Current.CancellationToken);
        var first = await FillAsync(copy);
        var content = await File.ReadAllTextAsync(first + "/copy", TestContext.Current.CancellationToken);
        Assert.StartsWith("first ", content);
        Assert.Equal(first, await FillAsync(copy));
        Assert.Equal(content, await File.ReadAllTextAsync(first + "/copy", TestContext.Current.CancellationToken));

        await File.WriteAllTextAsync(Path.Combine(folder, "a"), "second ", TestContext.Current.CancellationToken);
        var second = await FillAsync(copy);
        Assert.StartsWith("second ", await File.ReadAllTextAsync(second + "/copy", TestContext.Current.CancellationToken));
        Assert.Equal([second!], Kept());
        Directory.Delete(directory, recursive: true);
    }

    private Language WithCompile(string id, Func<IReadOnlyList<string>, IReadOnlyList<string>> change)
    {
        var language = fixture.Language(id);
        var compile = language.Recipe!.Compile!;
        compile = compile with
        {
            Command = change(compile.Command),
            Cached = compile.Cached is { } cached ? cached with { Command = change(cached.Command) } : null,
        };
        return language with { Recipe = language.Recipe with { Compile = compile } };
    }

    // The linker names object files, which have random names.
    private static string Stable(string text) => System.Text.RegularExpressions.Regex.Replace(text, @"/build/cc\w+\.o", "object");
}
