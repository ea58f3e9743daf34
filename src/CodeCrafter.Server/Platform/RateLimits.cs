using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Security.Claims;
using System.Threading.RateLimiting;
using CodeCrafter.Server.Auth;
using Microsoft.Extensions.Options;

namespace CodeCrafter.Server.Platform;

/// <summary>Requests a minute, <c>CodeCrafter:RateLimits</c>.</summary>
internal sealed class RateLimitOptions
{
    /// <summary>Registrations, logins and password changes from one address; each costs a slow hash.</summary>
    [Range(1, 1_000_000)]
    public int AuthPerMinute { get; init; } = 60;

    /// <summary>Runs of one user.</summary>
    [Range(1, 1_000_000)]
    public int ExecutePerMinute { get; init; } = 60;

    /// <summary>All requests of one user to the API and the sockets; of one address where nobody is logged in.</summary>
    [Range(1, 1_000_000)]
    public int GeneralPerMinute { get; init; } = 1200;
}

/// <summary>Request rates by user, or by address for those who are not logged in.</summary>
internal static class RateLimits
{
    public const string Auth = "auth";

    /// <summary>
    /// Answers with whole results, each of which may take tens of megabytes while its reader takes its time: so many at once
    /// for each caller, and a few that wait. Not a rate, so it is never turned off.
    /// </summary>
    public const string Results = "results";

    private const int ResultsAtOnce = 4;
    private const int ResultsWaiting = 64;

    public static void AddRateLimits(this IServiceCollection services, ServerOptions server)
    {
        services.AddSettings<RateLimitOptions>("CodeCrafter:RateLimits");
        services.AddSingleton<RunRates>();
        services.AddRateLimiter(limiter =>
        {
            limiter.RejectionStatusCode = StatusCodes.Status429TooManyRequests;
            limiter.OnRejected = async (context, _) => await RejectAsync(context.HttpContext, context.Lease);
            limiter.GlobalLimiter = PartitionedRateLimiter.Create<HttpContext, string>(context =>
                !server.RateLimits || WebPage.IsPageRequest(context.Request.Path)
                    ? RateLimitPartition.GetNoLimiter("")
                    : PerMinute(CallerKey(context), Settings(context).GeneralPerMinute));
            limiter.AddPolicy(Auth, context => server.RateLimits
                ? PerMinute(AddressKey(context), Settings(context).AuthPerMinute)
                : RateLimitPartition.GetNoLimiter(""));
            limiter.AddPolicy(Results, context => AtOnce(CallerKey(context), ResultsAtOnce, ResultsWaiting));
        });
    }

    public static string RetryAfterSeconds(TimeSpan time) =>
        Math.Max(1, (long)Math.Ceiling(time.TotalSeconds)).ToString(CultureInfo.InvariantCulture);

    private static RateLimitOptions Settings(HttpContext context) =>
        context.RequestServices.GetRequiredService<IOptions<RateLimitOptions>>().Value;

    internal static RateLimitPartition<string> PerMinute(string key, int permits) =>
        RateLimitPartition.GetFixedWindowLimiter(key, _ => new FixedWindowRateLimiterOptions
        {
            PermitLimit = permits,
            Window = TimeSpan.FromMinutes(1),
        });

    public static RateLimitPartition<string> AtOnce(string key, int permits, int waiting) =>
        RateLimitPartition.GetConcurrencyLimiter(key, _ => new ConcurrencyLimiterOptions { PermitLimit = permits, QueueLimit = waiting });

    private static string UserKey(ClaimsPrincipal user) => $"user {user.GetUserId():N}";

    public static string CallerKey(HttpContext context) =>
        context.User.Identity?.IsAuthenticated == true ? UserKey(context.User) : AddressKey(context);

    private static string AddressKey(HttpContext context) => $"address {ClientAddress.Of(context)}";

    public static TimeSpan RetryAfter(RateLimitLease lease) =>
        lease.TryGetMetadata(MetadataName.RetryAfter, out var time) ? time : TimeSpan.FromSeconds(1);

    private static async Task RejectAsync(HttpContext context, RateLimitLease lease)
    {
        var wait = RetryAfter(lease);
        await Problems.TooMany(context.Response, Problems.DefaultCode(429), "Too many requests. Wait a moment and try again.", wait)
            .ExecuteAsync(context);
    }
}
