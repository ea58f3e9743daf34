using CodeCrafter.Server.Auth.SecurityEvents;
using CodeCrafter.Server.Platform;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Identity;

namespace CodeCrafter.Server.Auth;

/// <summary>What administrators of the server do about accounts.</summary>
internal static class AdministrationApi
{
    public static void MapAdministration(this IEndpointRouteBuilder app)
    {
        var group = app.MapGroup("/api/admin").WithTags("Administration").RequireAuthorization(AuthSetup.ServerAdmin);
        group.MapSecurityEvents();
        group.MapPut("/users/{userId}", UpdateAsync)
            .WithSummary("Disable an account, or enable it again (administrators); userId may be @username").WithExample("""{ "disabled": true }""")
            .WithDescription("A disabled account is cut off at once, with all that it has open. What it made stays.")
            .ProducesValidationProblem().ProducesProblem(403).ProducesProblem(404).ProducesProblem(409);
    }

    private static async Task<Results<Ok<AccountState>, ProblemHttpResult>> UpdateAsync(
        string userId,
        UpdateUserRequest request,
        HttpContext context,
        UserManager<User> users,
        LoginChanges changes,
        SecurityLog securityLog,
        TimeProvider time)
    {
        var user = userId.StartsWith('@') ? await users.FindByNameAsync(userId[1..]) : await users.FindByIdAsync(userId);
        if (user is null)
        {
            return Problems.NotFound("user_not_found", "There is no such user.");
        }

        if (user.Id == context.User.GetUserId())
        {
            return Problems.Conflict("own_account", "Administrators cannot disable their own account.");
        }

        var isDisabled = request.Disabled!.Value;
        if (isDisabled != user.DisabledAt is not null)
        {
            user.DisabledAt = isDisabled ? time.GetUtcNow() : null;
            if (!(await users.UpdateAsync(user)).Succeeded)
            {
                return Problems.Conflict("concurrent_change", "The account was changed at the same time. Try again.");
            }

            changes.Of(user.Id);
            await securityLog.WriteAsync(
                isDisabled ? SecurityEventType.AccountDisabled : SecurityEventType.AccountEnabled,
                SecurityActor.Of(context), sessionId: null, new UserName(user.Id, user.Username));
        }

        return TypedResults.Ok(new AccountState(new UserName(user.Id, user.Username), isDisabled));
    }
}

/// <param name="Disabled">The account cannot log in, and its logins are over.</param>
public sealed record UpdateUserRequest([property: Needed] bool? Disabled);

internal sealed record AccountState(UserName User, bool Disabled);
