using System.ComponentModel.DataAnnotations;
using CodeCrafter.Server.Platform;

namespace CodeCrafter.Server.Sessions;

// Bodies of requests are public: the generator behind AddValidation does not see other types, and would check nothing.

public sealed record FileRequest(
    [property: Needed] string? Path,
    [property: Needed(AllowEmptyStrings = true)] string? Content);

/// <param name="MaxParticipants">Participants, the owner included: from 1 to the server's bound, 200 by default.</param>
/// <param name="AutoSave">Snapshots are taken by themselves while the document is edited. Edits are saved in any case.</param>
/// <param name="AutoSaveMinutes">Minutes between automatic snapshots; 10 by default.</param>
/// <param name="PublicRole">The role of those who join a public session by themselves: viewer (default) or editor.</param>
/// <param name="RunRole">The least role that may run programs: editor (default), admin or owner.</param>
/// <param name="ChatRole">The least role that may write messages: viewer (default), editor, admin or owner.</param>
/// <param name="AllowGuests">People without an account may come in by a link, under a name that they choose.</param>
public sealed record SettingsRequest(
    int? MaxParticipants,
    bool? AutoSave,
    [property: Between(1, 1440)] int? AutoSaveMinutes,
    [property: OneOf("viewer", "editor", null)] string? PublicRole,
    [property: OneOf("editor", "admin", "owner", null)] string? RunRole,
    [property: OneOf("viewer", "editor", "admin", "owner", null)] string? ChatRole,
    bool? AllowGuests);

/// <param name="Title">One line.</param>
/// <param name="Description">Any text.</param>
/// <param name="Language">The id of a language, or another of its names.</param>
/// <param name="IsPublic">Every user may read and join it.</param>
/// <param name="Files">The document; the language's sample where nothing is given.</param>
/// <param name="Settings">What is left out has its default.</param>
public sealed record CreateSessionRequest(
    [property: Needed, TextLength(CreateSessionRequest.MaxTitle), SingleLine] string? Title,
    [property: TextLength(CreateSessionRequest.MaxDescription), PlainText] string? Description,
    [property: TextLength(50)] string? Language,
    bool? IsPublic,
    IReadOnlyList<FileRequest?>? Files,
    SettingsRequest? Settings)
{
    public const int MaxTitle = 200;
    public const int MaxDescription = 2000;
}

/// <summary>What is left out stays as it is.</summary>
public sealed record UpdateSessionRequest(
    [property: TextLength(CreateSessionRequest.MaxTitle, MinimumLength = 1), SingleLine] string? Title,
    [property: TextLength(CreateSessionRequest.MaxDescription), PlainText] string? Description,
    [property: TextLength(50)] string? Language,
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

/// <param name="Invite">The invite code of the session, or the token of an invitation; not needed for a public session.</param>
public sealed record JoinRequest([property: TextLength(100)] string? Invite);

public sealed record RoleRequest(
    [property: Needed, OneOf("viewer", "editor", "admin")] string? Role);
