using System.Globalization;
using CodeCrafter.Server.Platform;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Net.Http.Headers;

namespace CodeCrafter.Server.Sessions;

/// <summary>
/// <c>ETag</c> and <c>If-Match</c> of a session. The tag names the version of title, description, visibility
/// and settings, which is what a PUT changes; edits of the document and people who come and go leave it as it is.
/// </summary>
internal static class EntityTags
{
    public static void SetEntityTag(this HttpResponse response, Session session) =>
        response.Headers.ETag = Of(session.SettingsVersion);

    /// <summary>What must hold of the session for the request, or why the header cannot be read.</summary>
    public static (Func<Session, bool> Matches, ProblemHttpResult? Problem) ReadIfMatch(string? header)
    {
        if (string.IsNullOrWhiteSpace(header))
        {
            return (_ => true, null);
        }

        if (!EntityTagHeaderValue.TryParseStrictList([header], out var tags))
        {
            return (_ => false, Problems.BadRequest("invalid_if_match", "'If-Match' takes the ETag of an earlier answer, in its quotes, or '*'."));
        }

        return (session => tags.Any(tag => tag.Equals(EntityTagHeaderValue.Any) || (!tag.IsWeak && tag.Tag == Of(session.SettingsVersion))), null);
    }

    private static string Of(int version) => string.Create(CultureInfo.InvariantCulture, $"\"{version}\"");
}
