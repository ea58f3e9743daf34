using System.Globalization;
using System.Security.Claims;
using Microsoft.IdentityModel.JsonWebTokens;

namespace CodeCrafter.Server.Auth;

/// <summary>Who is calling, from a validated access token.</summary>
internal static class CallerExtensions
{
    public static Guid GetUserId(this ClaimsPrincipal principal) => Guid.Parse(Required(principal, AccessTokens.UserIdClaim));

    public static string GetUsername(this ClaimsPrincipal principal) => Required(principal, AccessTokens.UsernameClaim);

    /// <summary>The login that the token belongs to.</summary>
    public static Guid GetLoginId(this ClaimsPrincipal principal) => Guid.Parse(Required(principal, AccessTokens.LoginIdClaim));

    /// <summary>The one session of somebody without an account; null for accounts.</summary>
    public static Guid? GetVisitedSession(this ClaimsPrincipal principal) =>
        principal.FindFirstValue(AccessTokens.VisitedSessionClaim) is { } sessionId ? Guid.Parse(sessionId) : null;

    /// <summary>When the token expires; whoever keeps a connection open ends it then.</summary>
    public static DateTimeOffset GetTokenExpiry(this ClaimsPrincipal principal) =>
        DateTimeOffset.FromUnixTimeSeconds(long.Parse(Required(principal, JwtRegisteredClaimNames.Exp), CultureInfo.InvariantCulture));

    private static string Required(ClaimsPrincipal principal, string claim) =>
        principal.FindFirstValue(claim) ?? throw new InvalidOperationException($"The caller has no '{claim}': is the route open to anonymous callers?");
}
