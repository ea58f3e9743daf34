using System.Diagnostics.CodeAnalysis;
using Microsoft.AspNetCore.ResponseCompression;
using Microsoft.AspNetCore.StaticFiles;
using Microsoft.Extensions.FileProviders;
using Microsoft.Net.Http.Headers;

namespace CodeCrafter.Server.Platform;

/// <summary>Serves the built page from <c>wwwroot</c> beside the program.</summary>
internal static class WebPage
{
    // First segments of the paths that are not the page's.
    private static readonly PathString[] _serverPaths =
        ["/api", "/collab", "/hubs", "/health", "/metrics", "/openapi", "/docs"];

    // Written by the build beside each file that is worth it, best first.
    private static readonly (string Encoding, string Extension)[] _compressedCopies = [("br", ".br"), ("gzip", ".gz")];

    public static bool IsPageRequest(PathString path) => !Array.Exists(_serverPaths, path.StartsWithSegments);

    public static void AddWebPage(this IServiceCollection services) => services.AddResponseCompression(options =>
    {
        // Only the page's own files are compressed, never answers of the API: what is secret is not compressed
        // together with what a stranger chose, so https needs no exception.
        options.EnableForHttps = true;
        options.Providers.Add<BrotliCompressionProvider>();
        options.Providers.Add<GzipCompressionProvider>();
        options.MimeTypes = ["text/html", "text/css", "text/javascript", "application/javascript", "image/svg+xml", "application/json", "application/manifest+json"];
    });

    public static void UseWebPage(this WebApplication app)
    {
        var files = new StaticFileOptions
        {
            ContentTypeProvider = new OriginalContentType(),
            OnPrepareResponse = response =>
            {
                SetCaching(response.Context);
                SetEncoding(response);
            },
        };
        var index = new IndexPage(app.Environment.WebRootFileProvider);
        app.UseWhen(
            context => IsPageRequest(context.Request.Path) && (HttpMethods.IsGet(context.Request.Method) || HttpMethods.IsHead(context.Request.Method)),
            page =>
            {
                page.UseResponseCompression();
                // A path without an extension is one of the page's own routes.
                page.Use((context, next) =>
                {
                    if ((!Path.HasExtension(context.Request.Path.Value) || context.Request.Path == IndexPage.Path) && index.Exists)
                    {
                        return index.WriteAsync(context);
                    }

                    PreferCompressedCopy(context.Request, app.Environment.WebRootFileProvider);
                    return next(context);
                });
                page.UseStaticFiles(files);
            });
    }

    private static void PreferCompressedCopy(HttpRequest request, IFileProvider files)
    {
        var accepted = request.GetTypedHeaders().AcceptEncoding;
        foreach (var (encoding, extension) in _compressedCopies)
        {
            if (accepted.Any(one => one.Value == encoding && one.Quality is not 0) && files.GetFileInfo(request.Path + extension).Exists)
            {
                request.Path += extension;
                return;
            }
        }
    }

    private static void SetEncoding(StaticFileResponseContext response)
    {
        var extension = Path.GetExtension(response.File.Name);
        if (Array.Find(_compressedCopies, copy => copy.Extension == extension).Encoding is { } encoding)
        {
            response.Context.Response.Headers.ContentEncoding = encoding;
            response.Context.Response.Headers.Vary = HeaderNames.AcceptEncoding;
        }
    }

    // The build puts a hash of the content into the names under /assets: they never change.
    private static void SetCaching(HttpContext context) =>
        context.Response.Headers[HeaderNames.CacheControl] = context.Request.Path.StartsWithSegments("/assets")
            ? "public, max-age=31536000, immutable"
            : "no-cache";

    /// <summary>A compressed copy has the type of what it is a copy of.</summary>
    private sealed class OriginalContentType : IContentTypeProvider
    {
        private readonly FileExtensionContentTypeProvider _types = new();

        public bool TryGetContentType(string subpath, [MaybeNullWhen(false)] out string contentType)
        {
            var extension = Path.GetExtension(subpath);
            return _types.TryGetContentType(
                Array.Exists(_compressedCopies, copy => copy.Extension == extension) ? subpath[..^extension.Length] : subpath, out contentType);
        }
    }
}
