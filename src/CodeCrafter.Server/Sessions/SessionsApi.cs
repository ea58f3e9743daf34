using System.Security.Claims;
using CodeCrafter.Sandbox.Languages;
using CodeCrafter.Server.Auth;
using CodeCrafter.Server.Auth.SecurityEvents;
using CodeCrafter.Server.Platform;
using CodeCrafter.Server.Sessions.Invitations;
using CodeCrafter.Server.Sessions.Snapshots;
using CodeCrafter.Server.Sessions.Visitors;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Options;

namespace CodeCrafter.Server.Sessions;

/// <summary>Sessions under <c>/api/sessions</c>; who is in them is in <see cref="ParticipantsApi"/>, how they end in
/// <see cref="SessionLifecycleApi"/>.</summary>
internal static class SessionsApi
{
    // JSON writes a byte of text in up to six, and the document's own limit is what people should hear of.
    private const int MaxCreateBody = 8 << 20;

    public static void MapSessions(this IEndpointRouteBuilder app)
    {
        var group = app.MapGroup("/api/sessions").WithTags("Sessions").RequireAuthorization();

        group.MapPost("/create", CreateAsync).WithMetadata(new RequestSizeLimitAttribute(MaxCreateBody))
            .WithSummary("Create a session")
            .WithExample("""
                {
                  "title": "Interview", "description": "First round", "language": "python", "isPublic": false,
                  "files": [{ "path": "main.py", "content": "print('hello')\n" }],
                  "settings": { "maxParticipants": 10, "allowGuests": true }
                }
                """)
            .ProducesValidationProblem().ProducesProblem(413);
        group.MapGet("/list", ListAsync).WithSummary("Sessions that the caller may see, the latest activity first").ProducesValidationProblem();
        group.MapGet("/{id:guid}", GetAsync).OpenToVisitors().WithSummary("A session with its document").ProducesProblem(404);
        group.MapPut("/{id:guid}", UpdateAsync).WithSummary("Change title, description, language, visibility or settings (admins)")
            .WithDescription("What is left out stays as it is. With `If-Match`, the ETag of an earlier answer, nothing is changed if somebody else has changed the session since: 412, `session_changed`.")
            .WithExample("""{ "title": "Second round", "isPublic": false, "settings": { "runRole": "admin", "chatRole": "editor" } }""")
            .ProducesValidationProblem().ProducesProblem(403).ProducesProblem(404).ProducesProblem(412);
        group.MapLifecycle();
        group.MapParticipants();
        group.MapInvitations();
        group.MapSnapshots();
        group.MapVisitors();
    }

    private static async Task<Results<Created<SessionEnvelope>, ProblemHttpResult>> CreateAsync(
        CreateSessionRequest request,
        ClaimsPrincipal caller,
        HttpResponse response,
        ISessionStore store,
        ISessionDocuments documents,
        SessionDescriber describer,
        LanguageCatalog languages,
        IOptions<SessionOptions> options,
        TimeProvider time,
        CodeCrafterMetrics metrics,
        CancellationToken cancellationToken)
    {
        var name = request.Language ?? options.Value.DefaultLanguage;
        if (languages.Find(name) is not { } language)
        {
            return SessionProblems.UnknownLanguage(name, languages);
        }

        if (SettingsRules.Check(request.Settings, options.Value) is { } invalid)
        {
            return invalid;
        }

        var (content, problem) = NewDocument.From(request.Files, language, options.Value);
        if (content is null)
        {
            return problem!;
        }

        var session = New(request, caller, language, options.Value, time.GetUtcNow());
        SettingsRules.Apply(request.Settings, session);
        // The document first: a session without one would be broken, a document without a session is only unused.
        await documents.CreateAsync(session.Id, content, cancellationToken);
        await store.AddAsync(session, cancellationToken);
        metrics.SessionCreated();
        response.SetEntityTag(session);
        return TypedResults.Created(
            $"/api/sessions/{session.Id}", await describer.WithDocumentAsync(session, caller.GetUserId(), cancellationToken));
    }

