using Microsoft.AspNetCore.Identity;

namespace CodeCrafter.Server.Auth;

/// <summary>A user, as others see one.</summary>
internal sealed record UserName(Guid Id, string Username);

/// <summary>What the rest of the server asks of users beyond Identity's stores.</summary>
internal interface IUserDirectory
{
    Task<UserName?> FindByIdAsync(Guid id, CancellationToken cancellationToken);

    /// <summary>In any case.</summary>
    Task<UserName?> FindByUsernameAsync(string username, CancellationToken cancellationToken);

    Task StampLoginAsync(Guid id, DateTimeOffset now, CancellationToken cancellationToken);

    /// <summary>The user, if there is one who had another role.</summary>
    Task<UserName?> SetRoleAsync(string username, UserRole role, CancellationToken cancellationToken);
}

/// <summary>
/// What Identity's <see cref="UserManager{TUser}"/> asks of a user's fields; storage adds finding and keeping users.
/// <see cref="UpdateAsync"/> must refuse a user whose <see cref="User.ConcurrencyStamp"/> is not the stored one, and
/// <see cref="CreateAsync"/> one whose name or address is taken, also when two do so at once.
/// </summary>
internal abstract class UserStore :
    IUserPasswordStore<User>,
    IUserEmailStore<User>,
    IUserSecurityStampStore<User>,
    IUserLockoutStore<User>
{
    protected static readonly IdentityErrorDescriber Errors = new();

    public abstract Task<IdentityResult> CreateAsync(User user, CancellationToken cancellationToken);

    public abstract Task<IdentityResult> UpdateAsync(User user, CancellationToken cancellationToken);

    public abstract Task<IdentityResult> DeleteAsync(User user, CancellationToken cancellationToken);

    public abstract Task<User?> FindByIdAsync(string userId, CancellationToken cancellationToken);

    public abstract Task<User?> FindByNameAsync(string normalizedUserName, CancellationToken cancellationToken);

    public abstract Task<User?> FindByEmailAsync(string normalizedEmail, CancellationToken cancellationToken);

    public Task<string> GetUserIdAsync(User user, CancellationToken cancellationToken) => Task.FromResult(user.Id.ToString());

    public Task<string?> GetUserNameAsync(User user, CancellationToken cancellationToken) => Task.FromResult<string?>(user.Username);

    public Task SetUserNameAsync(User user, string? userName, CancellationToken cancellationToken) => Done(user.Username = userName!);

    public Task<string?> GetNormalizedUserNameAsync(User user, CancellationToken cancellationToken) => Task.FromResult<string?>(user.NormalizedUsername);

    public Task SetNormalizedUserNameAsync(User user, string? normalizedName, CancellationToken cancellationToken) => Done(user.NormalizedUsername = normalizedName!);

    public Task<string?> GetPasswordHashAsync(User user, CancellationToken cancellationToken) => Task.FromResult(user.PasswordHash);

    public Task SetPasswordHashAsync(User user, string? passwordHash, CancellationToken cancellationToken) => Done(user.PasswordHash = passwordHash);

    public Task<bool> HasPasswordAsync(User user, CancellationToken cancellationToken) => Task.FromResult(user.PasswordHash is not null);

    public Task<string?> GetEmailAsync(User user, CancellationToken cancellationToken) => Task.FromResult<string?>(user.Email);

    public Task SetEmailAsync(User user, string? email, CancellationToken cancellationToken) => Done(user.Email = email!);

    // Addresses are not confirmed: the server sends no mail.
    public Task<bool> GetEmailConfirmedAsync(User user, CancellationToken cancellationToken) => Task.FromResult(false);

    public Task SetEmailConfirmedAsync(User user, bool confirmed, CancellationToken cancellationToken) => Task.CompletedTask;

    public Task<string?> GetNormalizedEmailAsync(User user, CancellationToken cancellationToken) => Task.FromResult<string?>(user.NormalizedEmail);

    public Task SetNormalizedEmailAsync(User user, string? normalizedEmail, CancellationToken cancellationToken) => Done(user.NormalizedEmail = normalizedEmail!);

    public Task<string?> GetSecurityStampAsync(User user, CancellationToken cancellationToken) => Task.FromResult<string?>(user.SecurityStamp);

    public Task SetSecurityStampAsync(User user, string stamp, CancellationToken cancellationToken) => Done(user.SecurityStamp = stamp);

    public Task<DateTimeOffset?> GetLockoutEndDateAsync(User user, CancellationToken cancellationToken) => Task.FromResult(user.LockoutEnd);

    public Task SetLockoutEndDateAsync(User user, DateTimeOffset? lockoutEnd, CancellationToken cancellationToken) => Done(user.LockoutEnd = lockoutEnd);

    public Task<int> IncrementAccessFailedCountAsync(User user, CancellationToken cancellationToken) => Task.FromResult(++user.AccessFailedCount);

    public Task ResetAccessFailedCountAsync(User user, CancellationToken cancellationToken) => Done(user.AccessFailedCount = 0);

    public Task<int> GetAccessFailedCountAsync(User user, CancellationToken cancellationToken) => Task.FromResult(user.AccessFailedCount);

    public Task<bool> GetLockoutEnabledAsync(User user, CancellationToken cancellationToken) => Task.FromResult(true);

    public Task SetLockoutEnabledAsync(User user, bool enabled, CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose()
    {
    }

    private static Task Done(object? _) => Task.CompletedTask;
}
