using System.Security.Claims;
using CodeCrafter.Server.Auth;
using CodeCrafter.Server.Platform;
using CodeCrafter.Server.Sessions;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CodeCrafter.Server.Collaboration.Hubs;

/// <summary>A page of a session's messages.</summary>
/// <param name="Messages">Oldest first.</param>
/// <param name="NextBefore">What to ask for as <c>before</c> to get the page before this one; null where there is none.</param>
internal sealed record ChatPage(IReadOnlyList<ChatMessageEvent> Messages, Guid? NextBefore);

/// <summary>The messages of sessions, from the newest backwards: over HTTP and over the hub.</summary>
internal sealed class ChatHistory(IChatStore store)
{
    public const int MaxPage = 200;
    public const int DefaultPage = 50;

    /// <param name="sessionId">The session, which the caller may read.</param>
    /// <param name="before">The id of a message: the page ends right before it. Null for the newest.</param>
    /// <param name="limit">Messages on a page.</param>
    /// <param name="cancellationToken">When the caller is gone.</param>
    /// <returns>Null where the session has no such message.</returns>
    public async Task<ChatPage?> PageAsync(Guid sessionId, Guid? before, int limit, CancellationToken cancellationToken)
    {
        // One more than asked for tells whether there are more.
        if (await store.ListAsync(sessionId, before, limit + 1, cancellationToken) is not { } found)
        {
            return null;
        }

        var page = found.Count > limit ? [.. found.Skip(1)] : found;
        return new ChatPage([.. page.Select(ChatMessageEvent.From)], found.Count > limit ? page[0].Id : null);
    }
}

/// <summary><c>GET /api/sessions/{id}/messages</c>.</summary>
internal static class ChatApi
{
    public static void MapChat(this IEndpointRouteBuilder routes) =>
        routes.MapGet("/api/sessions/{id:guid}/messages", ListAsync).RequireAuthorization().OpenToVisitors().WithTags("Sessions")
            .WithSummary("The session's messages, a page at a time from the newest backwards")
            .WithDescription("`before` is the id of a message: the page ends right before it. `nextBefore` of an answer is that of the next page.")
            .ProducesValidationProblem().ProducesProblem(404);

    private static ProblemHttpResult NoSuchMessage() => Problems.BadRequest("invalid_cursor", "'before' is no message of this session.");

    private static async Task<Results<Ok<ChatPage>, ProblemHttpResult>> ListAsync(
        Guid id,
        Guid? before,
        ClaimsPrincipal caller,
        SessionAccess access,
        ChatHistory history,
        CancellationToken cancellationToken,
        [Between(1, ChatHistory.MaxPage)] int limit = ChatHistory.DefaultPage)
    {
        if (await access.RefuseAsync(id, caller, SessionRole.Viewer, cancellationToken) is { } refusal)
        {
            return refusal.ToProblem();
        }

        return await history.PageAsync(id, before, limit, cancellationToken) is { } page ? TypedResults.Ok(page) : NoSuchMessage();
    }
}
