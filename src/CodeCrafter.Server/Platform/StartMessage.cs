using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace CodeCrafter.Server.Platform;

/// <summary>Says where the server listens, once it does, and warns of settings that are not for everyday use.</summary>
internal sealed class StartMessage(IServer server, ServerOptions options, ILogger<StartMessage> logger) : IHostedLifecycleService
{
    public Task StartedAsync(CancellationToken cancellationToken)
    {
        if (!options.RateLimits)
        {
            logger.LogWarning("RATE_LIMITS=off: NOTHING LIMITS THE RATE OF REQUESTS, guessing of passwords included. This is for load tests on this machine only.");
        }

        var addresses = server.Features.Get<IServerAddressesFeature>()?.Addresses ?? [];
        logger.LogInformation("Data in {DataDirectory}", options.DataDirectory);
        logger.LogInformation("CodeCrafter is listening on {Addresses}", string.Join(" ", addresses));
        return Task.CompletedTask;
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
