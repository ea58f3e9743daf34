using CodeCrafter.Sandbox.Languages;

namespace CodeCrafter.Sandbox.Tests;

/// <summary>What is said of a toolchain that is not there, or is not what its manifest says of it.</summary>
public sealed class ToolchainTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    // Essential, so that it is installed on every Debian and Ubuntu.
    private const string Installed = "coreutils";

    [Fact]
    public async Task Missing_program_names_the_package_to_install()
    {
        var fault = await FaultAsync(Manifest(requires: ["/usr/bin/env", "/usr/bin/ww"], packages: [Installed, "ww-of-no-distribution"]));

        Assert.Equal("not installed: /usr/bin/ww is missing; install ww-of-no-distribution", fault.Problem);
        Assert.Equal(["ww-of-no-distribution"], fault.Packages);
    }

    [Fact]
    public async Task Missing_program_of_packages_that_are_installed_is_a_mistake_in_the_manifest()
    {
        var fault = await FaultAsync(Manifest(requires: ["/usr/bin/ww", "/usr/lib/ww"], packages: [Installed]));

        Assert.Equal("/usr/bin/ww, /usr/lib/ww are missing, although coreutils is installed: correct 'requires' or 'packages' in languages/ww/language.json", fault.Problem);
        Assert.Empty(fault.Packages);
    }

    [Fact]
    public async Task Missing_program_without_packages_says_that_none_is_named()
    {
        var fault = await FaultAsync(Manifest(requires: ["/usr/bin/ww"], packages: []));

        Assert.Equal("not installed: /usr/bin/ww is missing, and 'packages' in languages/ww/language.json names nothing that brings it", fault.Problem);
        Assert.Empty(fault.Packages);
    }

    [Theory]
    [InlineData(new[] { "/usr/bin/ww", "--version" }, "'/usr/bin/ww --version' cannot be started: No such file or directory; ", "name /usr/bin/ww in 'requires'")]
    [InlineData(new[] { "/etc/passwd" }, "'/etc/passwd' cannot be started: Permission denied; ")]
    [InlineData(new[] { "/bin/sh", "-c", "echo wrong >&2; exit 3" }, " ends with exit code 3: wrong; ")]
    [InlineData(new[] { "/bin/sh", "-c", "echo; echo none" }, " prints no number: none; ")]
    [InlineData(new[] { "/usr/bin/true" }, "'/usr/bin/true' prints no number; ")]
    public async Task Version_command_that_fails_is_named_and_nothing_is_to_be_installed(string[] command, string problem, string cure = "install coreutils again")
    {
        var fault = await FaultAsync(Manifest(requires: ["/usr/bin/env", "/usr/lib"], packages: [Installed], version: command));

        Assert.StartsWith("all that it requires is there, but its version command '", fault.Problem);
        Assert.Contains(problem, fault.Problem);
        Assert.EndsWith($"; correct 'version' in languages/ww/language.json or, if that is right, {cure}", fault.Problem);
        Assert.Empty(fault.Packages);
    }

    [Fact]
    public async Task Version_is_the_first_number_of_either_stream()
    {
        var (version, fault) = await Toolchain.ProbeAsync(Manifest(version: ["/bin/sh", "-c", "echo ww version 1.23.4, 2 >&2"]), Stop);

        Assert.Equal(("1.23.4", null), (version, fault));
    }

    [Fact]
    public void Package_that_was_removed_is_not_installed()
    {
        var status = Path.GetTempFileName();
        File.WriteAllText(status, """
            Package: one
            Status: install ok installed
            Version: 1

            Package: two
            Status: deinstall ok config-files

            Package: three
            Status: hold ok installed
            """);

        Assert.Equal(["two", "four"], Toolchain.NotInstalled(["one", "two", "three", "four"], status));
        File.Delete(status);
        Assert.Equal(["one"], Toolchain.NotInstalled(["one"], status));
    }

    private static async Task<ToolchainFault> FaultAsync(LanguageManifest manifest)
    {
        var (version, fault) = await Toolchain.ProbeAsync(manifest, Stop);
        Assert.Null(version);
        Assert.DoesNotContain('\n', fault!.Problem);
        return fault;
    }

    private static LanguageManifest Manifest(string[]? requires = null, string[]? packages = null, string[]? version = null) => new()
    {
        Id = "ww",
        Name = "WW",
        FileName = "main.ww",
        Requires = requires ?? [],
        Packages = packages ?? [],
        Version = version ?? ["/usr/bin/true"],
        Run = new CommandTemplate { Command = ["/usr/bin/true"] },
    };
}
