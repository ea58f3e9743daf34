using Microsoft.Net.Http.Headers;

namespace CodeCrafter.Server.Platform;

/// <summary>
/// Which pages may speak to the server: its own, and those of <c>CodeCrafter:AllowedOrigins</c>. Others get no CORS
/// headers and no socket. Cookies are for the own page alone, whatever is configured.
/// </summary>
internal sealed class Origins
{
    private readonly HashSet<string> _allowed;

    public Origins(IConfiguration configuration)
    {
        var setting = configuration["CodeCrafter:AllowedOrigins"] ?? "";
        _allowed = new HashSet<string>(
            setting.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(Parse), StringComparer.OrdinalIgnoreCase);
    }

    /// <summary>The configured origins, as browsers write them.</summary>
    public IReadOnlyCollection<string> Allowed => _allowed;

    /// <summary>
    /// The request comes from no page, from the server's own, or from an allowed one. The scheme of the own page does not
    /// count: a proxy may speak https for the server.
    /// </summary>
    public bool Allows(HttpRequest request) => request.Headers.Origin switch
    {
        [] => true,
        [{ } origin] => _allowed.Contains(origin)
            || (Uri.TryCreate(origin, UriKind.Absolute, out var uri)
                && uri.Scheme is "http" or "https"
                && string.Equals(uri.Authority, request.Host.Value, StringComparison.OrdinalIgnoreCase)),
        _ => false,
    };

    private static string Parse(string origin) =>
        Uri.TryCreate(origin, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https" && uri.PathAndQuery == "/" && uri.UserInfo.Length == 0
            ? uri.GetLeftPart(UriPartial.Authority)
            : throw new InvalidOperationException($"CodeCrafter:AllowedOrigins has '{origin}', which is not an origin such as https://example.org.");
}

internal static class OriginSetup
{
    public static void AddOrigins(this WebApplicationBuilder builder)
    {
        var origins = new Origins(builder.Configuration);
        builder.Services.AddSingleton(origins);
        builder.Services.AddCors(cors => cors.AddDefaultPolicy(policy => policy
            .WithOrigins([.. origins.Allowed])
            .AllowAnyMethod()
            .WithHeaders(HeaderNames.Authorization, HeaderNames.ContentType, HeaderNames.IfMatch, HeaderNames.IfNoneMatch, "X-Requested-With", "X-SignalR-User-Agent")
            .WithExposedHeaders(HeaderNames.RetryAfter, HeaderNames.Location, HeaderNames.ETag)
            .SetPreflightMaxAge(TimeSpan.FromHours(1))));
    }

    public static void UseOrigins(this WebApplication app)
    {
        if (app.Services.GetRequiredService<Origins>().Allowed.Count > 0)
        {
            app.UseCors();
        }

        // Browsers let any page open a socket anywhere, and only say who asks.
        app.UseWhen(
            context => context.Request.Path.StartsWithSegments("/collab") || context.Request.Path.StartsWithSegments("/hubs"),
            sockets => sockets.Use(async (context, next) =>
            {
                if (context.RequestServices.GetRequiredService<Origins>().Allows(context.Request))
                {
                    await next(context);
                    return;
                }

                await Problems.Forbidden("foreign_origin", "Pages of other servers may not connect. See the setting CodeCrafter:AllowedOrigins.")
                    .ExecuteAsync(context);
            }));
    }
}
