using System.Security.Cryptography;
using CodeCrafter.Sandbox.Limits;

namespace CodeCrafter.Sandbox.Tests.Hostile;

/// <summary>Compiling: sources that are bombs, spies and floods.</summary>
public abstract class CompilingCases(Backend backend) : HostileCases(backend)
{
    private static readonly RunLimits Tight = RunLimits.DefaultForCompiling with { CpuTime = TimeSpan.FromSeconds(2), MemoryBytes = 192 << 20, WallTime = TimeSpan.FromSeconds(30), OutputBytes = 64 << 10 };

    [Case]
    public async Task Case47_Template_constexpr_and_macro_bombs_end_at_a_limit()
    {
        await BombAsync("cpp", "template<int N> struct A { A<N + 1> a; A<N + 2> b; }; A<0> x; int main() {}");
        await BombAsync("cpp", "constexpr int f(int n) { return n < 1 ? 1 : f(n - 1) + f(n - 2) - f(n - 1) + f(n - 3); } static_assert(f(60) == 1); int main() {}");
        await BombAsync("c", "#define A(x) x x x x x x x x x x\n#define B(x) A(A(A(A(x))))\nint main(void) { B(B(int y;)) }");
        await BombAsync("c", "#include \"main.c\"\n#include \"main.c\"\nint main(void) {}");
    }

    [Case]
    public async Task Case48_Includes_of_the_host_are_compilation_errors_without_its_text()
    {
        var nonce = RandomNumberGenerator.GetHexString(32);
        var secrets = Backend.HostDirectories.Append(Path.GetTempPath()).Select(directory => Path.Combine(directory, "nonce-" + nonce)).ToList();
        secrets.ForEach(secret => File.WriteAllText(secret, "SECRET " + nonce));
        try
        {
            foreach (var path in secrets.Concat(["/etc/shadow", InitsEnvironment, "/proc/self/root/etc/shadow", "/proc/1/root/etc/shadow"]))
            {
                await RefusedAsync("c", $"#include \"{path}\"\nint main(void) {{}}");
                await RefusedAsync("c", $"__asm__(\".incbin \\\"{path}\\\"\");\nint main(void) {{}}");
            }
            await RefusedAsync("c", "#include \"/dev/urandom\"\nint main(void) {}");
            await RefusedAsync("c", "#include \"/dev/zero\"\nint main(void) {}");
            await RefusedAsync("cpp", "#include </dev/stdin>\nint main() { return nonsense; }");
        }
        finally
        {
            secrets.ForEach(File.Delete);
        }
    }

    [Case]
    public async Task Case49_Floods_of_diagnostics_and_a_huge_initializer_are_capped()
    {
        var flood = await RunAsync(Request("c", string.Concat(Enumerable.Range(0, 1000).Select(i => $"int f{i}(void) {{ return missing{i}; }}\n"))) with
        {
            CompileLimits = RunLimits.DefaultForCompiling with { OutputBytes = 10_000 },
        });
        var huge = await RunAsync(Request("c", "char huge[4L << 30] = {1};\nint main(void) { return huge[0]; }") with { CompileLimits = Tight });

        Assert.Equal((RunStatus.CompilationError, RunStatus.OutputLimitExceeded), (flood.Status, flood.Compile!.LimitExceeded));
        Assert.InRange(flood.Compile.Stderr.Length, 9_000, 10_000);
        AssertStatus(RunStatus.CompilationError, huge);
    }

