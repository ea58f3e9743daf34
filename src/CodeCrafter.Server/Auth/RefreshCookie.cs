namespace CodeCrafter.Server.Auth;

/// <summary>The browser's copy of the refresh token, which no script can read.</summary>
internal static class RefreshCookie
{
    private const string Name = "codecrafter_refresh";

    /// <summary>
    /// Comes and goes with the other one, and says nothing but that it is there: the page cannot see that one, and would have
    /// to be refused to find out that nobody is signed in.
    /// </summary>
    private const string MarkName = "codecrafter_signed_in";

    public static string? Read(HttpRequest request) => request.Cookies[Name];

    public static void Write(HttpContext context, IssuedTokens tokens)
    {
        var options = Options(context);
        var mark = MarkOptions(context);
        options.Expires = mark.Expires = tokens.LoginExpiresAt;
        context.Response.Cookies.Append(Name, tokens.RefreshToken.ToString(), options);
        context.Response.Cookies.Append(MarkName, "1", mark);
    }

    public static void Delete(HttpContext context)
    {
        context.Response.Cookies.Delete(Name, Options(context));
        context.Response.Cookies.Delete(MarkName, MarkOptions(context));
    }

    /// <summary>
    /// The request comes from our own page or from no page at all. SameSite alone does not stop other ports of the
    /// same host, which are the same site.
    /// </summary>
    public static bool IsOwnOrigin(HttpRequest request)
    {
        // Browsers send it to https and localhost, and no script can set it.
        if (request.Headers["Sec-Fetch-Site"] is [{ } site])
        {
            return site is "same-origin" or "none";
        }

        return request.Headers.Origin switch
        {
            [] => true,
            [{ } origin] => string.Equals(origin, $"{request.Scheme}://{request.Host}", StringComparison.OrdinalIgnoreCase),
            _ => false,
        };
    }

    private static CookieOptions Options(HttpContext context) => new()
    {
        HttpOnly = true,
        SameSite = SameSiteMode.Strict,
        Secure = context.Request.IsHttps,
        Path = "/api/auth",
        IsEssential = true,
    };

    private static CookieOptions MarkOptions(HttpContext context) => new()
    {
        HttpOnly = false,
        SameSite = SameSiteMode.Strict,
        Secure = context.Request.IsHttps,
        Path = "/",
        IsEssential = true,
    };
}
