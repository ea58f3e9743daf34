using System.Security.Claims;

namespace CodeCrafter.Server.Auth;

/// <summary>Who is calling, from a validated access token.</summary>
internal static class CallerExtensions
{
    public static Guid GetUserId(this ClaimsPrincipal principal) => Guid.Parse(Required(principal, AccessTokens.UserIdClaim));

    public static string GetUsername(this ClaimsPrincipal principal) => Required(principal, AccessTokens.UsernameClaim);

    /// <summary>The login that the token belongs to.</summary>
    public static Guid GetLoginId(this ClaimsPrincipal principal) => Guid.Parse(Required(principal, AccessTokens.LoginIdClaim));

    private static string Required(ClaimsPrincipal principal, string claim) =>
        principal.FindFirstValue(claim) ?? throw new InvalidOperationException($"The caller has no '{claim}': is the route open to anonymous callers?");
}
