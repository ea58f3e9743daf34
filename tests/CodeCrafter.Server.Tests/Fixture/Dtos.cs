using System.Text.Json;

namespace CodeCrafter.Server.Tests.Fixture;

// Written down again rather than shared with the server, so that a change of its shapes breaks a test.

internal sealed record UserDto(
    Guid Id, string Username, string Email, string FirstName, string LastName, string Role, JsonElement Preferences, DateTimeOffset? LastLogin, DateTimeOffset CreatedAt);

internal sealed record TokensDto(UserDto User, string AccessToken, string RefreshToken, int ExpiresIn);

internal sealed record MeDto(UserDto User);

internal sealed record ProblemDto(
    string Type, string Title, int Status, string? Detail, string Code, string TraceId, Dictionary<string, string[]>? Errors);
