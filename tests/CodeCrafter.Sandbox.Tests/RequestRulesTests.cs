using CodeCrafter.Sandbox.Limits;

namespace CodeCrafter.Sandbox.Tests;

public sealed class RequestRulesTests(SandboxFixture fixture)
{
    [Theory]
    [InlineData("")]
    [InlineData("/etc/passwd")]
    [InlineData("../x")]
    [InlineData("a/../../x")]
    [InlineData("a/./b")]
    [InlineData("a//b")]
    [InlineData("a/")]
    [InlineData("..")]
    [InlineData(".")]
    [InlineData("a\nb")]
    [InlineData("a\0b")]
    [InlineData("a\u007fb")]
    [InlineData("a\\b")]
    [InlineData("-rf")]
    [InlineData("@list")]
    [InlineData("\ud800")]
    public async Task Path_is_rejected_before_anything_starts(string path)
    {
        Assert.NotNull(RequestRules.CheckPath(path));
        var request = fixture.Request("python", "print(1)") with { Files = [new("main.py", "print(1)"), new(path, "x")] };

        await Assert.ThrowsAsync<ArgumentException>(() => fixture.RunAsync(request));
    }

    [Theory]
    [InlineData("main.py")]
    [InlineData("a b/ü.txt")]
    [InlineData(".hidden/..name")]
    [InlineData("a/-b")]
    [InlineData("$(id);`id`'\"*?.py")]
    [InlineData("~")]
    public async Task Odd_but_honest_path_is_a_file_like_others(string path)
    {
        var result = await fixture.RunAsync(fixture.Request("python", "") with { Files = [new(path, "import os; print(len([f for _, _, n in os.walk('.') for f in n]))")], Entry = path });

        Assert.Equal("1\n", result.Run!.Stdout);
    }

    [Fact]
    public void Path_has_a_longest_length() => Assert.NotNull(RequestRules.CheckPath(string.Join('/', Enumerable.Repeat("ü", 200))));

    [Fact]
    public void Segment_has_a_longest_length() => Assert.NotNull(RequestRules.CheckPath(new string('a', 256)));

    [Fact]
    public void Requests_that_make_no_sense_are_named()
    {
        var good = fixture.Request("python", "print(1)");
        Assert.Null(RequestRules.Check(good));

        RunRequest[] bad =
        [
            good with { Entry = "other.py" },
            good with { Files = [] },
            good with { Files = [.. good.Files, .. good.Files] },
            good with { Files = [.. good.Files, new("a", ""), new("a/b", "")] },
            good with { Files = [.. good.Files, new("a", ""), new("a/b/c", "")] },
            good with { Files = [.. good.Files, new("big", new string('x', 40 << 20))] },
            good with { Files = [.. Enumerable.Range(0, 1001).Select(i => new SourceFile($"f{i}", "")).Append(good.Files[0])] },
            good with { Arguments = ["a\0b"] },
            good with { Arguments = [new string('x', 1 << 20)] },
            good with { Limits = RunLimits.Default with { CpuTime = TimeSpan.Zero } },
            good with { Limits = RunLimits.Default with { WallTime = Timeout.InfiniteTimeSpan } },
            good with { Limits = RunLimits.Default with { WallTime = TimeSpan.MaxValue } },
            good with { Limits = RunLimits.Default with { MemoryBytes = 0 } },
            good with { Limits = RunLimits.Default with { MemoryBytes = -1 } },
            good with { Limits = RunLimits.Default with { Processes = 0 } },
            good with { Limits = RunLimits.Default with { OutputBytes = 0 } },
            good with { Limits = RunLimits.Default with { DiskBytes = 0 } },
            good with { Limits = RunLimits.Default with { Cpus = 0 } },
            good with { Limits = RunLimits.Default with { Cpus = double.NaN } },
            good with { CompileLimits = RunLimits.Default with { Cpus = -1 } },
            good with { Language = new() { Id = "x", Name = "X", FileName = "x", Sample = "" } },
        ];
        Assert.All(bad, request => Assert.NotNull(RequestRules.Check(request)));
    }
}