    [Case]
    public async Task Case50_Code_that_runs_in_compilers_is_confined()
    {
        // An annotation processor among the sources, announced as javac looks for it, does not run.
        var java = await RunAsync(Request("java", "@Deprecated public class Main { public static void main(String[] a) { System.out.println(\"plain\"); } }") with
        {
            Files =
            [
                new("Main.java", "@Deprecated public class Main { public static void main(String[] a) { System.out.println(\"plain\"); } }"),
                new("Spy.java", """
                    import javax.annotation.processing.*;
                    @SupportedAnnotationTypes("*")
                    public class Spy extends AbstractProcessor {
                        public Spy() { System.err.println("the processor runs"); }
                        public boolean process(java.util.Set<? extends javax.lang.model.element.TypeElement> t, RoundEnvironment e) { return false; }
                    }
                    """),
                new("META-INF/services/javax.annotation.processing.Processor", "Spy\n"),
            ],
        });
        Assert.Equal((RunStatus.Accepted, "plain\n"), (java.Status, java.Run?.Stdout));
        Assert.DoesNotContain("processor runs", java.Compile!.Stderr);

        await RefusedAsync("rust", "const fn f(n: u64) -> u64 { let mut i = 0; while i < n { i += 1; } i }\nconst X: u64 = f(u64::MAX);\nfn main() { println!(\"{}\", X); }");
        await RefusedAsync("rust", "fn main() { println!(\"{}\", include_str!(\"/etc/shadow\")); }");
        await RefusedAsync("rust", $"fn main() {{ println!(\"{{:?}}\", include_bytes!(\"{InitsEnvironment}\")); }}");
        await RefusedAsync("go", "package main\nimport _ \"embed\"\n//go:embed ../etc/passwd\nvar s string\nfunc main() { print(s) }");
        await RefusedAsync("go", "package main\nimport _ \"embed\"\n//go:embed /etc/passwd\nvar s string\nfunc main() { print(s) }");
        await RefusedAsync("go", "package main\n// #cgo CFLAGS: -fplugin=/workspace/x.so\n// #cgo LDFLAGS: -Wl,--dynamic-linker=/workspace/x\n// int f(void) { return 1; }\nimport \"C\"\nfunc main() { print(C.f()) }");
    }

    [Case]
    public async Task Case51_Daemon_of_the_compiler_is_dead_when_the_program_runs()
    {
        var result = await RunAsync(Request("c", "") with
        {
            Language = CompiledBy("(setsid sleep 1000 &) ; (setsid sh -c 'while :; do date >/build/alive; done' &) ; printf '#!/bin/sh\\necho /proc/[0-9]*; rm -f /build/alive; sleep 0.2; test -e /build/alive' >/build/program; chmod 755 /build/program"),
        });

        Assert.Equal(RunStatus.RuntimeErrorNzec, result.Status);
        // Init and the shell.
        Assert.Equal(2, result.Run!.Stdout.Split(' ').Length);
    }

    [Case]
    public async Task Case51_Compiler_that_floods_the_first_process_with_signals_ends_as_ever()
    {
        var result = await RunAsync(Request("c", "") with
        {
            Language = CompiledBy("for i in 1 2 3 4 5 6 7 8; do (while :; do kill -CHLD 1; done) & done; sleep 0.7; printf '#!/bin/sh\\necho ran' >/build/program; chmod 755 /build/program"),
        });

        Assert.Equal((RunStatus.Accepted, "ran\n"), (result.Status, result.Run?.Stdout));
    }

    /// <summary>gVisor shows it to whoever has the same user; it has nothing in it but a PATH and a HOME.</summary>
    private string InitsEnvironment => Backend.SharesTheKernel ? "/proc/1/environ" : "/proc/kcore";

    private async Task BombAsync(string language, string code)
    {
        if (!Backend.Has(language))
        {
            return;
        }

        var result = await RunAsync(Request(language, code) with { CompileLimits = Tight });

        AssertStatus(RunStatus.CompilationError, result);
        Assert.Null(result.Run);
        Assert.True(result.Compile!.CpuTime < TimeSpan.FromSeconds(5), $"{result.Compile.CpuTime}");
    }

    private async Task RefusedAsync(string language, string code)
    {
        if (!Backend.Has(language))
        {
            return;
        }

        var result = await RunAsync(Request(language, code) with { CompileLimits = RunLimits.DefaultForCompiling with { CpuTime = TimeSpan.FromSeconds(4), OutputBytes = 64 << 10 } });

        AssertStatus(RunStatus.CompilationError, result);
        Assert.Null(result.Run);
        Assert.DoesNotMatch("SECRET|root:|PATH=", result.Compile!.Stdout + result.Compile.Stderr);
    }
}
