using System.ComponentModel.DataAnnotations;
using System.Security.Claims;
using CodeCrafter.Server.Auth;
using CodeCrafter.Server.Auth.SecurityEvents;
using CodeCrafter.Server.Platform;
using CodeCrafter.Server.Sessions.Invitations;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;

namespace CodeCrafter.Server.Sessions.Visitors;

/// <summary>The ways into a session without an account: as a guest with a name, and as a reader by the public link.</summary>
internal static class VisitorsApi
{
    public static void MapVisitors(this RouteGroupBuilder group)
    {
        group.MapPost("/{id:guid}/preview", PreviewAsync).AllowAnonymous()
            .WithSummary("What a link opens, before one comes in by it")
            .WithExample("""{ "invite": "Zm9yIGV4YW1wbGUgb25seQ" }""")
            .WithDescription("For those who have no account, or have not logged in: with an invite as for `join`, or without one for a public session that takes guests. Nothing is used up.")
            .ProducesValidationProblem().ProducesProblem(404).ProducesProblem(410);
        group.MapPost("/{id:guid}/guests", ComeAsGuestAsync).AllowAnonymous().RequireRateLimiting(RateLimits.Auth)
            .WithSummary("Come in as a guest: a name instead of an account, where the owner allows it")
            .WithExample("""{ "name": "Ada", "invite": "Zm9yIGV4YW1wbGUgb25seQ" }""")
            .WithDescription("With an invite as for `join`. The access token is for this session alone and cannot be refreshed; it ends with the guest's seat. A guest is an editor at most. ` (guest)` follows the name wherever it is shown.")
            .ProducesValidationProblem().ProducesProblem(403).ProducesProblem(404).ProducesProblem(409).ProducesProblem(410);
        group.MapPost("/{id:guid}/read", ReadAsync).AllowAnonymous().RequireRateLimiting(RateLimits.Auth)
            .WithSummary("Read a session by its public link, without an account")
            .WithExample("""{ "token": "Zm9yIGV4YW1wbGUgb25seQ" }""")
            .WithDescription("The access token gives what a viewer sees of this session, and nothing else: no messages can be written and nobody sees the reader. When it expires, ask again.")
            .ProducesValidationProblem().ProducesProblem(404);
        group.MapPost("/{id:guid}/public-link", MakeLinkAsync)
            .WithSummary("Make the public link; an earlier one stops working (admins)")
            .WithDescription("The token is in this answer alone. The link is `/s/{id}?view={token}`; `POST …/read` takes the token.")
            .ProducesProblem(403).ProducesProblem(404);
        group.MapDelete("/{id:guid}/public-link", RemoveLinkAsync)
            .WithSummary("End the public link, and the reading of who came by it (admins)").ProducesProblem(403).ProducesProblem(404);
    }

    private static async Task<Results<Ok<PreviewResponse>, ProblemHttpResult>> PreviewAsync(
        Guid id, PreviewRequest request, ISessionStore store, TimeProvider time, CancellationToken cancellationToken)
    {
        var visitor = new SessionCaller(VisitorId.NewGuest(), Invite: request.Invite);
        var found = await store.FindAsync(id, visitor, cancellationToken);
        if (found.Session is null && await store.FindAsync(id, visitor with { OrPublic = true }, cancellationToken) is { Session.AllowGuests: true } open)
        {
            found = open;
        }

        if (found.Session is not { } session)
        {
            return found.Refusal!.Value.ToProblem();
        }

        // On a copy that nobody stores: the use is counted when somebody comes in.
        var (role, refusal) = session.Admit(request.Invite, time.GetUtcNow());
        return refusal is { } refused
            ? refused.ToProblem()
            : TypedResults.Ok(new PreviewResponse(session.Title, new UserNameResponse(session.Owner.UserId, session.Owner.Username), role, session.AllowGuests));
    }

    private static async Task<Results<Created<VisitResponse>, ProblemHttpResult>> ComeAsGuestAsync(
        Guid id,
        GuestRequest request,
        ISessionStore store,
        SessionDescriber describer,
        SessionEvents events,
        AccessTokens tokens,
        IOptions<SessionOptions> options,
        TimeProvider time,
        CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var until = now.AddHours(options.Value.GuestHours);
        // No account can have such a name.
        var guest = new UserNameResponse(VisitorId.NewGuest(), $"{request.Name!.Trim()} (guest)");
        var role = SessionRole.Viewer;
        var added = await store.UpdateAsync(
            id,
            new SessionCaller(guest.Id, Invite: request.Invite) { OrPublic = true },
            session =>
            {
                if (!session.AllowGuests)
                {
                    return SessionRefusal.GuestsNotAllowed;
                }

                var (given, refusal) = session.Admit(request.Invite, now);
                role = given < SessionRole.Editor ? given : SessionRole.Editor;
                return refusal ?? session.Add(guest.Id, guest.Username, role, now, until);
            },
            cancellationToken);
        if (added.Session is not { } session)
        {
            return added.Refusal!.Value.ToProblem();
        }

        events.Publish(new ParticipantAdded(id, guest.Id, guest.Username, role));
        if (!string.IsNullOrEmpty(request.Invite))
        {
            events.Note(new AccessChanged(id, SecurityEventType.InvitationUsed, new UserName(guest.Id, guest.Username), "guest"));
        }

        return TypedResults.Created(
            $"/api/sessions/{id}", await DescribeAsync(session, guest, until - now, "guest", describer, tokens, cancellationToken));
    }

