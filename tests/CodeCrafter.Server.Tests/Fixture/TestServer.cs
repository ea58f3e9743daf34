using System.Net.Http.Json;
using CodeCrafter.Server.Auth;
using CodeCrafter.Server.Execution;
using CodeCrafter.Server.Platform;
using CodeCrafter.Server.Storage.Sql;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace CodeCrafter.Server.Tests.Fixture;

/// <summary>What a test may change about its server.</summary>
internal sealed class TestServerOptions
{
    /// <summary>The least that the server takes. The tests log in thousands of times, so where it stays they take less.</summary>
    public const string LeastBcryptCost = "10";

    /// <summary>As in the environment: <c>RATE_LIMITS</c>, <c>CodeCrafter:Auth:BcryptCost</c>.</summary>
    public Dictionary<string, string> Settings { get; } = new()
    {
        ["RATE_LIMITS"] = "off",
        ["CodeCrafter:Auth:BcryptCost"] = LeastBcryptCost,
        ["CodeCrafter:Logs:ConsoleLevel"] = "Error",
        // Each server has a data directory of its own and would fill them anew.
        ["CodeCrafter:Execution:CompilerCaches"] = "false",
    };

    /// <summary>The clock, where a test needs its own.</summary>
    public TimeProvider Time { get; set; } = TimeProvider.System;

    /// <summary>A folder to start on; by default a new one, which is deleted with the server.</summary>
    public string? DataDirectory { get; set; }

    /// <summary>Whether the server makes a sandbox for itself; by default those of a process have one together.</summary>
    public bool OwnSandbox { get; set; }

    /// <summary>Services in the place of others.</summary>
    public Action<IServiceCollection> Services { get; set; } = _ => { };
}

/// <summary>The whole server on a port of its own with a database file of its own.</summary>
internal sealed class TestServer : IServer, IAsyncDisposable
{
    private readonly Factory _factory;
    private readonly string _dataDirectory;
    private bool _ownsData;
    private bool _stopped;

    private TestServer(Factory factory, string dataDirectory, bool ownsData)
    {
        _factory = factory;
        _dataDirectory = dataDirectory;
        _ownsData = ownsData;
    }

    /// <summary><c>http://127.0.0.1:port/</c></summary>
    public Uri Url { get; private set; } = null!;

    public string DataDirectory => _dataDirectory;

    public IServiceProvider Services => _factory.Services;

    /// <summary>A client without a login. It keeps no cookies.</summary>
    public HttpClient Http { get; private set; } = null!;

    public static async Task<TestServer> StartAsync(Action<TestServerOptions>? configure = null)
    {
        var options = new TestServerOptions();
        configure?.Invoke(options);
        var data = options.DataDirectory ?? Directory.CreateTempSubdirectory("codecrafter-test-").FullName;
        if (options.DataDirectory is null)
        {
            File.Copy(_database.Value, Path.Combine(data, "codecrafter.db"));
        }

        var server = new TestServer(new Factory(options, data), data, options.DataDirectory is null);
        try
        {
            server._factory.UseKestrel(0);
            // Starting blocks its thread until the server listens.
            await Task.Run(server._factory.StartServer);
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }

        server.Url = server._factory.ClientOptions.BaseAddress;
        server.Http = server.CreateHttp();
        return server;
    }

    /// <summary>A client of its own; with <paramref name="cookies"/> it keeps them as a browser does.</summary>
    public HttpClient CreateHttp(bool cookies = false) =>
        new(new SocketsHttpHandler { UseCookies = cookies, AllowAutoRedirect = false }) { BaseAddress = Url };

    /// <summary>A new user, logged in. The password is <see cref="TestUser.DefaultPassword"/>.</summary>
    public async Task<TestUser> RegisterAsync(string username)
    {
        using var response = await Http.PostAsJsonAsync("/api/auth/register", new
        {
            username,
            email = $"{username}@example.org",
            password = TestUser.DefaultPassword,
        }, TestContext.Current.CancellationToken);
        return new TestUser(this, await response.ReadAsync<TokensDto>(201));
    }

    /// <summary>Another login of a user.</summary>
    public async Task<TestUser> LoginAsync(string username, string password = TestUser.DefaultPassword)
    {
        using var response = await Http.PostAsJsonAsync("/api/auth/login", new { username, password }, TestContext.Current.CancellationToken);
        return new TestUser(this, await response.ReadAsync<TokensDto>(200));
    }

    /// <summary>Stops this server and starts another on its data.</summary>
    public async Task<TestServer> RestartAsync(Action<TestServerOptions>? configure = null)
    {
        (var ownsData, _ownsData) = (_ownsData, false);
        await DisposeAsync();
        var server = await StartAsync(options =>
        {
            options.DataDirectory = DataDirectory;
            configure?.Invoke(options);
        });
        server._ownsData = ownsData;
        return server;
    }

    public async ValueTask DisposeAsync()
    {
        if (_stopped)
        {
            return;
        }

        _stopped = true;
        Http?.Dispose();
        await _factory.DisposeAsync();
        if (_ownsData)
        {
            Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
            Directory.Delete(_dataDirectory, recursive: true);
        }
    }

    /// <summary>An empty database with all migrations, which a server would make for itself in half a second.</summary>
    private static readonly Lazy<string> _database = new(() =>
    {
        var path = Path.Combine(Directory.CreateTempSubdirectory("codecrafter-test-").FullName, "empty.db");
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(Path.GetDirectoryName(path)!, recursive: true);
        using var db = new AppDbContext(new DbContextOptionsBuilder<AppDbContext>().UseSqlite($"Data Source={path};Pooling=False").Options);
        db.Database.Migrate();
        return path;
    });

    private sealed class Factory(TestServerOptions options, string dataDirectory) : WebApplicationFactory<Program>
    {
        protected override void ConfigureWebHost(IWebHostBuilder builder)
        {
            builder.UseContentRoot(AppContext.BaseDirectory);
            builder.UseSetting("HOST", "127.0.0.1");
            builder.UseSetting("PORT", "0");
            builder.UseSetting("DATA_DIR", dataDirectory);
            foreach (var (key, value) in options.Settings)
            {
                builder.UseSetting(key, value);
            }

            builder.ConfigureServices(services =>
            {
                services.Replace(ServiceDescriptor.Singleton(options.Time));
                services.Replace(ServiceDescriptor.Singleton(_ => SharedSandbox.Languages.GetAwaiter().GetResult()));
                if (!options.OwnSandbox)
                {
                    services.Replace(ServiceDescriptor.Singleton<ISandboxFactory>(new SharedSandbox()));
                }

                if (options.Settings["CodeCrafter:Auth:BcryptCost"] == TestServerOptions.LeastBcryptCost)
                {
                    services.Replace(ServiceDescriptor.Singleton(provider => new BcryptHasher(
                        Options.Create(new AuthOptions { BcryptCost = 4 }), provider.GetRequiredService<CodeCrafterMetrics>())));
                }

                options.Services(services);
            });
        }
    }
}
