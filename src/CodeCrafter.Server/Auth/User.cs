namespace CodeCrafter.Server.Auth;

internal enum UserRole
{
    User,
    Admin,
}

/// <summary>An account. The username never changes, so that others may keep it beside the id.</summary>
internal sealed class User
{
    public Guid Id { get; init; }

    public string Username { get; set; } = "";

    public string NormalizedUsername { get; set; } = "";

    public string Email { get; set; } = "";

    public string NormalizedEmail { get; set; } = "";

    public string? PasswordHash { get; set; }

    public string FirstName { get; set; } = "";

    public string LastName { get; set; } = "";

    public UserRole Role { get; set; }

    /// <summary>A JSON object that belongs to the page.</summary>
    public string Preferences { get; set; } = "{}";

    /// <summary>Changes with the password. A login made under another stamp is over.</summary>
    public string SecurityStamp { get; set; } = "";

    /// <summary>Changes with each update: of two writers at once the second is refused.</summary>
    public string ConcurrencyStamp { get; set; } = "";

    public int AccessFailedCount { get; set; }

    public DateTimeOffset? LockoutEnd { get; set; }

    public DateTimeOffset? DisabledAt { get; set; }

    public DateTimeOffset? LastLogin { get; set; }

    public DateTimeOffset CreatedAt { get; init; }
}
