using System.Security.Claims;
using System.Security.Cryptography;
using CodeCrafter.Server.Auth.SecurityEvents;
using CodeCrafter.Server.Platform;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;

namespace CodeCrafter.Server.Auth;

/// <summary>A user with the tokens of one of their logins.</summary>
internal sealed record IssuedTokens(User User, string AccessToken, RefreshToken RefreshToken, DateTimeOffset LoginExpiresAt);

internal enum RefreshOutcome
{
    Refreshed,
    /// <summary>Not a token of a login that is alive.</summary>
    Invalid,
    /// <summary>Another request used the token at the same time; its answer carries the next one.</summary>
    Superseded,
    /// <summary>An old token: somebody has a copy, and the login is over for everybody.</summary>
    Reused,
}

/// <summary>
/// Starts, continues and ends logins.
/// <para>
/// The rule for refresh tokens: each works once. Of requests that use one at the same time a single one wins; the
/// others are told so (<see cref="RefreshOutcome.Superseded"/>) and nothing else happens. The same holds for
/// <see cref="AuthOptions.CookieGraceSeconds"/> after the use of a cookie, which tabs share. In any other case an old
/// token means that two parties hold it, and its login ends. An answer that got lost therefore costs a new login.
/// </para>
/// </summary>
internal sealed class Logins(
    ILoginStore store,
    IVisitors visitors,
    AccessTokens accessTokens,
    IOptions<AuthOptions> options,
    TimeProvider time,
    LoginChanges changes,
    SecurityLog securityLog,
    CodeCrafterMetrics metrics)
{
    // One refresh of a login at a time; who had to wait came at the same time. Strangers that share a gate only ever
    // make each other wait.
    private readonly SemaphoreSlim[] _gates = [.. Enumerable.Range(0, 64).Select(_ => new SemaphoreSlim(1))];

    public async Task<IssuedTokens> StartAsync(User user, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var token = RefreshToken.Create();
        var login = new Login
        {
            Id = Guid.CreateVersion7(now),
            UserId = user.Id,
            Selector = token.Selector,
            TokenHash = token.Hash,
            SecurityStamp = user.SecurityStamp,
            CreatedAt = now,
            RotatedAt = now,
            ExpiresAt = now.AddDays(options.Value.RefreshTokenDays),
        };
        await store.AddAsync(login, now, cancellationToken);
        return new IssuedTokens(user, accessTokens.Create(user, login.Id), token, login.ExpiresAt);
    }

    /// <param name="token">The refresh token.</param>
    /// <param name="fromCookie">It came in the cookie, which tabs share.</param>
    /// <param name="address">The client, for the security log.</param>
    /// <param name="users">The accounts.</param>
    /// <param name="cancellationToken">When the caller is gone.</param>
    public async Task<(RefreshOutcome Outcome, IssuedTokens? Tokens)> RefreshAsync(
        string? token, bool fromCookie, string address, UserManager<User> users, CancellationToken cancellationToken)
    {
        var (outcome, tokens, reused) = RefreshToken.Parse(token) is { } presented
            ? await RefreshAsync(presented, fromCookie, users, cancellationToken)
            : new Refresh(RefreshOutcome.Invalid);
        metrics.Refreshed(outcome.ToString().ToLowerInvariant());
        if (reused is not null)
        {
            await securityLog.WriteAsync(SecurityEventType.RefreshTokenReused, new UserName(reused.Id, reused.Username), address);
        }

        return (outcome, tokens);
    }

    /// <summary>Ends the login of this refresh token, if there is one; returns whose it was.</summary>
    public async Task<Guid?> EndAsync(string? token, CancellationToken cancellationToken)
    {
        if (RefreshToken.Parse(token) is not { } presented
            || await store.FindAsync(presented.Selector, cancellationToken) is not { RevokedAt: null } login)
        {
            return null;
        }

        await EndAsync(login.Id, login.UserId, cancellationToken);
        return login.UserId;
    }

    public async Task EndAsync(Guid loginId, Guid userId, CancellationToken cancellationToken)
    {
        await store.RevokeAsync(loginId, time.GetUtcNow(), cancellationToken);
        changes.Of(userId);
    }

    /// <summary>
    /// Lets one login live on after a change of the password. All others have ended with the old stamp, in the same
    /// write that changed the password.
    /// </summary>
    public async Task KeepAsync(Guid loginId, User user, CancellationToken cancellationToken)
    {
        await store.SetSecurityStampAsync(loginId, user.SecurityStamp, cancellationToken);
        changes.Of(user.Id);
    }

    /// <summary>
    /// The login behind a validated access token is still alive, or the visit of one who has none. Requests are checked on arrival; whoever keeps a
    /// connection open asks again from time to time.
    /// </summary>
    public Task<bool> IsActiveAsync(ClaimsPrincipal caller, CancellationToken cancellationToken) =>
        caller.GetVisitedSession() is { } sessionId
            ? visitors.IsActiveAsync(sessionId, caller.GetUserId(), cancellationToken)
            : store.IsActiveAsync(caller.GetLoginId(), caller.GetUserId(), time.GetUtcNow(), cancellationToken);

    private async Task<Refresh> RefreshAsync(
        RefreshToken presented, bool fromCookie, UserManager<User> users, CancellationToken cancellationToken)
    {
        var gate = _gates[presented.Selector[0] % _gates.Length];
        var atTheSameTime = !gate.Wait(0, CancellationToken.None);
        if (atTheSameTime)
        {
            await gate.WaitAsync(cancellationToken);
        }

        try
        {
            return await RefreshInTurnAsync(presented, fromCookie, atTheSameTime, users, cancellationToken);
        }
        finally
        {
            gate.Release();
        }
    }

    private async Task<Refresh> RefreshInTurnAsync(
        RefreshToken presented, bool fromCookie, bool atTheSameTime, UserManager<User> users, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var login = await store.FindAsync(presented.Selector, cancellationToken);
        if (login is not { RevokedAt: null } || login.ExpiresAt <= now)
        {
            return new Refresh(RefreshOutcome.Invalid);
        }

        var user = await users.FindByIdAsync(login.UserId.ToString());
        if (user is not { DisabledAt: null } || user.SecurityStamp != login.SecurityStamp)
        {
            return new Refresh(RefreshOutcome.Invalid);
        }

        if (CryptographicOperations.FixedTimeEquals(presented.Hash, login.TokenHash))
        {
            var next = presented.Next();
            // Another node may have been faster.
            return await store.RotateAsync(login.Id, presented.Hash, next.Hash, now, cancellationToken)
                ? new Refresh(RefreshOutcome.Refreshed, new IssuedTokens(user, accessTokens.Create(user, login.Id), next, login.ExpiresAt))
                : new Refresh(RefreshOutcome.Superseded);
        }

        var isPrevious = login.PreviousTokenHash is { } previous && CryptographicOperations.FixedTimeEquals(presented.Hash, previous);
        var inGrace = fromCookie && now - login.RotatedAt < TimeSpan.FromSeconds(options.Value.CookieGraceSeconds);
        if (isPrevious && (atTheSameTime || inGrace))
        {
            return new Refresh(RefreshOutcome.Superseded);
        }

        await EndAsync(login.Id, user.Id, cancellationToken);
        return new Refresh(RefreshOutcome.Reused, ReusedBy: user);
    }

    private readonly record struct Refresh(RefreshOutcome Outcome, IssuedTokens? Tokens = null, User? ReusedBy = null);
}
