namespace CodeCrafter.Server.Sessions.Invitations;

/// <summary>A link into a session, with a role and limits of its own. Its token is shown once and stored as a hash.</summary>
internal sealed class Invitation
{
    public const int MaxPerSession = 50;

    public required Guid Id { get; init; }

    public required byte[] TokenHash { get; init; }

    /// <summary>What those who come by it become: viewer, editor or admin.</summary>
    public required SessionRole Role { get; init; }

    public required Guid CreatedById { get; init; }

    public required string CreatedByName { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Null: never.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>How many may come by it; null for any number.</summary>
    public int? MaxUses { get; init; }

    /// <summary>How many came by it. Who is in already uses up nothing.</summary>
    public int Uses { get; private set; }

    public bool IsUsable(DateTimeOffset now) => !(ExpiresAt <= now) && !(Uses >= MaxUses);

    /// <summary>Counts a use, or says why there is none left.</summary>
    public SessionRefusal? Use(DateTimeOffset now)
    {
        if (ExpiresAt <= now)
        {
            return SessionRefusal.InvitationExpired;
        }

        if (Uses >= MaxUses)
        {
            return SessionRefusal.InvitationUsedUp;
        }

        Uses++;
        return null;
    }
}
