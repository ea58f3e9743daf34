using System.Text.Json;

namespace CodeCrafter.Server.Tests.Fixture;

// Written down again rather than shared with the server, so that a change of its shapes breaks a test.

internal sealed record UserDto(
    Guid Id, string Username, string Email, string FirstName, string LastName, string Role, JsonElement Preferences, DateTimeOffset? LastLogin, DateTimeOffset CreatedAt);

internal sealed record TokensDto(UserDto User, string AccessToken, string RefreshToken, int ExpiresIn);

internal sealed record MeDto(UserDto User);

internal sealed record UserNameDto(Guid Id, string Username);

internal sealed record ParticipantDto(UserNameDto User, string Role, DateTimeOffset JoinedAt, bool IsOnline, bool IsGuest);

internal sealed record SettingsDto(
    int MaxParticipants,
    bool AutoSave,
    string PublicRole,
    int AutoSaveMinutes = 10,
    string RunRole = "editor",
    string ChatRole = "viewer",
    bool AllowGuests = false);

internal sealed record FileDto(string Path, string Content);

internal sealed record StatsDto(DateTimeOffset LastActivity, int TotalExecutions, int ActiveParticipants);

internal sealed record SessionDto(
    Guid Id,
    string Title,
    string Description,
    string Language,
    bool IsPublic,
    UserNameDto Owner,
    string? Role,
    ParticipantDto[] Participants,
    SettingsDto Settings,
    string? InviteCode,
    FileDto[]? Files,
    string? Content,
    StatsDto Stats,
    Guid? ForkedFrom,
    int ForksCount,
    DateTimeOffset CreatedAt,
    DateTimeOffset UpdatedAt,
    int Version,
    bool HasPublicLink,
    DateTimeOffset? DeletedAt,
    DateTimeOffset? RestorableUntil = null);

internal sealed record SessionEnvelopeDto(SessionDto Session);

internal sealed record ParticipantEnvelopeDto(ParticipantDto Participant);

internal sealed record InviteDto(string InviteCode);

internal sealed record PreviewDto(string Title, UserNameDto Owner, string Role, bool AllowsGuests);

internal sealed record InvitationDto(
    Guid Id, string Role, UserNameDto CreatedBy, DateTimeOffset CreatedAt, DateTimeOffset? ExpiresAt, int? MaxUses, int Uses, bool IsUsable);

internal sealed record CreatedInvitationDto(InvitationDto Invitation, string Token);

internal sealed record InvitationListDto(InvitationDto[] Invitations);

internal sealed record SnapshotDto(
    Guid Id, string Title, string Message, UserNameDto CreatedBy, DateTimeOffset CreatedAt, bool IsAutomatic, int Size);

internal sealed record SnapshotEnvelopeDto(SnapshotDto Snapshot);

internal sealed record SnapshotListDto(SnapshotDto[] Snapshots, PaginationDto Pagination);

internal sealed record SnapshotFilesDto(SnapshotDto Snapshot, FileDto[] Files, string Entry, string Language);

internal sealed record DiffLineDto(string Kind, string Text, bool NoNewline);

internal sealed record DiffHunkDto(int OldStart, int OldLines, int NewStart, int NewLines, DiffLineDto[] Lines);

internal sealed record FileDiffDto(string Path, string Change, int Additions, int Deletions, DiffHunkDto[] Hunks, bool Truncated);

internal sealed record SnapshotDiffDto(SnapshotDto From, SnapshotDto? To, FileDiffDto[] Files, int Additions, int Deletions);

internal sealed record VisitDto(SessionDto Session, UserNameDto User, string AccessToken, int ExpiresIn);

internal sealed record PaginationDto(int Page, int Limit, int Total, int TotalPages);

internal sealed record SessionListDto(SessionDto[] Sessions, PaginationDto Pagination);

internal sealed record StatusDto(int Id, string Description);

internal sealed record StepDto(
    string Stdout,
    string Stderr,
    int? ExitCode,
    string? Signal,
    double CpuTimeMs,
    double WallTimeMs,
    long MemoryBytes,
    bool StdoutTruncated,
    bool StderrTruncated,
    string? LimitExceeded,
    bool? Cached);

internal sealed record TestCaseDto(
    int Index, string? Name, bool Hidden, StatusDto? Status, StepDto? Run, string? Compare, double? Tolerance, string? Stdin, string? ExpectedOutput);

internal sealed record OutputFileDto(string Path, long Size, string ContentType);

internal sealed record ResultDto(
    Guid JobId,
    Guid? SessionId,
    string Language,
    string? Version,
    StatusDto Status,
    StepDto? Compile,
    StepDto? Run,
    UserNameDto ExecutedBy,
    DateTimeOffset CreatedAt,
    DateTimeOffset? StartedAt,
    DateTimeOffset? FinishedAt,
    int? QueuePosition,
    TestCaseDto[]? TestCases,
    OutputFileDto[] OutputFiles,
    int OutputFilesOmitted,
    FileDto[]? Files,
    bool Shortened);

internal sealed record JobDto(Guid JobId, int? QueuePosition);

internal sealed record KilledDto(int Killed);

internal sealed record HistoryDto(ResultDto[] Executions, PaginationDto Pagination);

internal sealed record ProblemDto(
    string Type, string Title, int Status, string? Detail, string Code, string TraceId, Dictionary<string, string[]>? Errors);