    private static async Task<Results<Ok<SessionListResponse>, ProblemHttpResult>> ListAsync(
        ClaimsPrincipal caller,
        ISessionStore store,
        SessionDescriber describer,
        LanguageCatalog languages,
        IOptions<SessionOptions> options,
        TimeProvider time,
        CancellationToken cancellationToken,
        [OneOf("all", "owned", "joined", "public", "deleted")] string scope = "all",
        [TextLength(100)] string? q = null,
        [TextLength(50)] string? language = null,
        [Between(1, 100_000)] int page = 1,
        [Between(1, 100)] int limit = 20)
    {
        string? languageId = null;
        if (!string.IsNullOrEmpty(language))
        {
            if (languages.Find(language) is not { } known)
            {
                return SessionProblems.UnknownLanguage(language, languages);
            }

            languageId = known.Id;
        }

        var userId = caller.GetUserId();
        var query = new SessionQuery(
            userId, Enum.Parse<SessionScope>(scope, ignoreCase: true), string.IsNullOrWhiteSpace(q) ? null : q.Trim(), languageId, page, limit,
            time.GetUtcNow().AddDays(-options.Value.RestoreDays));
        var found = await store.ListAsync(query, cancellationToken);
        return TypedResults.Ok(new SessionListResponse(
            [.. found.Sessions.Select(session => describer.Describe(session, userId))],
            PaginationResponse.Of(page, limit, found.Total)));
    }

    private static async Task<Results<Ok<SessionEnvelope>, ProblemHttpResult>> GetAsync(
        Guid id, ClaimsPrincipal caller, HttpResponse response, ISessionStore store, SessionDescriber describer, CancellationToken cancellationToken)
    {
        var found = await store.FindAsync(id, new SessionCaller(caller.GetUserId()), cancellationToken);
        if (found.Session is not { } session)
        {
            return found.Refusal!.Value.ToProblem();
        }

        response.SetEntityTag(session);
        return TypedResults.Ok(await describer.WithDocumentAsync(session, caller.GetUserId(), cancellationToken));
    }

    private static async Task<Results<Ok<SessionEnvelope>, ProblemHttpResult>> UpdateAsync(
        Guid id,
        UpdateSessionRequest request,
        [FromHeader(Name = "If-Match")] string? ifMatch,
        ClaimsPrincipal caller,
        HttpResponse response,
        ISessionStore store,
        ISessionDocuments documents,
        SessionDescriber describer,
        SessionEvents events,
        LanguageCatalog languages,
        IOptions<SessionOptions> options,
        TimeProvider time,
        CancellationToken cancellationToken)
    {
        var language = request.Language is { } name ? languages.Find(name) : null;
        if (request.Language is not null && language is null)
        {
            return SessionProblems.UnknownLanguage(request.Language, languages);
        }

        if (SettingsRules.Check(request.Settings, options.Value) is { } invalid)
        {
            return invalid;
        }

        var (matches, unreadable) = EntityTags.ReadIfMatch(ifMatch);
        if (unreadable is not null)
        {
            return unreadable;
        }

        var now = time.GetUtcNow();
        var wasPublic = false;
        var updated = await store.UpdateAsync(
            id,
            new SessionCaller(caller.GetUserId(), SessionRole.Admin),
            session =>
            {
                if (!matches(session))
                {
                    return SessionRefusal.Changed;
                }

                wasPublic = session.IsPublic;
                Apply(request, language, session);
                session.UpdatedAt = now;
                session.SettingsVersion++;
                return null;
            },
            cancellationToken);
        if (updated.Session is not { } changed)
        {
            return updated.Refusal!.Value.ToProblem();
        }

        if (language is not null)
        {
            await documents.SetLanguageAsync(id, language.Id, cancellationToken);
        }

        events.Publish(new SessionChanged(id));
        if (changed.IsPublic != wasPublic)
        {
            events.Note(new AccessChanged(id, SecurityEventType.VisibilityChanged, Detail: changed.IsPublic ? "public" : "private"));
        }

        response.SetEntityTag(changed);
        return TypedResults.Ok(await describer.WithDocumentAsync(changed, caller.GetUserId(), cancellationToken));
    }

    private static Session New(
        CreateSessionRequest request, ClaimsPrincipal caller, Language language, SessionOptions options, DateTimeOffset now) => new()
        {
            Id = Guid.CreateVersion7(now),
            Title = request.Title!.Trim(),
            Description = request.Description?.Trim() ?? "",
            Language = language.Id,
            IsPublic = request.IsPublic ?? false,
            MaxParticipants = Math.Min(options.DefaultMaxParticipants, options.MaxParticipants),
            AutoSave = true,
            InviteCode = Session.NewInviteCode(),
            CreatedAt = now,
            UpdatedAt = now,
            LastActivity = now,
            Participants =
            [
                new Participant { UserId = caller.GetUserId(), Username = caller.GetUsername(), Role = SessionRole.Owner, JoinedAt = now },
            ],
        };

    private static void Apply(UpdateSessionRequest request, Language? language, Session session)
    {
        session.Title = request.Title?.Trim() ?? session.Title;
        session.Description = request.Description?.Trim() ?? session.Description;
        session.Language = language?.Id ?? session.Language;
        session.IsPublic = request.IsPublic ?? session.IsPublic;
        SettingsRules.Apply(request.Settings, session);
    }
}
