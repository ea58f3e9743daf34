using System.Text.Json.Serialization;
using CodeCrafter.Server.Platform;

namespace CodeCrafter.Server.Sessions;

internal sealed record UserNameResponse(Guid Id, string Username);

/// <param name="IsGuest">Has no account; the name is one that they chose.</param>
internal sealed record ParticipantResponse(UserNameResponse User, SessionRole Role, DateTimeOffset JoinedAt, bool IsOnline, bool IsGuest);

internal sealed record SettingsResponse(
    int MaxParticipants, bool AutoSave, int AutoSaveMinutes, SessionRole PublicRole, SessionRole RunRole, SessionRole ChatRole, bool AllowGuests);

internal sealed record StatsResponse(DateTimeOffset LastActivity, int TotalExecutions, int ActiveParticipants);

internal sealed record SessionResponse
{
    public required Guid Id { get; init; }

    public required string Title { get; init; }

    public required string Description { get; init; }

    public required string Language { get; init; }

    public required bool IsPublic { get; init; }

    public required UserNameResponse Owner { get; init; }

    /// <summary>The caller's; null for one who is not in it, and may read it because it is public.</summary>
    public required SessionRole? Role { get; init; }

    public required IReadOnlyList<ParticipantResponse> Participants { get; init; }

    public required SettingsResponse Settings { get; init; }

    /// <summary>Somebody who has the public link can read the session without an account.</summary>
    public required bool HasPublicLink { get; init; }

    /// <summary>For admins and the owner: the secret of the link <c>/s/{id}?invite={inviteCode}</c>.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? InviteCode { get; init; }

    /// <summary>Not in lists.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<SessionFile>? Files { get; init; }

    /// <summary>The text of the entry file. Not in lists.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Content { get; init; }

    public required StatsResponse Stats { get; init; }

    public Guid? ForkedFrom { get; init; }

    public int ForksCount { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset UpdatedAt { get; init; }

    /// <summary>Of title, description, visibility and settings; the same as in the <c>ETag</c>.</summary>
    public required int Version { get; init; }

    /// <summary>Only where deleted sessions are listed.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? DeletedAt { get; init; }

    /// <summary>Only where deleted sessions are listed: then it is removed for good.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? RestorableUntil { get; init; }
}

internal sealed record SessionEnvelope(SessionResponse Session);

internal sealed record ParticipantEnvelope(ParticipantResponse Participant);

internal sealed record InviteEnvelope(string InviteCode);

internal sealed record SessionListResponse(IReadOnlyList<SessionResponse> Sessions, PaginationResponse Pagination);
