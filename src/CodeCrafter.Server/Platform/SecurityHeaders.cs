namespace CodeCrafter.Server.Platform;

/// <summary>Headers that take away from a page whatever it does not need.</summary>
internal static class SecurityHeaders
{
    private const string PagePolicy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; font-src 'self'; connect-src 'self'; " +
        "base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

    private const string ApiPolicy = "default-src 'none'; frame-ancestors 'none'";

    public static void UseSecurityHeaders(this IApplicationBuilder app) => app.Use((context, next) =>
    {
        context.Response.OnStarting(() =>
        {
            var headers = context.Response.Headers;
            headers.XContentTypeOptions = "nosniff";
            headers.XFrameOptions = "DENY";
            headers["Referrer-Policy"] = "no-referrer";
            headers["Cross-Origin-Opener-Policy"] = "same-origin";
            headers["Cross-Origin-Resource-Policy"] = "same-origin";
            headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=(), payment=(), usb=()";
            if (headers.ContentSecurityPolicy.Count == 0)
            {
                headers.ContentSecurityPolicy = Policy(context);
            }

            if (!WebPage.IsPageRequest(context.Request.Path) && headers.CacheControl.Count == 0)
            {
                headers.CacheControl = "no-store";
            }

            if (context.Request.IsHttps)
            {
                headers.StrictTransportSecurity = "max-age=31536000";
            }

            return Task.CompletedTask;
        });
        return next(context);
    });

    private static string Policy(HttpContext context)
    {
        var nonce = CspNonce.Find(context);
        if (WebPage.IsPageRequest(context.Request.Path))
        {
            return AllowSockets(Allow("style-src", nonce), context.Request.Host);
        }

        // The reference page has inline scripts, and its viewer writes highlighted examples as markup with style attributes.
        return nonce is null ? ApiPolicy : Allow("style-src", nonce)
            .Replace("script-src 'self'", $"script-src 'self' 'nonce-{nonce}'", StringComparison.Ordinal) + "; style-src-attr 'unsafe-inline'";
    }

    private static string Allow(string directive, string? nonce) => nonce is null
        ? PagePolicy
        : PagePolicy.Replace($"{directive} 'self'", $"{directive} 'self' 'nonce-{nonce}'", StringComparison.Ordinal);

    // 'self' does not cover sockets in every browser that people still use. A host that is more than a host is left out.
    private static string AllowSockets(string policy, HostString host) => Uri.CheckHostName(host.Host) == UriHostNameType.Unknown
        ? policy
        : policy.Replace("connect-src 'self'", $"connect-src 'self' ws://{host} wss://{host}", StringComparison.Ordinal);
}