    private static async Task<Results<Ok<VisitResponse>, ProblemHttpResult>> ReadAsync(
        Guid id, ReadRequest request, ISessionStore store, SessionDescriber describer, AccessTokens tokens, CancellationToken cancellationToken)
    {
        var reader = new UserNameResponse(VisitorId.NewReader(VisitorId.LinkFrom(SecretToken.Hash(request.Token!))), "reader");
        var found = await store.FindAsync(id, new SessionCaller(reader.Id), cancellationToken);
        return found.Session is { } session
            ? TypedResults.Ok(await DescribeAsync(session, reader, tokens.Lifetime, "reader", describer, tokens, cancellationToken))
            : found.Refusal!.Value.ToProblem();
    }

    private static async Task<Results<Ok<PublicLinkResponse>, ProblemHttpResult>> MakeLinkAsync(
        Guid id, ClaimsPrincipal caller, ISessionStore store, SessionEvents events, CancellationToken cancellationToken)
    {
        var token = SecretToken.Create();
        return await SetLinkAsync(id, caller, VisitorId.LinkFrom(SecretToken.Hash(token)), store, events, cancellationToken) is { } refusal
            ? refusal.ToProblem()
            : TypedResults.Ok(new PublicLinkResponse(token));
    }

    private static async Task<Results<NoContent, ProblemHttpResult>> RemoveLinkAsync(
        Guid id, ClaimsPrincipal caller, ISessionStore store, SessionEvents events, CancellationToken cancellationToken) =>
        await SetLinkAsync(id, caller, null, store, events, cancellationToken) is { } refusal ? refusal.ToProblem() : TypedResults.NoContent();

    private static async Task<SessionRefusal?> SetLinkAsync(
        Guid id, ClaimsPrincipal caller, Guid? link, ISessionStore store, SessionEvents events, CancellationToken cancellationToken)
    {
        var changed = await store.UpdateAsync(
            id,
            new SessionCaller(caller.GetUserId(), SessionRole.Admin),
            session =>
            {
                session.PublicLink = link;
                return null;
            },
            cancellationToken);
        if (changed.Refusal is null)
        {
            events.Publish(new SessionChanged(id));
            events.Note(new AccessChanged(id, link is null ? SecurityEventType.PublicLinkRevoked : SecurityEventType.PublicLinkMade));
        }

        return changed.Refusal;
    }

    private static async Task<VisitResponse> DescribeAsync(
        Session session,
        UserNameResponse visitor,
        TimeSpan lifetime,
        string role,
        SessionDescriber describer,
        AccessTokens tokens,
        CancellationToken cancellationToken) => new(
            (await describer.WithDocumentAsync(session, visitor.Id, cancellationToken)).Session,
            visitor,
            tokens.CreateForVisitor(visitor.Id, visitor.Username, role, session.Id, lifetime),
            (int)lifetime.TotalSeconds);
}

/// <param name="Name">Letters, digits, spaces and a few marks; it need not be anybody's own.</param>
/// <param name="Invite">The invite code of the session, or the token of an invitation; not needed for a public session.</param>
public sealed record GuestRequest(
    [property: Needed, TextLength(32, MinimumLength = 1), RegularExpression(@"[\p{L}\p{M}\p{N} ._'-]*[\p{L}\p{N}][\p{L}\p{M}\p{N} ._'-]*", ErrorMessage = "A name has only letters, digits, spaces, '.', '_', ''' and '-'.")]
    string? Name,
    [property: TextLength(100)] string? Invite);

/// <param name="Invite">The invite code of the session, or the token of an invitation.</param>
public sealed record PreviewRequest([property: TextLength(100)] string? Invite);

/// <param name="Role">What one who has an account would become by it; a guest is an editor at most.</param>
/// <param name="AllowsGuests">One may come in without an account.</param>
internal sealed record PreviewResponse(string Title, UserNameResponse Owner, SessionRole Role, bool AllowsGuests);

/// <param name="Token">The secret part of the public link.</param>
public sealed record ReadRequest([property: Needed, TextLength(100, MinimumLength = 1)] string? Token);

/// <param name="Session">The session with its document.</param>
/// <param name="User">What the visitor is called in the session.</param>
/// <param name="AccessToken">For this session alone, over HTTP, the document socket and the hub.</param>
/// <param name="ExpiresIn">Seconds until the access token expires.</param>
internal sealed record VisitResponse(SessionResponse Session, UserNameResponse User, string AccessToken, int ExpiresIn);

/// <param name="Token">The secret of the link <c>/s/{id}?view={token}</c>; it is not shown again.</param>
internal sealed record PublicLinkResponse(string Token);
