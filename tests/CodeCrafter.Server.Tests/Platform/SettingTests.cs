using CodeCrafter.Server.Tests.Fixture;
using Microsoft.Extensions.Options;

namespace CodeCrafter.Server.Tests.Platform;

/// <summary>Settings that cannot be: the server does not start, and says which and why.</summary>
public sealed class SettingTests
{
    [Theory]
    [InlineData("Default:CpuTimeMs", 30001, "Maximum:CpuTimeMs", 30000)]
    [InlineData("Default:WallTimeMs", 60001, "Maximum:WallTimeMs", 60000)]
    [InlineData("Default:MemoryMb", 9999, "Maximum:MemoryMb", 1024)]
    [InlineData("Default:Processes", 257, "Maximum:Processes", 256)]
    [InlineData("Default:OutputBytes", 4194305, "Maximum:OutputBytes", 4194304)]
    [InlineData("Minimum:MemoryMb", 300, "Default:MemoryMb", 256)]
    public async Task Limit_is_not_above_the_one_that_bounds_it(string name, int value, string bound, int most)
    {
        var problem = await RefusalAsync((name, $"{value}"));

        Assert.Contains($"CodeCrafter:Execution:{name} is {value}, and must be at most CodeCrafter:Execution:{bound}, which is {most}", problem);
    }

    [Fact]
    public async Task Limit_may_be_the_one_that_bounds_it()
    {
        await using var server = await StartAsync(("Maximum:MemoryMb", "64"), ("Default:MemoryMb", "64"), ("Minimum:MemoryMb", "64"));
    }

    private static async Task<string> RefusalAsync(params (string Name, string Value)[] settings) =>
        (await Assert.ThrowsAsync<OptionsValidationException>(() => StartAsync(settings))).Message;

    private static Task<TestServer> StartAsync(params (string Name, string Value)[] settings) => TestServer.StartAsync(options =>
    {
        foreach (var (name, value) in settings)
        {
            options.Settings[$"CodeCrafter:Execution:{name}"] = value;
        }
    });
}
