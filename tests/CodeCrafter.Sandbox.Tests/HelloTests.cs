namespace CodeCrafter.Sandbox.Tests;

public sealed class HelloTests(SandboxFixture fixture)
{
    public static TheoryData<string> Languages =>
        [.. Directory.GetDirectories(SandboxFixture.LanguagesDirectory).Select(d => Path.GetFileName(d)!).Order()];

    [Theory]
    [MemberData(nameof(Languages))]
    public async Task Sample_program_greets(string id)
    {
        var language = fixture.Language(id);
        Assert.True(language.IsAvailable, $"Install {string.Join(' ', language.Packages)}.");

        var result = await fixture.Sandbox.RunAsync(fixture.Request(id, language.Sample), cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal((RunStatus.Accepted, "Hello, CodeCrafter!\n", ""), (result.Status, result.Run?.Stdout, result.Run?.Stderr));
    }
}
