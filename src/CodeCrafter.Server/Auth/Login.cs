namespace CodeCrafter.Server.Auth;

/// <summary>
/// One login of a user on one device: the family of the refresh tokens that follow each other. Only hashes of the
/// newest and of the one before are kept; any other secret under a known selector is an old token.
/// </summary>
internal sealed class Login
{
    /// <summary>In access tokens as <c>sid</c>.</summary>
    public Guid Id { get; init; }

    public Guid UserId { get; init; }

    /// <summary>The part of the refresh token that finds the login. Only a refresh token holds it.</summary>
    public required byte[] Selector { get; init; }

    public required byte[] TokenHash { get; set; }

    public byte[]? PreviousTokenHash { get; set; }

    /// <summary>The user's stamp when the login was made.</summary>
    public required string SecurityStamp { get; set; }

    public DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset RotatedAt { get; set; }

    /// <summary>Rotation does not move it.</summary>
    public DateTimeOffset ExpiresAt { get; init; }

    public DateTimeOffset? RevokedAt { get; set; }
}

/// <summary>Logins in storage. Each operation touches one login (or only drops dead ones).</summary>
internal interface ILoginStore
{
    /// <summary>Stores a login and forgets those of the same user that have expired by <paramref name="now"/>.</summary>
    Task AddAsync(Login login, DateTimeOffset now, CancellationToken cancellationToken);

    Task<Login?> FindAsync(byte[] selector, CancellationToken cancellationToken);

    /// <summary>Puts the new hash in the place of the old one if that is still the newest and the login is not revoked.</summary>
    Task<bool> RotateAsync(Guid id, byte[] oldHash, byte[] newHash, DateTimeOffset now, CancellationToken cancellationToken);

    Task RevokeAsync(Guid id, DateTimeOffset now, CancellationToken cancellationToken);

    /// <summary>Lets a login outlive the change of its user's stamp.</summary>
    Task SetSecurityStampAsync(Guid id, string securityStamp, CancellationToken cancellationToken);

    /// <summary>The login exists, is neither expired nor revoked, and its user is neither disabled nor has another stamp.</summary>
    Task<bool> IsActiveAsync(Guid id, Guid userId, DateTimeOffset now, CancellationToken cancellationToken);
}
