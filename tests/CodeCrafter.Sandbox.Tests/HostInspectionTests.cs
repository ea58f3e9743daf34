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
    public async Task Language_without_its_toolchain_names_its_packages()
    {
        var finding = await HostInspection.TryAsync(fixture.Sandbox, fixture.Language("rust") with { Version = null }, Stop);

        Assert.Equal((false, "Rust", "not installed"), (finding.Works, finding.Name, finding.Detail));
        Assert.Equal(["rustc", "gcc", "mold"], finding.Packages);
    }

    [Fact]
    public async Task Language_whose_sample_fails_says_why()
    {
        var finding = await HostInspection.TryAsync(fixture.Sandbox, fixture.Language("c") with { Sample = "int main(void) { return nothing; }" }, Stop);

        Assert.False(finding.Works);
        Assert.Contains("CompilationError: main.c: In function", finding.Detail);
    }

    [Fact]
    public async Task Language_without_a_sandbox_is_not_tried()
    {
        Assert.Null((await HostInspection.TryAsync(null, fixture.Language("c"), Stop)).Works);
        Assert.False((await HostInspection.TryAsync(null, fixture.Language("c") with { Version = null }, Stop)).Works);
    }
}
