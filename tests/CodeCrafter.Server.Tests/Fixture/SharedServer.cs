namespace CodeCrafter.Server.Tests.Fixture;

/// <summary>One server for all tests of a class, where they leave nothing behind that another would notice.</summary>
public sealed class SharedServer : IAsyncLifetime
{
    private static int _users;

    internal TestServer Server { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Server = await TestServer.StartAsync();

    public ValueTask DisposeAsync() => Server.DisposeAsync();

    /// <summary>A new user with a name that nobody else has.</summary>
    internal Task<TestUser> NewUserAsync() => Server.RegisterAsync($"user-{Interlocked.Increment(ref _users)}");
}
