using CodeCrafter.Server.Tests.Fixture;

namespace CodeCrafter.Server.Tests.Recordings;

internal sealed record RecordingDto(
    Guid SessionId, string Title, string Language, DateTimeOffset? From, DateTimeOffset? To, int Updates, long UpdateBytes, long LastSequence, UserNameDto[] Authors);

internal sealed record RecordingEnvelopeDto(RecordingDto Recording);

internal sealed record UpdateDto(long Sequence, DateTimeOffset At, Guid? AuthorId, byte[] Data);

internal sealed record UpdatePageDto(UpdateDto[] Updates, long? NextAfter);

internal sealed record KeyframeDto(long Sequence, DateTimeOffset At, byte[] State);

internal sealed record EventDto(Guid Id, DateTimeOffset At, string Kind, UserNameDto User, string? Role, string? Text, ResultDto? Run, OutputMarkDto[]? Output);

internal sealed record OutputMarkDto(long At, string Phase, string Stream, long Length);

internal sealed record EventPageDto(EventDto[] Events, string? NextAfter);

/// <summary>What clients do with a recording.</summary>
internal static class RecordingClient
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public static async Task<RecordingDto> GetRecordingAsync(this TestUser user, Guid sessionId)
    {
        using var response = await user.Http.GetAsync($"/api/sessions/{sessionId}/recording", Stop);
        return (await response.ReadAsync<RecordingEnvelopeDto>()).Recording;
    }

    /// <summary>All updates, and how many pages they took.</summary>
    public static async Task<(List<UpdateDto> Updates, int Pages)> GetUpdatesAsync(this TestUser user, Guid sessionId, int limit = 1000, long after = 0)
    {
        var (updates, pages) = (new List<UpdateDto>(), 0);
        for (long? next = after; next is { } place; pages++)
        {
            using var response = await user.Http.GetAsync($"/api/sessions/{sessionId}/recording/updates?after={place}&limit={limit}", Stop);
            var page = await response.ReadAsync<UpdatePageDto>();
            updates.AddRange(page.Updates);
            next = page.NextAfter;
        }

        return (updates, pages);
    }

    public static async Task<KeyframeDto> GetKeyframeAsync(this TestUser user, Guid sessionId, DateTimeOffset at)
    {
        using var response = await user.Http.GetAsync($"/api/sessions/{sessionId}/recording/keyframe?at={Uri.EscapeDataString(at.ToString("O"))}", Stop);
        return await response.ReadAsync<KeyframeDto>();
    }

    /// <summary>All events, and how many pages they took.</summary>
    public static async Task<(List<EventDto> Events, int Pages)> GetEventsAsync(this TestUser user, Guid sessionId, int limit = 50)
    {
        var (events, pages) = (new List<EventDto>(), 0);
        for (var next = ""; next is not null; pages++)
        {
            using var response = await user.Http.GetAsync($"/api/sessions/{sessionId}/recording/events?after={next}&limit={limit}", Stop);
            var page = await response.ReadAsync<EventPageDto>();
            events.AddRange(page.Events);
            next = page.NextAfter;
        }

        return (events, pages);
    }
}
