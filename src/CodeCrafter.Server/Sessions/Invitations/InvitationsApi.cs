using System.Security.Claims;
using CodeCrafter.Server.Auth;
using CodeCrafter.Server.Auth.SecurityEvents;
using CodeCrafter.Server.Platform;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CodeCrafter.Server.Sessions.Invitations;

/// <summary>Links into a session under <c>/api/sessions/{id}/invitations</c>, for its admins.</summary>
internal static class InvitationsApi
{
    public static void MapInvitations(this RouteGroupBuilder group)
    {
        group.MapPost("/{id:guid}/invite", ResetCodeAsync)
            .WithSummary("Make a new invite code; links with the old one stop working (admins)").ProducesProblem(403).ProducesProblem(404);
        group.MapGet("/{id:guid}/invitations", ListAsync)
            .WithSummary("The session's invitations, the newest first (admins)").ProducesProblem(403).ProducesProblem(404);
        group.MapPost("/{id:guid}/invitations", CreateAsync)
            .WithSummary("Make an invitation link with a role, an expiry and a number of uses (admins)")
            .WithExample("""{ "role": "viewer", "expiresAt": "2030-01-31T12:00:00Z", "maxUses": 30 }""")
            .WithDescription("The token is in this answer alone; only its hash is stored. The link is `/s/{id}?invite={token}`; `POST …/join` takes the token as `invite`.")
            .ProducesValidationProblem().ProducesProblem(403).ProducesProblem(404).ProducesProblem(409);
        group.MapDelete("/{id:guid}/invitations/{invitationId:guid}", RevokeAsync)
            .WithSummary("Revoke an invitation; who came by it stays (admins)").ProducesProblem(403).ProducesProblem(404);
    }

    private static async Task<Results<Ok<InviteEnvelope>, ProblemHttpResult>> ResetCodeAsync(
        Guid id, ClaimsPrincipal caller, ISessionStore store, SessionEvents events, CancellationToken cancellationToken)
    {
        var code = SecretToken.Create();
        var reset = await store.UpdateAsync(
            id,
            Admin(caller),
            session =>
            {
                session.InviteCode = code;
                return null;
            },
            cancellationToken);
        if (reset.Refusal is { } refusal)
        {
            return refusal.ToProblem();
        }

        events.Publish(new SessionChanged(id));
        events.Note(new AccessChanged(id, SecurityEventType.InviteRenewed));
        return TypedResults.Ok(new InviteEnvelope(code));
    }

    private static async Task<Results<Ok<InvitationListResponse>, ProblemHttpResult>> ListAsync(
        Guid id, ClaimsPrincipal caller, ISessionStore store, TimeProvider time, CancellationToken cancellationToken)
    {
        var found = await store.FindAsync(id, Admin(caller), cancellationToken);
        return found.Session is { } session
            ? TypedResults.Ok(new InvitationListResponse([.. session.Invitations
                .OrderByDescending(invitation => invitation.CreatedAt).ThenByDescending(invitation => invitation.Id)
                .Select(invitation => InvitationResponse.From(invitation, time.GetUtcNow()))]))
            : found.Refusal!.Value.ToProblem();
    }

    private static async Task<Results<Created<CreatedInvitationResponse>, ProblemHttpResult>> CreateAsync(
        Guid id,
        InvitationRequest request,
        ClaimsPrincipal caller,
        ISessionStore store,
        SessionEvents events,
        TimeProvider time,
        CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        if (request.ExpiresAt <= now)
        {
            return Problems.Invalid("expiresAt", "The invitation must expire in the future.");
        }

        var token = SecretToken.Create();
        var invitation = new Invitation
        {
            Id = Guid.CreateVersion7(now),
            TokenHash = SecretToken.Hash(token),
            Role = Enum.Parse<SessionRole>(request.Role!, ignoreCase: true),
            CreatedById = caller.GetUserId(),
            CreatedByName = caller.GetUsername(),
            CreatedAt = now,
            ExpiresAt = request.ExpiresAt,
            MaxUses = request.MaxUses,
        };
        var added = await store.UpdateAsync(
            id,
            Admin(caller),
            session =>
            {
                // Those that open nothing any more make room.
                session.Invitations.RemoveAll(old => session.Invitations.Count >= Invitation.MaxPerSession && !old.IsUsable(now));
                if (session.Invitations.Count >= Invitation.MaxPerSession)
                {
                    return SessionRefusal.TooManyInvitations;
                }

                session.Invitations.Add(invitation);
                return null;
            },
            cancellationToken);
        if (added.Refusal is { } refusal)
        {
            return refusal.ToProblem();
        }

        events.Note(new AccessChanged(id, SecurityEventType.InvitationMade, Detail: invitation.Role.ToString().ToLowerInvariant()));
        return TypedResults.Created($"/api/sessions/{id}/invitations", new CreatedInvitationResponse(InvitationResponse.From(invitation, now), token));
    }

    private static async Task<Results<NoContent, ProblemHttpResult>> RevokeAsync(
        Guid id, Guid invitationId, ClaimsPrincipal caller, ISessionStore store, SessionEvents events, CancellationToken cancellationToken)
    {
        var revoked = await store.UpdateAsync(
            id,
            Admin(caller),
            session => session.Invitations.RemoveAll(invitation => invitation.Id == invitationId) == 0 ? SessionRefusal.NoSuchInvitation : null,
            cancellationToken);
        if (revoked.Refusal is { } refusal)
        {
            return refusal.ToProblem();
        }

        events.Note(new AccessChanged(id, SecurityEventType.InvitationRevoked));
        return TypedResults.NoContent();
    }

    private static SessionCaller Admin(ClaimsPrincipal caller) => new(caller.GetUserId(), SessionRole.Admin);
}

/// <param name="Role">What those who come by the link become.</param>
/// <param name="ExpiresAt">When the link stops working; never where it is left out.</param>
/// <param name="MaxUses">How many may join by it; any number where it is left out.</param>
public sealed record InvitationRequest(
    [property: Needed, OneOf("viewer", "editor", "admin")] string? Role,
    DateTimeOffset? ExpiresAt,
    [property: Between(1, 100_000)] int? MaxUses);

/// <param name="Uses">How many have joined by it.</param>
/// <param name="IsUsable">It has neither expired nor been used up.</param>
internal sealed record InvitationResponse(
    Guid Id,
    SessionRole Role,
    UserNameResponse CreatedBy,
    DateTimeOffset CreatedAt,
    DateTimeOffset? ExpiresAt,
    int? MaxUses,
    int Uses,
    bool IsUsable)
{
    public static InvitationResponse From(Invitation invitation, DateTimeOffset now) => new(
        invitation.Id,
        invitation.Role,
        new UserNameResponse(invitation.CreatedById, invitation.CreatedByName),
        invitation.CreatedAt,
        invitation.ExpiresAt,
        invitation.MaxUses,
        invitation.Uses,
        invitation.IsUsable(now));
}

/// <param name="Invitation">The invitation as lists show it.</param>
/// <param name="Token">The secret of the link <c>/s/{id}?invite={token}</c>; it is not shown again.</param>
internal sealed record CreatedInvitationResponse(InvitationResponse Invitation, string Token);

internal sealed record InvitationListResponse(IReadOnlyList<InvitationResponse> Invitations);
