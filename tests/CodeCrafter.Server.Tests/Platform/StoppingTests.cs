using CodeCrafter.Server.Tests.Fixture;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace CodeCrafter.Server.Tests.Platform;

/// <summary>What happens from the moment at which the server is told to stop, while its requests may still end.</summary>
public sealed class StoppingTests
{
    [Fact]
    public async Task A_running_program_ends_and_its_caller_gets_the_result()
    {
        await using var server = await TestServer.StartAsync(options => options.OwnSandbox = true);
        var alice = await server.RegisterAsync("alice");
        var session = await alice.CreateFileSessionAsync("main.py", "print('on', flush=True)\nwhile True: pass");
        await using var hub = await alice.ConnectHubAsync();
        await hub.JoinAsync(session.Id);
        var running = alice.ExecuteAsync(new { sessionId = session.Id });
        // The text and the end of its line may come apart.
        while ((await hub.NextAsync("ExecutionOutput")).GetProperty("data").GetString() is not [.., '\n'])
        {
        }

        server.Services.GetRequiredService<IHostApplicationLifetime>().StopApplication();

        using var response = await running;
        var result = await response.ReadAsync<ResultDto>();
        Assert.Equal((17, "on\n"), (result.Status.Id, result.Run!.Stdout));
    }

    [Fact]
    public async Task Document_sockets_are_closed_with_the_reason()
    {
        await using var server = await TestServer.StartAsync();
        var alice = await server.RegisterAsync("alice");
        var session = await alice.CreateFileSessionAsync("main.py", "x");
        await using var clients = YjsClients.Start();
        await clients.ConnectAsync("a", server, session.Id, alice.AccessToken, reconnect: false);

        server.Services.GetRequiredService<IHostApplicationLifetime>().StopApplication();

        var closed = await clients.CallAsync("until", new { name = "a", what = "closed" });
        Assert.Equal(1012, closed.GetProperty("closes")[0].GetProperty("code").GetInt32());
    }
}
