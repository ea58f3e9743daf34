using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using CodeCrafter.Server.Platform;

namespace CodeCrafter.Server.Auth;

// Bodies of requests are public: the generator behind AddValidation does not see other types, and would check nothing.

public sealed record RegisterRequest(
    [property: Needed, TextLength(32, MinimumLength = 3), RegularExpression("[A-Za-z0-9._-]+", ErrorMessage = "A username has only the letters A to Z, digits, '.', '_' and '-'.")]
    string? Username,
    [property: Needed, MailAddress]
    string? Email,
    [property: Needed, TextLength(RegisterRequest.MaxPassword, MinimumLength = RegisterRequest.MinPassword)]
    string? Password,
    [property: TextLength(100), SingleLine]
    string? FirstName,
    [property: TextLength(100), SingleLine]
    string? LastName)
{
    public const int MinPassword = 8;
    public const int MaxPassword = 1024;
}

public sealed record LoginRequest(
    [property: TextLength(254)] string? Email,
    [property: TextLength(254)] string? Username,
    [property: Needed, TextLength(RegisterRequest.MaxPassword)] string? Password) : IValidatableObject
{
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (string.IsNullOrEmpty(Email) && string.IsNullOrEmpty(Username))
        {
            yield return new ValidationResult("Give a username or an email address.", [nameof(Username)]);
        }
    }
}

public sealed record RefreshRequest([property: TextLength(256)] string? RefreshToken);

public sealed record UpdateMeRequest(
    [property: TextLength(100), SingleLine] string? FirstName,
    [property: TextLength(100), SingleLine] string? LastName,
    JsonElement? Preferences) : IValidatableObject
{
    private const int MaxPreferences = 16 * 1024;

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Preferences is { ValueKind: not (JsonValueKind.Object or JsonValueKind.Null) })
        {
            yield return new ValidationResult("The preferences are a JSON object.", [nameof(Preferences)]);
        }
        else if (Preferences is { } preferences && preferences.GetRawText().Length > MaxPreferences)
        {
            yield return new ValidationResult($"The preferences are longer than {MaxPreferences} characters.", [nameof(Preferences)]);
        }
    }
}

public sealed record ChangePasswordRequest(
    [property: Needed, TextLength(RegisterRequest.MaxPassword)] string? CurrentPassword,
    [property: Needed, TextLength(RegisterRequest.MaxPassword, MinimumLength = RegisterRequest.MinPassword)] string? NewPassword);

internal sealed record UserResponse(
    Guid Id,
    string Username,
    string Email,
    string FirstName,
    string LastName,
    UserRole Role,
    JsonElement Preferences,
    DateTimeOffset? LastLogin,
    DateTimeOffset CreatedAt)
{
    public static UserResponse From(User user) => new(
        user.Id,
        user.Username,
        user.Email,
        user.FirstName,
        user.LastName,
        user.Role,
        JsonElement.Parse(user.Preferences),
        user.LastLogin,
        user.CreatedAt);
}

/// <param name="User">The account.</param>
/// <param name="AccessToken">For <c>Authorization: Bearer</c>.</param>
/// <param name="RefreshToken">Works once. Browsers have it in a cookie too.</param>
/// <param name="ExpiresIn">Seconds until the access token expires.</param>
internal sealed record TokenResponse(UserResponse User, string AccessToken, string RefreshToken, int ExpiresIn);

internal sealed record MeResponse(UserResponse User);
