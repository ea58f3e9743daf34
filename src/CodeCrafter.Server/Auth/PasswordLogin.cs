using CodeCrafter.Server.Auth.SecurityEvents;
using CodeCrafter.Server.Platform;
using Microsoft.AspNetCore.Identity;

namespace CodeCrafter.Server.Auth;

/// <summary>Either the user, or the time to wait before the next try, or neither: wrong.</summary>
internal readonly record struct PasswordCheck(User? User, TimeSpan? Wait);

/// <summary>
/// Checks a password such that neither the answer nor its time tells whether there is an account.
/// </summary>
internal sealed class PasswordLogin(
    UserManager<User> users,
    BcryptHasher hasher,
    LoginThrottle throttle,
    SecurityLog securityLog,
    ISecurityEventStore securityEvents,
    TimeProvider clock,
    CodeCrafterMetrics metrics)
{
    // As long as people may stay away and still come back from where they are known.
    private const int KnownAddressDays = 30;

    /// <param name="name">A username or an email address.</param>
    /// <param name="password">The password.</param>
    /// <param name="address">The client.</param>
    /// <param name="failure">What a wrong password is, in the security log.</param>
    public async Task<PasswordCheck> CheckAsync(string name, string password, string address, SecurityEventType failure)
    {
        var key = users.NormalizeName(name)!;
        if (throttle.Wait(key, address) is { } wait)
        {
            metrics.LoggedIn("throttled");
            return new PasswordCheck(null, wait);
        }

        // A username has no '@'.
        var user = name.Contains('@') ? await users.FindByEmailAsync(name) : await users.FindByNameAsync(name);
        if (!await IsRightAsync(user, password, address))
        {
            await FailedAsync(key, user, address, failure);
            return default;
        }

        metrics.LoggedIn("succeeded");
        return new PasswordCheck(user, null);
    }

    private async Task FailedAsync(string key, User? user, string address, SecurityEventType failure)
    {
        var name = user is null ? null : new UserName(user.Id, user.Username);
        await securityLog.WriteAsync(failure, name, address);
        throttle.Failed(key, address);
        metrics.LoggedIn("failed");
        if (throttle.Wait(key, address) is not null)
        {
            await securityLog.WriteAsync(SecurityEventType.LoginThrottled, name, address);
        }
    }

    private async Task<bool> IsRightAsync(User? user, string password, string address)
    {
        if (user is null)
        {
            hasher.VerifyNothing(password);
            return false;
        }

        var isRight = await users.CheckPasswordAsync(user, password);
        if (user.DisabledAt is not null || await IsLockedOutAsync(user, address))
        {
            return false;
        }

        if (isRight && user.AccessFailedCount == 0)
        {
            return true;
        }

        // Of failures at the same instant not every one is counted here; the throttle counts them all.
        _ = isRight ? await users.ResetAccessFailedCountAsync(user) : await users.AccessFailedAsync(user);
        if (!isRight && user.AccessFailedCount == 0)
        {
            // The count starts over with the lock.
            await securityLog.WriteAsync(SecurityEventType.AccountLocked, new UserName(user.Id, user.Username), address);
        }

        return isRight;
    }

    // The lock is for strangers: whoever guesses from many addresses cannot keep the owner out of where they have been.
    // How often one may guess from there is still counted by name and address.
    // A lock that ends later than any that is made now was made before the clock was set back, and is over.
    private async Task<bool> IsLockedOutAsync(User user, string address) =>
        user.LockoutEnd - clock.GetUtcNow() is { } left && left > TimeSpan.Zero && left <= users.Options.Lockout.DefaultLockoutTimeSpan
        && !await securityEvents.HasLoggedInAsync(user.Id, address, clock.GetUtcNow().AddDays(-KnownAddressDays), CancellationToken.None);
}
