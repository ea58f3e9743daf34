using System.Text.Json.Serialization;
using CodeCrafter.Server.Platform;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CodeCrafter.Server.Auth.SecurityEvents;

/// <summary>The security log, for administrators of the server.</summary>
internal static class SecurityEventsApi
{
    public static void MapSecurityEvents(this IEndpointRouteBuilder app) =>
        app.MapGet("/security-events", ListAsync)
            .WithSummary("The security log, newest first (administrators)")
            .WithDescription(
                "Logins and what failed of them, reused refresh tokens, changed passwords, lockouts, changes of roles, removals, links and invitations, handing over. " +
                "Entries are kept for 90 days. None has a password, a token, or what was typed as a name without an account.")
            .ProducesValidationProblem().ProducesProblem(403);

    /// <param name="store">The log.</param>
    /// <param name="type">A kind of event, such as <c>loginFailed</c>.</param>
    /// <param name="userId">Events about this user, or done by them.</param>
    /// <param name="sessionId">Events in this session.</param>
    /// <param name="address">Events from this client, as the log writes it.</param>
    /// <param name="from">Not before this time.</param>
    /// <param name="to">Before this time.</param>
    /// <param name="cancellationToken">When the caller is gone.</param>
    /// <param name="page">From 1.</param>
    /// <param name="limit">Events on a page.</param>
    private static async Task<Results<Ok<SecurityEventList>, ProblemHttpResult>> ListAsync(
        ISecurityEventStore store,
        string? type,
        Guid? userId,
        Guid? sessionId,
        [TextLength(64)] string? address,
        DateTimeOffset? from,
        DateTimeOffset? to,
        CancellationToken cancellationToken,
        [Between(1, 100_000)] int page = 1,
        [Between(1, 200)] int limit = 50)
    {
        SecurityEventType? wanted = null;
        if (!string.IsNullOrEmpty(type))
        {
            // Not a number, which would name one too.
            if (!Enum.TryParse<SecurityEventType>(type, ignoreCase: true, out var parsed) || !char.IsAsciiLetter(type[0]))
            {
                return Problems.Invalid("type", $"There is no such kind of event. There are {string.Join(", ", Enum.GetNames<SecurityEventType>().Select(JsonNamingPolicyName))}.");
            }

            wanted = parsed;
        }

        var filter = new SecurityEventFilter(wanted, userId, sessionId, string.IsNullOrEmpty(address) ? null : address, from, to);
        var (events, total) = await store.ListAsync(filter, (page - 1) * limit, limit, cancellationToken);
        return TypedResults.Ok(new SecurityEventList([.. events.Select(SecurityEventItem.From)], PaginationResponse.Of(page, limit, total)));
    }

    private static string JsonNamingPolicyName(string name) => System.Text.Json.JsonNamingPolicy.CamelCase.ConvertName(name);
}

/// <param name="Id">The entry.</param>
/// <param name="At">When it happened.</param>
/// <param name="Type">What happened.</param>
/// <param name="User">Whom it is about; missing where there is no such account.</param>
/// <param name="Actor">Who did it, where that is another user.</param>
/// <param name="SessionId">The session, for what happened in one.</param>
/// <param name="Address">The client; an IPv6 client is its /64.</param>
/// <param name="Detail">A few more words, such as the role that was given.</param>
internal sealed record SecurityEventItem(
    Guid Id,
    DateTimeOffset At,
    SecurityEventType Type,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] UserName? User,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] UserName? Actor,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] Guid? SessionId,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Address,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Detail)
{
    public static SecurityEventItem From(SecurityEvent stored) => new(
        stored.Id,
        stored.At,
        stored.Type,
        stored.UserId is { } user ? new UserName(user, stored.Username!) : null,
        stored.ActorId is { } actor ? new UserName(actor, stored.ActorUsername!) : null,
        stored.SessionId,
        stored.Address,
        stored.Detail);
}

internal sealed record SecurityEventList(IReadOnlyList<SecurityEventItem> Events, PaginationResponse Pagination);
