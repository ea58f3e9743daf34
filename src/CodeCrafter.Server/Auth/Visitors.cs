using CodeCrafter.Server.Platform;
using Microsoft.AspNetCore.Authorization;

namespace CodeCrafter.Server.Auth;

/// <summary>What the sessions know of people without an account.</summary>
internal interface IVisitors
{
    /// <summary>The guest still has a seat in the session, or the link of the reader still opens it.</summary>
    Task<bool> IsActiveAsync(Guid sessionId, Guid visitorId, CancellationToken cancellationToken);
}

/// <summary>Marks a route that visitors may use, in the session that their token names. All others are for accounts.</summary>
internal sealed class OpenToVisitorsMetadata;

internal static class VisitorRoutes
{
    /// <summary>Lets visitors in too. What they may do there is asked as for anybody: by their role.</summary>
    public static TBuilder OpenToVisitors<TBuilder>(this TBuilder builder) where TBuilder : IEndpointConventionBuilder =>
        builder.WithMetadata(new OpenToVisitorsMetadata());
}

/// <summary>Part of the default policy: the caller has an account, or the route is open to visitors of the session.</summary>
internal sealed class AccountRequirement : AuthorizationHandler<AccountRequirement>, IAuthorizationRequirement
{
    protected override Task HandleRequirementAsync(AuthorizationHandlerContext context, AccountRequirement requirement)
    {
        if (context.User.GetVisitedSession() is not { } sessionId || (context.Resource is HttpContext http && IsOpen(http, sessionId)))
        {
            context.Succeed(requirement);
        }
        else if (context.Resource is HttpContext closed)
        {
            Problems.ExplainRefusal(closed, "forbidden", "Guests and readers may use their own session only, and not all of it. This needs an account: log in.");
        }

        return Task.CompletedTask;
    }

    private static bool IsOpen(HttpContext context, Guid sessionId) =>
        context.GetEndpoint()?.Metadata.GetMetadata<OpenToVisitorsMetadata>() is not null
        && (context.GetRouteValue("id") ?? context.GetRouteValue("sessionId")) is var named
        && (named is null || (Guid.TryParse(named.ToString(), out var id) && id == sessionId));
}
