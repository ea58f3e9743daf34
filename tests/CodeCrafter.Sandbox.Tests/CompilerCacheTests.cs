using CodeCrafter.Sandbox.Languages;
using CodeCrafter.Sandbox.Oci;

namespace CodeCrafter.Sandbox.Tests;

/// <summary>
/// The shared cache of Go's standard library. Debian 12's Go comes compiled; a compiler flag makes it compile again, as
/// newer versions do anyway.
/// </summary>
public sealed class CompilerCacheTests(SandboxFixture fixture)
{
    [Fact]
    public async Task Standard_library_is_compiled_once_and_the_cache_cannot_be_poisoned()
    {
        const string flags = "-mod=mod -buildvcs=false -gcflags=all=-l";
        var go = fixture.Language("go");
        var compile = go.Recipe!.Compile!;
        var cache = go.Recipe.Cache!;
        var language = go with
        {
            Recipe = go.Recipe with
            {
                Compile = compile with { Environment = new Dictionary<string, string>(compile.Environment) { ["GOFLAGS"] = flags } },
                Cache = cache with
                {
                    NeedlessWith = [],
                    Fill = ["/usr/bin/go", "build", "fmt"],
                    Environment = new Dictionary<string, string>(cache.Environment) { ["GOFLAGS"] = flags },
                },
            },
        };
        var options = new SandboxOptions { StateDirectory = SandboxFixture.NewStateDirectory(), FirstUid = fixture.Options.FirstUid + 40_000, MaxSandboxes = 2 };
        await using (var sandbox = await OciSandbox.CreateAsync(options, new LanguageCatalog([language]), fixture.Log, cancellationToken: TestContext.Current.CancellationToken))
        {
            var request = fixture.Request("go", go.Sample) with { Language = language };
            async Task<RunResult> RunAsync(RunRequest r) => await sandbox.RunAsync(r, cancellationToken: TestContext.Current.CancellationToken);

            var cold = await RunAsync(request);
            await sandbox.WarmUpAsync(TestContext.Current.CancellationToken);
            var warm = await RunAsync(request);

            Assert.Equal((RunStatus.Accepted, RunStatus.Accepted), (cold.Status, warm.Status));
            Assert.True(warm.Compile!.CpuTime < cold.Compile!.CpuTime / 3, $"{cold.Compile.CpuTime} without, {warm.Compile.CpuTime} with the cache");

            var poison = await RunAsync(request with
            {
                Language = language with { Recipe = language.Recipe with { Compile = compile with { Command = ["/bin/sh", "-c", "for f in /cache/go/*/*; do echo poison >$f; rm -f $f; done; touch /cache/go/x; exit 9"] } } },
            });
            Assert.Equal((RunStatus.CompilationError, 9), (poison.Status, poison.Compile!.ExitCode));
            Assert.Contains("Read-only file system", poison.Compile.Stderr);
            Assert.Equal(RunStatus.Accepted, (await RunAsync(request)).Status);
        }
        Directory.Delete(options.StateDirectory, recursive: true);
    }

    [Fact]
    public async Task Toolchain_that_comes_compiled_needs_no_cache()
    {
        var go = fixture.Language("go");
        var directory = SandboxFixture.NewStateDirectory();
        var caches = new CompilerCaches(directory, fixture.Log);

        await caches.FillAsync([go with { Recipe = go.Recipe! with { Cache = go.Recipe.Cache! with { NeedlessWith = ["/usr/bi*"], Fill = ["/bin/false"] } } }], TestContext.Current.CancellationToken);

        Assert.Null(caches.Find(go));
        Assert.False(Directory.Exists(directory));
    }
}
