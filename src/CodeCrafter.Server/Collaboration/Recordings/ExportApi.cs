using System.Security.Claims;
using System.Text;
using CodeCrafter.Server.Auth;
using CodeCrafter.Server.Platform;
using CodeCrafter.Server.Sessions;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;

namespace CodeCrafter.Server.Collaboration.Recordings;

/// <summary>A session as files to keep: <c>/api/sessions/{id}/export</c>. Whoever may read the session may have them.</summary>
internal static class ExportApi
{
    private const int MaxNameLength = 80;

    public static void MapExports(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/api/sessions/{id:guid}/export").WithTags("Recordings").RequireAuthorization();
        group.MapGet("/files", FilesAsync).OpenToVisitors().RequireRateLimiting(RateLimits.Results)
            .WithSummary("The session's files as they are now, as a zip archive")
            .WithDescription("Names that would lead out of the folder that the archive is unpacked to, or that some system does not take, are changed.")
            .Produces<byte[]>(200, SessionArchive.ContentType).ProducesProblem(404).ProducesProblem(413);
        group.MapGet("/recording", RecordingAsync).OpenToVisitors().RequireRateLimiting(RateLimits.Results)
            .WithSummary("The session's recording as one file, which the page can replay without the server")
            .WithDescription("""
                Lines of JSON, compressed by gzip. The first line has `format`, `version`, `exportedAt` and `recording`; then each line has an `update`
                or an `event`, of the shapes that the routes of the recording give; the last one has `end` with the numbers of both.
                """)
            .Produces<byte[]>(200, RecordingFile.ContentType).ProducesProblem(404);
    }

    private static async Task<Results<FileContentHttpResult, ProblemHttpResult>> FilesAsync(
        Guid id,
        ClaimsPrincipal caller,
        SessionAccess access,
        ISessionDocuments documents,
        IOptions<RecordingOptions> options,
        TimeProvider clock,
        CancellationToken cancellationToken)
    {
        if (await access.FindAsync(id, caller.GetUserId(), cancellationToken) is not { } session)
        {
            return SessionRefusal.NotFound.ToProblem();
        }

        var content = await documents.ReadAsync(id, cancellationToken);
        return content.Files.Count > options.Value.MaxArchiveFiles
            ? Problems.Create(413, "too_many_files", $"An archive has at most {options.Value.MaxArchiveFiles} files, and the session has {content.Files.Count}.")
            : TypedResults.File(SessionArchive.Pack(content.Files, clock.GetUtcNow()), SessionArchive.ContentType, NameOf(session.Title) + ".zip");
    }

    private static async Task<Results<PushStreamHttpResult, ProblemHttpResult>> RecordingAsync(
        Guid id, ClaimsPrincipal caller, HttpContext context, SessionAccess access, RecordingFile file)
    {
        var callerId = caller.GetUserId();
        return await access.FindAsync(id, callerId, context.RequestAborted) is { } session
            ? TypedResults.Stream(
                output => file.WriteAsync(output, session, callerId, context.RequestAborted),
                RecordingFile.ContentType,
                NameOf(session.Title) + RecordingFile.Extension)
            : SessionRefusal.NotFound.ToProblem();
    }

    /// <summary>A name of a file that says what session it is of, and that every system takes.</summary>
    private static string NameOf(string title)
    {
        var name = new StringBuilder();
        foreach (var rune in title.EnumerateRunes())
        {
            if (name.Length >= MaxNameLength)
            {
                break;
            }

            name.Append(Rune.IsLetterOrDigit(rune) ? rune.ToString() : name.Length > 0 && name[^1] != '-' ? "-" : "");
        }

        return name.ToString().Trim('-') is { Length: > 0 } words ? words : "session";
    }
}
