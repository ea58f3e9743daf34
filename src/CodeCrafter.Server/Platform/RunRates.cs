using System.Security.Claims;
using System.Threading.RateLimiting;
using Microsoft.Extensions.Options;

namespace CodeCrafter.Server.Platform;

/// <summary>Runs a minute of each user, by whichever way they come: HTTP requests and calls of the hub are counted together.</summary>
internal sealed class RunRates(ServerOptions server, IOptions<RateLimitOptions> options) : IDisposable
{
    private readonly PartitionedRateLimiter<string> _limiter = PartitionedRateLimiter.Create<string, string>(key => server.RateLimits
        ? RateLimits.PerMinute(key, options.Value.ExecutePerMinute)
        : RateLimitPartition.GetNoLimiter(""));

    /// <summary>Counts a run; returns how long to wait where there were too many.</summary>
    public TimeSpan? Count(ClaimsPrincipal user)
    {
        using var lease = _limiter.AttemptAcquire(RateLimits.UserKey(user));
        return lease.IsAcquired ? null : RateLimits.RetryAfter(lease);
    }

    /// <summary>For the middleware, which wants a limiter of its own for each caller.</summary>
    public RateLimiter LimiterOf(string key) => new Share(_limiter, key);

    public void Dispose() => _limiter.Dispose();

    private sealed class Share(PartitionedRateLimiter<string> limiter, string key) : RateLimiter
    {
        // It holds nothing, so it may be forgotten and made again at any time.
        public override TimeSpan? IdleDuration => TimeSpan.MaxValue;

        public override RateLimiterStatistics? GetStatistics() => limiter.GetStatistics(key);

        protected override RateLimitLease AttemptAcquireCore(int permitCount) => limiter.AttemptAcquire(key, permitCount);

        protected override ValueTask<RateLimitLease> AcquireAsyncCore(int permitCount, CancellationToken cancellationToken) =>
            limiter.AcquireAsync(key, permitCount, cancellationToken);
    }
}
