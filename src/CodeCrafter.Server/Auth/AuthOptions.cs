using System.ComponentModel.DataAnnotations;

namespace CodeCrafter.Server.Auth;

/// <summary><c>CodeCrafter:Auth</c>.</summary>
internal sealed class AuthOptions
{
    /// <summary>bcrypt's cost: each step doubles the time of a login and of a guess.</summary>
    [Range(10, 16)]
    public int BcryptCost { get; init; } = 12;

    [Range(1, 60)]
    public int AccessTokenMinutes { get; init; } = 15;

    /// <summary>Days after which a login ends, however often its tokens were refreshed.</summary>
    [Range(1, 90)]
    public int RefreshTokenDays { get; init; } = 7;

    /// <summary>
    /// Seconds during which a browser's superseded cookie is answered with <c>refresh_superseded</c> rather than taken
    /// for a stolen one: tabs share their cookies, and all of them refresh when a browser starts.
    /// </summary>
    [Range(0, 60)]
    public int CookieGraceSeconds { get; init; } = 10;

    /// <summary>Seconds after which open connections are checked again for whether their login is still alive.</summary>
    [Range(1, 300)]
    public int ConnectionCheckSeconds { get; init; } = 5;

    /// <summary>Sockets of one user at once, to documents and to the hub; a tab has two.</summary>
    [Range(2, 100_000)]
    public int ConnectionsPerUser { get; init; } = 100;

    /// <summary>Failed logins for one name from one address, in <see cref="FailureWindowMinutes"/>.</summary>
    [Range(1, 1000)]
    public int FailuresPerNameAndAddress { get; init; } = 10;

    [Range(1, 1440)]
    public int FailureWindowMinutes { get; init; } = 5;

    /// <summary>Failed logins in a row, from wherever, after which an account rests for <see cref="LockoutSeconds"/>.</summary>
    [Range(1, 1000)]
    public int FailuresPerAccount { get; init; } = 50;

    /// <summary>Short: the lock keeps the owner of the account out too, where they come from an address that is new.</summary>
    [Range(1, 3600)]
    public int LockoutSeconds { get; init; } = 60;

    /// <summary>Days for which the security log is kept.</summary>
    [Range(1, 3650)]
    public int SecurityEventDays { get; init; } = 90;

    /// <summary>Failed logins in the security log; the oldest beyond it go, since strangers can make any number of them.</summary>
    [Range(100, 100_000_000)]
    public int MaxFailureEvents { get; init; } = 1_000_000;

    /// <summary>Usernames of existing accounts that become administrators at start, separated by commas.</summary>
    public string Admins { get; init; } = "";
}
