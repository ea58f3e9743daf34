using Microsoft.AspNetCore.ResponseCompression;
using Microsoft.Net.Http.Headers;

namespace CodeCrafter.Server.Platform;

/// <summary>Serves the built page from <c>wwwroot</c> beside the program.</summary>
internal static class WebPage
{
    // First segments of the paths that are not the page's.
    private static readonly PathString[] _serverPaths =
        ["/api", "/collab", "/hubs", "/health", "/metrics", "/openapi", "/docs"];

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
        var files = new StaticFileOptions { OnPrepareResponse = context => SetCaching(context.Context) };
        app.UseWhen(
            context => IsPageRequest(context.Request.Path) && (HttpMethods.IsGet(context.Request.Method) || HttpMethods.IsHead(context.Request.Method)),
            page =>
            {
                page.UseResponseCompression();
                // A path without an extension is one of the page's own routes.
                page.Use((context, next) =>
                {
                    if (!Path.HasExtension(context.Request.Path.Value) && app.Environment.WebRootFileProvider.GetFileInfo("index.html").Exists)
                    {
                        context.Request.Path = "/index.html";
                    }

                    return next(context);
                });
                page.UseStaticFiles(files);
            });
    }

    // The build puts a hash of the content into the names under /assets: they never change.
    private static void SetCaching(HttpContext context) =>
        context.Response.Headers[HeaderNames.CacheControl] = context.Request.Path.StartsWithSegments("/assets")
            ? "public, max-age=31536000, immutable"
            : "no-cache";
}
