namespace CodeCrafter.Server.Auth.SecurityEvents;

/// <summary>What happened.</summary>
// Names are stored and shown, so they stay.
internal enum SecurityEventType
{
    AccountCreated,
    LoginSucceeded,
    LoginFailed,
    /// <summary>So many logins for one name from one address failed that more are refused for a while.</summary>
    LoginThrottled,
    /// <summary>So many logins for one account failed that it rests for a moment, wherever they come from.</summary>
    AccountLocked,
    LoggedOut,
    /// <summary>An old refresh token was used: two parties have held it, and its login is over.</summary>
    RefreshTokenReused,
    PasswordChanged,
    /// <summary>A change of the password with a wrong current one.</summary>
    PasswordChangeFailed,
    /// <summary>A user became an administrator of the server.</summary>
    AdministratorMade,
    AccountDisabled,
    AccountEnabled,
    ParticipantAdded,
    RoleChanged,
    ParticipantRemoved,
    /// <summary>The links of a session that were given out before do not work any more.</summary>
    InviteRenewed,
    /// <summary>A session became public or private.</summary>
    VisibilityChanged,
    SessionDeleted,
    /// <summary>A session has another owner.</summary>
    OwnershipTransferred,
    InvitationMade,
    InvitationRevoked,
    /// <summary>Somebody came into a session by its invite code or an invitation.</summary>
    InvitationUsed,
    /// <summary>A session can be read by a link, without an account.</summary>
    PublicLinkMade,
    PublicLinkRevoked,
}

/// <summary>
/// One entry of the security log. It says who, whom, where and from where; never a password, a token, a code or what
/// somebody typed: people type passwords into the field for the name.
/// </summary>
internal sealed class SecurityEvent
{
    public required Guid Id { get; init; }

    public required DateTimeOffset At { get; init; }

    public required SecurityEventType Type { get; init; }

    /// <summary>Whose account it is about; null where there is no such account.</summary>
    public Guid? UserId { get; init; }

    /// <summary>Names never change, and stay here when the account is gone.</summary>
    public string? Username { get; init; }

    /// <summary>Who did it, where that is another user.</summary>
    public Guid? ActorId { get; init; }

    public string? ActorUsername { get; init; }

    public Guid? SessionId { get; init; }

    /// <summary>The client as the limits see it (an IPv6 client is its /64); null for what the server does by itself.</summary>
    public string? Address { get; init; }

    /// <summary>A few words of ours, such as the role that was given.</summary>
    public string? Detail { get; init; }
}

/// <summary>Which events; null is any.</summary>
/// <param name="Type">Of this kind.</param>
/// <param name="UserId">About this user, or done by them.</param>
/// <param name="SessionId">In this session.</param>
/// <param name="Address">From this client.</param>
/// <param name="From">Not before.</param>
/// <param name="To">Before.</param>
internal sealed record SecurityEventFilter(
    SecurityEventType? Type, Guid? UserId, Guid? SessionId, string? Address, DateTimeOffset? From, DateTimeOffset? To);

/// <summary>The security log in storage.</summary>
internal interface ISecurityEventStore
{
    Task AddAsync(SecurityEvent securityEvent, CancellationToken cancellationToken);

    /// <summary>The newest first, and how many there are in all.</summary>
    Task<(IReadOnlyList<SecurityEvent> Page, int Total)> ListAsync(
        SecurityEventFilter filter, int skip, int take, CancellationToken cancellationToken);

    /// <summary>The user has logged in from this client since then.</summary>
    Task<bool> HasLoggedInAsync(Guid userId, string address, DateTimeOffset since, CancellationToken cancellationToken);

    /// <summary>
    /// Forgets what happened before <paramref name="before"/>, and of failed logins the oldest beyond
    /// <paramref name="maxFailures"/>: those are what strangers can make as many of as they like. Returns how many went.
    /// </summary>
    Task<int> ForgetAsync(DateTimeOffset before, int maxFailures, CancellationToken cancellationToken);
}
