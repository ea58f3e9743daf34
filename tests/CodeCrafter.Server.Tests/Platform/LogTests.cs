using System.Collections.Concurrent;
using System.Globalization;
using System.Net.Http.Json;
using CodeCrafter.Server.Tests.Fixture;
using Microsoft.Extensions.DependencyInjection;
using Serilog.Core;
using Serilog.Events;

namespace CodeCrafter.Server.Tests.Platform;

public sealed class LogTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    [AccessCase(29)]
    public async Task No_token_and_no_password_gets_into_a_log_however_verbose()
    {
        var logs = new Lines();
        string[] secrets;
        await using (var server = await TestServer.StartAsync(options =>
        {
            options.Settings["CodeCrafter:Logs:ConsoleLevel"] = "Fatal";
            options.Settings["Serilog:MinimumLevel:Default"] = "Verbose";
            options.Settings["Serilog:MinimumLevel:Override:Microsoft"] = "Verbose";
            options.Settings["Serilog:MinimumLevel:Override:System"] = "Verbose";
            options.Services = services => services.AddSingleton<ILogEventSink>(logs);
        }))
        {
            var alice = await server.RegisterAsync("alice");
            var session = await alice.CreateSessionAsync();
            foreach (var path in new[] { $"/collab/{session.Id}", "/hubs/session", "/api/auth/me", "/" })
            {
                using var response = await server.Http.GetAsync($"{path}?x=1&access_token={alice.AccessToken}&y=2", Stop);
            }

            using var page = await server.Http.GetAsync($"/s/{session.Id}?invite={session.InviteCode}", Stop);
            using var refreshed = await server.Http.PostAsJsonAsync("/api/auth/refresh", new { refreshToken = alice.Tokens.RefreshToken }, Stop);
            using var reused = await server.Http.PostAsJsonAsync("/api/auth/refresh", new { refreshToken = alice.Tokens.RefreshToken }, Stop);
            secrets = [alice.AccessToken, alice.AccessToken.Split('.')[2], alice.Tokens.RefreshToken, TestUser.DefaultPassword, session.InviteCode!];
        }

        // The log is there, and would have had them.
        Assert.Contains(logs.All, line => line.Contains("access_token=[redacted]", StringComparison.Ordinal));
        foreach (var secret in secrets)
        {
            Assert.DoesNotContain(logs.All, line => line.Contains(secret, StringComparison.Ordinal));
        }
    }

    private sealed class Lines : ILogEventSink
    {
        public ConcurrentQueue<string> All { get; } = new();

        public void Emit(LogEvent logEvent)
        {
            All.Enqueue($"{logEvent.RenderMessage(CultureInfo.InvariantCulture)} {logEvent.Exception}");
            foreach (var (name, value) in logEvent.Properties)
            {
                All.Enqueue($"{name}: {value.ToString(null, CultureInfo.InvariantCulture)}");
            }
        }
    }
}
