using CodeCrafter.Server.Tests.Fixture;

namespace CodeCrafter.Server.Tests.Browser;

/// <summary>One server with the page for all tests of a class, which take names of their own.</summary>
public sealed class PageServer : IAsyncLifetime
{
    private TestServer _server = null!;

    public string Url => _server.Url.GetLeftPart(UriPartial.Authority);

    public async ValueTask InitializeAsync()
    {
        Assert.True(File.Exists(Path.Combine(ServerProcess.WebRoot, "index.html")), $"The page is not built: {ServerProcess.WebRoot}");
        _server = await TestServer.StartAsync(options =>
        {
            options.Settings["RATE_LIMITS"] = "on";
            options.Settings["webroot"] = ServerProcess.WebRoot;
        });
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();
}
