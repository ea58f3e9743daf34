using Microsoft.Extensions.FileProviders;
using Microsoft.Net.Http.Headers;

namespace CodeCrafter.Server.Platform;

/// <summary>The page's <c>index.html</c>, with a nonce of its own in each answer.</summary>
internal sealed class IndexPage(IFileProvider files)
{
    public const string Path = "/index.html";

    /// <summary>What the page has in the place of the nonce.</summary>
    private const string Placeholder = "{csp-nonce}";

    private (DateTimeOffset Modified, string Html) _read;

    /// <summary>There is a page: it was built, or the server runs without.</summary>
    public bool Exists => files.GetFileInfo(Path).Exists;

    public async Task WriteAsync(HttpContext context)
    {
        var html = (await ReadAsync(context.RequestAborted)).Replace(Placeholder, CspNonce.Of(context), StringComparison.Ordinal);
        context.Response.ContentType = "text/html; charset=utf-8";
        // Without a validator: an answer "not modified" would bring another nonce than the page that the browser has.
        context.Response.Headers[HeaderNames.CacheControl] = "no-cache";
        if (!HttpMethods.IsHead(context.Request.Method))
        {
            await context.Response.WriteAsync(html, context.RequestAborted);
        }
    }

    private async Task<string> ReadAsync(CancellationToken cancellationToken)
    {
        var file = files.GetFileInfo(Path);
        if (_read is { Html: { } known } && _read.Modified == file.LastModified)
        {
            return known;
        }

        await using var stream = file.CreateReadStream();
        using var reader = new StreamReader(stream);
        var html = await reader.ReadToEndAsync(cancellationToken);
        _read = (file.LastModified, html);
        return html;
    }
}
