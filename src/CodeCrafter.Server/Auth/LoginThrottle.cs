using System.Threading.RateLimiting;
using CodeCrafter.Server.Platform;
using Microsoft.Extensions.Options;

namespace CodeCrafter.Server.Auth;

/// <summary>
/// Counts failed logins by name and address, whether there is such an account or not. A guesser shuts out only their
/// own address; the account's own lock (for guessers with many addresses) is short.
/// </summary>
internal sealed class LoginThrottle : IDisposable
{
    private readonly bool _isOn;
    private readonly PartitionedRateLimiter<(string Name, string Address)> _failures;

    public LoginThrottle(ServerOptions server, IOptions<AuthOptions> options)
    {
        _isOn = server.RateLimits;
        _failures = PartitionedRateLimiter.Create<(string Name, string Address), (string, string)>(key =>
            RateLimitPartition.GetFixedWindowLimiter(key, _ => new FixedWindowRateLimiterOptions
            {
                PermitLimit = options.Value.FailuresPerNameAndAddress,
                Window = TimeSpan.FromMinutes(options.Value.FailureWindowMinutes),
            }));
    }

    /// <summary>Null if a login may be tried now, else the time to wait.</summary>
    public TimeSpan? Wait(string normalizedName, string address)
    {
        if (!_isOn)
        {
            return null;
        }

        using var lease = _failures.AttemptAcquire((normalizedName, address), permitCount: 0);
        return lease.IsAcquired
            ? null
            : lease.TryGetMetadata(MetadataName.RetryAfter, out var time) ? time : TimeSpan.FromMinutes(1);
    }

    public void Failed(string normalizedName, string address) =>
        _failures.AttemptAcquire((normalizedName, address)).Dispose();

    public void Dispose() => _failures.Dispose();
}
