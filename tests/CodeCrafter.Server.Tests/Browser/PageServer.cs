using CodeCrafter.Server.Tests.Fixture;

namespace CodeCrafter.Server.Tests.Browser;

/// <summary>One server for all tests of a class, which take names of their own.</summary>
public sealed class PageServer : IAsyncLifetime
{
    private readonly TemporaryFolder _data = new();
    private readonly ServerProcess _process;

    public PageServer() => _process = new ServerProcess(_data.Path);

    public string Url => _process.Url;

    public async ValueTask InitializeAsync() => await _process.StartAsync();

    public async ValueTask DisposeAsync()
    {
        await _process.DisposeAsync();
        _data.Dispose();
    }
}
