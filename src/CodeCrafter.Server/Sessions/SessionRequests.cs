using System.ComponentModel.DataAnnotations;
using CodeCrafter.Server.Platform;

namespace CodeCrafter.Server.Sessions;

// Bodies of requests are public: the generator behind AddValidation does not see other types, and would check nothing.

public sealed record FileRequest(
    [property: Required] string? Path,
    [property: Required(AllowEmptyStrings = true)] string? Content);

/// <param name="MaxParticipants">Participants, the owner included.</param>
/// <param name="AutoSave">For the page.</param>
/// <param name="PublicRole">The role of those who join a public session by themselves: viewer (default) or editor.</param>
public sealed record SettingsRequest(
    [property: Range(1, int.MaxValue)] int? MaxParticipants,
    bool? AutoSave,
    [property: AllowedValues("viewer", "editor", null)] string? PublicRole);

/// <param name="Title">One line.</param>
/// <param name="Description">Any text.</param>
/// <param name="Language">The id of a language, or another of its names.</param>
/// <param name="IsPublic">Every user may read and join it.</param>
/// <param name="Files">The document; the language's sample where nothing is given.</param>
/// <param name="Settings">What is left out has its default.</param>
public sealed record CreateSessionRequest(
    [property: Required, StringLength(200), SingleLine] string? Title,
    [property: StringLength(2000), PlainText] string? Description,
    [property: StringLength(50)] string? Language,
    bool? IsPublic,
    IReadOnlyList<FileRequest?>? Files,
    SettingsRequest? Settings);

/// <summary>What is left out stays as it is.</summary>
public sealed record UpdateSessionRequest(
    [property: StringLength(200, MinimumLength = 1), SingleLine] string? Title,
    [property: StringLength(2000), PlainText] string? Description,
    [property: StringLength(50)] string? Language,
    bool? IsPublic,
    SettingsRequest? Settings) : IValidatableObject
{
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Title is not null && string.IsNullOrWhiteSpace(Title))
        {
            yield return new ValidationResult("The title must not be empty.", [nameof(Title)]);
        }
    }
}

/// <param name="Invite">The code of the link; not needed for a public session.</param>
public sealed record JoinRequest([property: StringLength(100)] string? Invite);

public sealed record RoleRequest(
    [property: Required, AllowedValues("viewer", "editor", "admin", ErrorMessage = "The role is one of viewer, editor and admin.")] string? Role);
