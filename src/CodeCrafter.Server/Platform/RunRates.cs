using System.Threading.RateLimiting;
using Microsoft.Extensions.Options;

namespace CodeCrafter.Server.Platform;

/// <summary>Runs a minute of each user, whichever way they come: over HTTP and over the hub they are counted together.</summary>
internal sealed class RunRates(ServerOptions server, IOptions<RateLimitOptions> options) : IDisposable
{
    private readonly PartitionedRateLimiter<Guid> _limiter = PartitionedRateLimiter.Create<Guid, string>(user => server.RateLimits
        ? RateLimits.PerMinute(user.ToString(), options.Value.ExecutePerMinute)
        : RateLimitPartition.GetNoLimiter(""));

    /// <summary>Counts a run; returns how long to wait where there were too many.</summary>
    public TimeSpan? Count(Guid userId)
    {
        using var lease = _limiter.AttemptAcquire(userId);
        return lease.IsAcquired ? null : RateLimits.RetryAfter(lease);
    }

    public void Dispose() => _limiter.Dispose();
}
