using System.Threading.RateLimiting;
using CodeCrafter.Server.Auth;
using CodeCrafter.Server.Collaboration.Documents;
using CodeCrafter.Server.Platform;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.Options;

namespace CodeCrafter.Server.Collaboration.Hubs;

/// <summary>Calls of the hub by user, over all of their connections; chat messages are counted once more by themselves.</summary>
internal sealed class HubRates : IHubFilter, IDisposable
{
    private readonly bool _isOn;
    private readonly PartitionedRateLimiter<Guid> _calls;
    private readonly PartitionedRateLimiter<Guid> _messages;

    public HubRates(ServerOptions server, IOptions<CollaborationOptions> options)
    {
        _isOn = server.RateLimits;
        _calls = Create(options.Value.CallBurst, options.Value.CallsPerSecond, TimeSpan.FromSeconds(1));
        _messages = Create(options.Value.MessagesPerMinute, options.Value.MessagesPerMinute, TimeSpan.FromMinutes(1));
    }

    public ValueTask<object?> InvokeMethodAsync(
        HubInvocationContext invocationContext, Func<HubInvocationContext, ValueTask<object?>> next)
    {
        if (_isOn)
        {
            var userId = invocationContext.Context.User!.GetUserId();
            Count(_calls, userId);
            if (invocationContext.HubMethodName == nameof(SessionHub.SendMessage))
            {
                Count(_messages, userId);
            }
        }

        return next(invocationContext);
    }

    public void Dispose()
    {
        _calls.Dispose();
        _messages.Dispose();
    }

    private static void Count(PartitionedRateLimiter<Guid> limiter, Guid userId)
    {
        using var lease = limiter.AttemptAcquire(userId);
        if (!lease.IsAcquired)
        {
            throw HubError.Create("rate_limited", $"Too many calls. Try again in {RateLimits.RetryAfterSeconds(RateLimits.RetryAfter(lease))} s.");
        }
    }

    private static PartitionedRateLimiter<Guid> Create(int burst, int tokens, TimeSpan period) =>
        PartitionedRateLimiter.Create<Guid, Guid>(userId => RateLimitPartition.GetTokenBucketLimiter(userId, _ => new TokenBucketRateLimiterOptions
        {
            TokenLimit = burst,
            TokensPerPeriod = tokens,
            ReplenishmentPeriod = period,
            // By the limiter of the partitions, for all of them.
            AutoReplenishment = false,
        }));
}
