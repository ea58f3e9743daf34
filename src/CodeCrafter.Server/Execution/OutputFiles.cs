using Microsoft.AspNetCore.StaticFiles;

namespace CodeCrafter.Server.Execution;

/// <summary>A file that a program made; <c>GET /api/execute/files/{jobId}?path=</c> serves it.</summary>
internal sealed record OutputFileItem(string Path, long Size, string ContentType);

/// <summary>What a file's name says of its content.</summary>
internal static class OutputFiles
{
    /// <summary>
    /// Takes every right from a file that is opened in a browser in spite of all: no scripts, no origin of ours, no requests.
    /// </summary>
    public const string ContentSecurityPolicy = "sandbox; default-src 'none'; frame-ancestors 'none'";

    private static readonly FileExtensionContentTypeProvider _types = new();

    public static string ContentTypeOf(string path) => _types.TryGetContentType(path, out var type) ? type : "application/octet-stream";
}
