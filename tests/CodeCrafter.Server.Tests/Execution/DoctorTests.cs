using System.Net;
using System.Text.Json;
using CodeCrafter.Sandbox.Languages;
using CodeCrafter.Server.Execution;
using CodeCrafter.Server.Platform;
using CodeCrafter.Server.Tests.Fixture;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace CodeCrafter.Server.Tests.Execution;

public sealed class DoctorTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Setting_that_cannot_be_is_named()
    {
        await using var output = new StringWriter();

        Assert.Equal(1, await Doctor.RunAsync(["--CodeCrafter:Execution:Backend=podman"], output));

        Assert.Contains("WRONG settings         CodeCrafter:Execution:Backend is 'podman', and must be oci or docker\n", output.ToString());
    }

    [Fact]
    public async Task Everything_works_where_these_tests_run()
    {
        var (exitCode, text) = await ExamineAsync(await CatalogAsync("c", "python"));

        Assert.True(exitCode == 0, text);
        Assert.Matches(@"(?m)^  ok    sandbox          \S+ [\d.]+, cgroup v\d", text);
        Assert.Matches(@"(?m)^  ok    C                [\d.]+, hello in \d+ ms$", text);
        Assert.Matches(@"(?m)^  ok    Python           [\d.]+, hello in \d+ ms$", text);
        Assert.EndsWith("\nEverything works.\n", text);
    }

    [Fact]
    public async Task Works_beside_a_running_server()
    {
        await using var server = await TestServer.StartAsync();

        Assert.Equal(0, (await ExamineAsync(await CatalogAsync("python"), server.DataDirectory)).ExitCode);
    }

    [Fact]
    public async Task What_lacks_is_named_with_the_command_that_installs_it()
    {
        var (exitCode, text) = await ExamineAsync(await CatalogAsync("c", "python", without: "c"));

        Assert.Equal(1, exitCode);
        Assert.Contains("  WRONG C                not installed: /usr/bin/cc is missing; install gcc\n", text);
        Assert.Contains("  ok    Python ", text);
        Assert.Contains("\nNeeds attention: C.\n", text);
        Assert.EndsWith("apt-get install --no-install-recommends gcc\n", text);
    }

    [Fact]
    public async Task Without_a_runtime_the_rest_is_looked_at_all_the_same()
    {
        var (exitCode, text) = await ExamineAsync(await CatalogAsync("python"), options: new ExecutionOptions { Runtime = "no-such-runtime" });

        Assert.Equal(1, exitCode);
        Assert.Contains("  WRONG OCI runtime      No OCI runtime: no-such-runtime is not installed.", text);
        Assert.Contains("  WRONG sandbox          No OCI runtime: no-such-runtime is not installed.", text);
        Assert.Matches(@"(?m)^  \?     Python           [\d.]+, not tried$", text);
        Assert.Matches(@"(?m)^  ok    cgroups ", text);
        Assert.Contains("\nNeeds attention: OCI runtime, sandbox.\n", text);
    }

    [Fact]
    public async Task Engine_that_does_not_answer_is_named()
    {
        var options = new ExecutionOptions { Backend = ExecutionBackend.Docker, Docker = { Endpoint = new Uri("unix:///nonexistent.sock") } };

        var (exitCode, text) = await ExamineAsync(await CatalogAsync("python"), options: options);

        Assert.Equal(1, exitCode);
        Assert.Contains("  WRONG sandbox          No Docker Engine answers at unix:///nonexistent.sock", text);
        Assert.DoesNotContain("OCI runtime", text);
        // What is installed here says nothing of the engine's images.
        Assert.Contains("  ?     Python           not tried\n", text);
    }

    [Fact]
    public async Task Faulty_folder_of_a_language_is_named()
    {
        var languages = Directory.CreateTempSubdirectory();
        try
        {
            await File.WriteAllTextAsync(Path.Combine(languages.CreateSubdirectory("cobol").FullName, "language.json"), "{ not json", Stop);

            var (exitCode, text) = await ExamineAsync(await LanguageCatalog.LoadAsync(languages.FullName, Stop));

            Assert.Equal(1, exitCode);
            Assert.Matches(@"(?m)^  WRONG cobol            languages/cobol/language\.json: this is no JSON, at line 1: ", text);
        }
        finally
        {
            languages.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task Language_whose_sample_is_wrong_is_named()
    {
        var good = await CatalogAsync("cpp", "python");
        var bad = new LanguageCatalog([.. good.Languages.Select(language => language.Id == "cpp" ? language with { Sample = "int main() {}" } : language)]);

        var (exitCode, text) = await ExamineAsync(bad);

        Assert.Equal(1, exitCode);
        Assert.Matches(@"(?m)^  WRONG C\+\+ \(cpp\)        [\d.]+, its sample languages/cpp/main\.cpp must print 'Hello, CodeCrafter!' alone, not nothing$", text);
        Assert.Contains("\nNeeds attention: C++ (cpp).\n", text);
        Assert.DoesNotContain("apt-get", text);
    }

    [Fact]
    public void Data_directory_that_cannot_be_is_wrong()
    {
        Assert.True(Doctor.DataDirectory(Path.Combine(Path.GetTempPath(), "not", "made", "yet")).Works);
        Assert.Contains("not made yet", Doctor.DataDirectory(Path.Combine(Path.GetTempPath(), "not", "made", "yet")).Detail);
        // It has no room at all.
        Assert.False(Doctor.DataDirectory("/proc/self").Works);
    }

    [Fact]
    public async Task Readiness_names_a_language_that_lacks()
    {
        var catalog = await CatalogAsync("cpp", "python", without: "cpp");
        await using var server = await TestServer.StartAsync(options =>
        {
            options.OwnSandbox = true;
            options.Services = services => services.Replace(ServiceDescriptor.Singleton(catalog));
        });

        string description;
        do
        {
            using var response = await server.Http.GetAsync("/health/ready", Stop);
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
            using var health = JsonDocument.Parse(await response.Content.ReadAsStringAsync(Stop));
            var sandbox = health.RootElement.GetProperty("checks").GetProperty("sandbox");
            Assert.Equal("degraded", sandbox.GetProperty("status").GetString());
            description = sandbox.GetProperty("description").GetString()!;
        }
        while (description == "The sandbox is being checked.");
        Assert.EndsWith("; cannot be run: C++ (cpp). `doctor` says what to do.", description);
    }

    private static async Task<(int ExitCode, string Text)> ExamineAsync(LanguageCatalog catalog, string? dataDirectory = null, ExecutionOptions? options = null)
    {
        using var output = new StringWriter { NewLine = "\n" };
        var server = new ServerOptions { Host = "localhost", Port = 0, DataDirectory = dataDirectory ?? Path.GetTempPath(), RateLimits = true, TrustedProxies = [] };
        var exitCode = await new Doctor(server, options ?? new ExecutionOptions(), catalog, new DoctorReport(output)).ExamineAsync();
        return (exitCode, output.ToString());
    }

    private static async Task<LanguageCatalog> CatalogAsync(string first, string second = "", string? without = null)
    {
        var all = await LanguageCatalog.LoadAsync(Path.Combine(AppContext.BaseDirectory, "languages"), Stop);
        return new LanguageCatalog([.. all.Languages
            .Where(language => language.Id == first || language.Id == second)
            .Select(language => language.Id == without ? language with { Version = null, Fault = new ToolchainFault("not installed: /usr/bin/cc is missing; install gcc", ["gcc"]) } : language)]);
    }
}
