using CodeCrafter.Server.Tests.Fixture;
using Microsoft.Extensions.Options;

namespace CodeCrafter.Server.Tests.Platform;

/// <summary>Settings that cannot be: the server does not start, and says which and why.</summary>
public sealed class SettingTests
{
    [Theory]
    [InlineData("CodeCrafter:Execution:Workers", "-1", "a whole number from 0 to 1024")]
    [InlineData("CodeCrafter:Execution:Workers", "four", "a whole number from 0 to 1024")]
    [InlineData("CodeCrafter:Execution:Parked", "65", "a whole number from 0 to 64")]
    [InlineData("CodeCrafter:Execution:QueueBytes", "5", "a whole number of at least 1048576")]
    [InlineData("CodeCrafter:Execution:Cpus", "0.01", "a number from 0.05 to 64")]
    [InlineData("CodeCrafter:Execution:Backend", "podman", "oci or docker")]
    [InlineData("CodeCrafter:Execution:Backend", "7", "oci or docker")]
    [InlineData("CodeCrafter:Execution:CompilerCaches", "on", "true or false")]
    [InlineData("CodeCrafter:Execution:Default:MemoryMb", "much", "a whole number")]
    [InlineData("CodeCrafter:Storage:BusySeconds", "0", "a whole number from 1 to 600")]
    [InlineData("CodeCrafter:Sessions:DefaultLanguage", "", "a text that is not empty")]
    [InlineData("CodeCrafter:Auth:BcryptCost", "9", "a whole number from 10 to 16")]
    [InlineData("CodeCrafter:Collaboration:IdleTime", "soon", "a time such as 00:00:30")]
    [InlineData("CodeCrafter:Limits:MaxConnections", "0", "a whole number from 1 to 1000000")]
    [InlineData("CodeCrafter:RateLimits:AuthPerMinute", "0", "a whole number from 1 to 1000000")]
    public async Task Setting_is_named_as_it_was_set_with_what_it_may_be(string name, string value, string allowed)
    {
        var problem = await RefusalAsync((name, value));

        Assert.Equal($"{name} is '{value}', and must be {allowed}", problem);
    }

    [Fact]
    public async Task All_settings_of_a_section_that_cannot_be_are_named_at_once()
    {
        var problem = await RefusalAsync(("CodeCrafter:Execution:Workers", "x"), ("CodeCrafter:Execution:Backend", "y"));

        Assert.Equal("CodeCrafter:Execution:Backend is 'y', and must be oci or docker; CodeCrafter:Execution:Workers is 'x', and must be a whole number from 0 to 1024", problem);
    }

    [Theory]
    [InlineData("Default:CpuTimeMs", 30001, "Maximum:CpuTimeMs", 30000)]
    [InlineData("Default:WallTimeMs", 60001, "Maximum:WallTimeMs", 60000)]
    [InlineData("Default:MemoryMb", 9999, "Maximum:MemoryMb", 1024)]
    [InlineData("Default:Processes", 257, "Maximum:Processes", 256)]
    [InlineData("Default:OutputBytes", 4194305, "Maximum:OutputBytes", 4194304)]
    [InlineData("Minimum:MemoryMb", 300, "Default:MemoryMb", 256)]
    public async Task Limit_is_not_above_the_one_that_bounds_it(string name, int value, string bound, int most)
    {
        var problem = await RefusalAsync(($"CodeCrafter:Execution:{name}", $"{value}"));

        Assert.Equal($"CodeCrafter:Execution:{name} is {value}, and must be at most CodeCrafter:Execution:{bound}, which is {most}", problem);
    }

    [Fact]
    public async Task Limit_may_be_the_one_that_bounds_it()
    {
        await using var server = await StartAsync([.. ((string[])["Minimum", "Default", "Maximum"]).Select(set => ($"CodeCrafter:Execution:{set}:MemoryMb", "64"))]);
    }

    private static async Task<string> RefusalAsync(params (string Name, string Value)[] settings) =>
        (await Assert.ThrowsAsync<OptionsValidationException>(() => StartAsync(settings))).Message;

    private static Task<TestServer> StartAsync(params (string Name, string Value)[] settings) => TestServer.StartAsync(options =>
    {
        foreach (var (name, value) in settings)
        {
            options.Settings[name] = value;
        }
    });
}
