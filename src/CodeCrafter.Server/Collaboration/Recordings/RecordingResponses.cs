using System.Globalization;
using System.Text.Json.Serialization;
using CodeCrafter.Server.Collaboration.Hubs;
using CodeCrafter.Server.Execution;
using CodeCrafter.Server.Sessions;

namespace CodeCrafter.Server.Collaboration.Recordings;

/// <param name="SessionId">The session.</param>
/// <param name="Title">Its title.</param>
/// <param name="Language">Its language id.</param>
/// <param name="From">The time of the first update or event; null where there is nothing to replay.</param>
/// <param name="To">The time of the last one.</param>
/// <param name="Updates">Updates of the document. Old ones are merged, those of each second and author.</param>
/// <param name="UpdateBytes">Bytes of all updates.</param>
/// <param name="LastSequence">The place of the last update in the document's log.</param>
/// <param name="Authors">Who edited the document.</param>
internal sealed record RecordingResponse(
    Guid SessionId,
    string Title,
    string Language,
    DateTimeOffset? From,
    DateTimeOffset? To,
    int Updates,
    long UpdateBytes,
    long LastSequence,
    IReadOnlyList<UserNameResponse> Authors);

internal sealed record RecordingEnvelope(RecordingResponse Recording);

/// <param name="Sequence">The place in the document's log. Places are not dense.</param>
/// <param name="At">When the document took it.</param>
/// <param name="AuthorId">Whose client sent it, one of the recording's authors; null for the server.</param>
/// <param name="Data">A Yjs V1 update, as base64.</param>
internal sealed record UpdateItem(long Sequence, DateTimeOffset At, Guid? AuthorId, byte[] Data)
{
    public static UpdateItem From(RecordedUpdate update) => new(update.Sequence, update.At, update.AuthorId, update.Data);
}

/// <param name="Updates">In the order of the log.</param>
/// <param name="NextAfter">What to ask for as <c>after</c> to get the next page; null where this is the last.</param>
internal sealed record UpdatePage(IReadOnlyList<UpdateItem> Updates, long? NextAfter);

/// <param name="Sequence">The place in the log up to which all updates are in the state; 0 for the empty document.</param>
/// <param name="At">From this time on the state may be shown.</param>
/// <param name="State">The state, as one Yjs V1 update in base64.</param>
internal sealed record KeyframeResponse(long Sequence, DateTimeOffset At, byte[] State);

/// <summary>Something that happened beside edits.</summary>
internal sealed record EventItem
{
    public required Guid Id { get; init; }

    public required DateTimeOffset At { get; init; }

    public required RecordedEventKind Kind { get; init; }

    /// <summary>Who did it, or whom it concerns.</summary>
    public required UserNameResponse User { get; init; }

    /// <summary>Of <c>added</c> and <c>roleChanged</c>, and of <c>joined</c>: the role from then on.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public SessionRole? Role { get; init; }

    /// <summary>Of <c>message</c>: what was written.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Text { get; init; }

    /// <summary>Of <c>run</c>: the result, as the execution history gives it to this reader, without the files that ran.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ExecutionResult? Run { get; init; }

    /// <summary>
    /// Of <c>run</c>: how much of each stream had been printed when, in the order in which it came. What comes together is
    /// one mark, and there are at most 500. Left out where nothing was printed, and for test cases.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<OutputMark>? Output { get; init; }

    public static EventItem From(JournalEntry entry) => new()
    {
        Id = entry.Id,
        At = entry.At,
        Kind = entry.Kind,
        User = new UserNameResponse(entry.UserId, entry.Username),
        Role = entry.Role,
    };

    public static EventItem From(ChatMessage message) => new()
    {
        Id = message.Id,
        At = message.SentAt,
        Kind = RecordedEventKind.Message,
        User = new UserNameResponse(message.UserId, message.Username),
        Text = message.Text,
    };

    /// <param name="run">A run that is over.</param>
    /// <param name="readerId">Who sees it: hidden test cases stay hidden.</param>
    /// <param name="role">The reader's role in the session.</param>
    public static EventItem From(RecordedRun run, Guid readerId, SessionRole role) => new()
    {
        Id = run.Execution.Id,
        At = run.Execution.CreatedAt,
        Kind = RecordedEventKind.Run,
        User = new UserNameResponse(run.Execution.UserId, run.Execution.Username),
        Run = ExecutionResult.From(run.Execution).For(readerId, role),
        Output = run.Output,
    };
}

/// <param name="Events">By time.</param>
/// <param name="NextAfter">What to ask for as <c>after</c> to get the next page; null where this is the last.</param>
internal sealed record EventPage(IReadOnlyList<EventItem> Events, string? NextAfter);

/// <summary>Places among events as clients pass them back.</summary>
internal static class EventCursor
{
    /// <summary>Before all events.</summary>
    public static EventPlace Start => new(DateTimeOffset.UnixEpoch, Guid.Empty);

    public static string Write(EventPlace place) =>
        string.Create(CultureInfo.InvariantCulture, $"{place.At.ToUnixTimeMilliseconds()}.{place.Id:N}");

    /// <summary>The place; null for a text that is none.</summary>
    public static EventPlace? Read(string text)
    {
        var dot = text.IndexOf('.', StringComparison.Ordinal);
        return dot > 0
            && long.TryParse(text.AsSpan(0, dot), NumberStyles.None, CultureInfo.InvariantCulture, out var milliseconds)
            && milliseconds <= DateTimeOffset.MaxValue.ToUnixTimeMilliseconds()
            && Guid.TryParseExact(text.AsSpan(dot + 1), "N", out var id)
            ? new EventPlace(DateTimeOffset.FromUnixTimeMilliseconds(milliseconds), id)
            : null;
    }
}
