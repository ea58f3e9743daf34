using CodeCrafter.Server.Platform;
using Microsoft.AspNetCore.Identity;

namespace CodeCrafter.Server.Auth;

/// <summary>Either the user, or the time to wait before the next try, or neither: wrong.</summary>
internal readonly record struct PasswordCheck(User? User, TimeSpan? Wait);

/// <summary>
/// Checks a password such that neither the answer nor its time tells whether there is an account.
/// </summary>
internal sealed class PasswordLogin(
    UserManager<User> users, BcryptHasher hasher, LoginThrottle throttle, CodeCrafterMetrics metrics)
{
    public async Task<PasswordCheck> CheckAsync(string name, string password, string address)
    {
        var key = users.NormalizeName(name)!;
        if (throttle.Wait(key, address) is { } wait)
        {
            metrics.LoggedIn("throttled");
            return new PasswordCheck(null, wait);
        }

        // A username has no '@'.
        var user = name.Contains('@') ? await users.FindByEmailAsync(name) : await users.FindByNameAsync(name);
        if (!await IsRightAsync(user, password))
        {
            throttle.Failed(key, address);
            metrics.LoggedIn("failed");
            return default;
        }

        metrics.LoggedIn("succeeded");
        return new PasswordCheck(user, null);
    }

    private async Task<bool> IsRightAsync(User? user, string password)
    {
        if (user is null)
        {
            hasher.VerifyNothing(password);
            return false;
        }

        var isRight = await users.CheckPasswordAsync(user, password);
        if (user.DisabledAt is not null || await users.IsLockedOutAsync(user))
        {
            return false;
        }

        if (isRight && user.AccessFailedCount == 0)
        {
            return true;
        }

        // Of failures at the same instant not every one is counted here; the throttle counts them all.
        _ = isRight ? await users.ResetAccessFailedCountAsync(user) : await users.AccessFailedAsync(user);
        return isRight;
    }
}
