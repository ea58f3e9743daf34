namespace CodeCrafter.Sandbox.Tests;

public sealed class HostInspectionTests(SandboxFixture fixture)
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Host_that_runs_these_tests_has_all_that_is_needed()
    {
        var findings = await HostInspection.LookAsync(runtime: null, Stop);

        Assert.All(findings, finding => Assert.True(finding.Works, $"{finding.Name}: {finding.Detail}"));
        Assert.Equal(["system", "root", "OCI runtime", "helpers", "cgroups", "seccomp", "namespaces", "user namespaces"], findings.Select(finding => finding.Name));
        Assert.All(findings, finding => Assert.DoesNotContain('\n', finding.Detail));
        var description = fixture.Sandbox.Description.Split(", ");
        Assert.Contains(findings, finding => finding.Name == "OCI runtime" && finding.Detail == description[0]);
        Assert.Contains(findings, finding => finding.Name == "cgroups" && finding.Detail.StartsWith(description[1], StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("runsc-of-no-path", new string[0])]
    [InlineData("/nonexistent/crun", new string[0])]
    public async Task Runtime_that_is_not_there_hides_nothing_else(string runtime, string[] packages)
    {
        var findings = await HostInspection.LookAsync(runtime, Stop);

        var finding = Assert.Single(findings, finding => finding.Works != true);
        Assert.Equal("OCI runtime", finding.Name);
        Assert.Contains(runtime, finding.Detail);
        Assert.Equal(packages, finding.Packages);
    }

    [Fact]
    public async Task Language_runs_its_sample()
    {
        var finding = await HostInspection.TryAsync(fixture.Sandbox, fixture.Language("python"), Stop);

        Assert.True(finding.Works);
        Assert.Matches(@"^[\d.]+, hello in \d+ ms$", finding.Detail);
    }

    [Fact]
    public async Task Language_without_its_toolchain_says_what_to_do()
    {
        var lacking = fixture.Language("rust") with { Version = null, Fault = new Languages.ToolchainFault("it lacks", ["rustc"]) };

        var finding = await HostInspection.TryAsync(fixture.Sandbox, lacking, Stop);

        Assert.Equal((false, "Rust", "it lacks"), (finding.Works, finding.Name, finding.Detail));
        Assert.Equal(["rustc"], finding.Packages);
    }

    [Theory]
    [InlineData("int main(void) { return nothing; }", @"^[\d.]+, its sample languages/c/main\.c ends with CompilationError: main.c: In function")]
    [InlineData("int main(void) { return 3; }", @"^[\d.]+, its sample languages/c/main\.c ends with RuntimeErrorNzec: it says nothing$")]
    [InlineData("#include <stdio.h>\nint main(void) { puts(\"Hello\\tworld!\\nagain\"); }", @"^[\d.]+, its sample languages/c/main\.c must print 'Hello, CodeCrafter!' alone, not 'Helloworld!'$")]
    [InlineData("int main(void) { return 0; }", @"^[\d.]+, its sample languages/c/main\.c must print 'Hello, CodeCrafter!' alone, not nothing$")]
    public async Task Language_whose_sample_fails_says_why(string sample, string detail)
    {
        var finding = await HostInspection.TryAsync(fixture.Sandbox, fixture.Language("c") with { Sample = sample }, Stop);

        Assert.False(finding.Works);
        Assert.Matches(detail, finding.Detail);
        Assert.Empty(finding.Packages);
    }

    [Fact]
    public async Task Language_whose_name_is_not_its_id_has_both()
    {
        Assert.Equal("C++ (cpp)", (await HostInspection.TryAsync(null, fixture.Language("cpp"), Stop)).Name);
        Assert.Equal("Python", (await HostInspection.TryAsync(null, fixture.Language("python"), Stop)).Name);
    }

    [Fact]
    public async Task Language_without_a_sandbox_is_not_tried()
    {
        Assert.Null((await HostInspection.TryAsync(null, fixture.Language("c"), Stop)).Works);
        Assert.False((await HostInspection.TryAsync(null, fixture.Language("c") with { Version = null }, Stop)).Works);
    }
}
