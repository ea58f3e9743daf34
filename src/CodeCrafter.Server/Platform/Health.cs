using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace CodeCrafter.Server.Platform;

/// <summary>
/// <c>/health/live</c>: the process answers; <c>/health/ready</c>: what it needs answers too; <c>/health</c>: the same
/// with each part named.
/// </summary>
internal static class Health
{
    /// <summary>Marks the checks without which the server cannot serve.</summary>
    public const string Ready = "ready";

    public static void MapHealth(this IEndpointRouteBuilder app)
    {
        app.MapHealthChecks("/health", Options(_ => true)).DisableHttpMetrics();
        app.MapHealthChecks("/health/live", Options(_ => false)).DisableHttpMetrics();
        app.MapHealthChecks("/health/ready", Options(check => check.Tags.Contains(Ready))).DisableHttpMetrics();
    }

    private static HealthCheckOptions Options(Func<HealthCheckRegistration, bool> predicate) =>
        new() { Predicate = predicate, ResponseWriter = WriteAsync };

    // Exceptions go to the log, not to the caller.
    private static Task WriteAsync(HttpContext context, HealthReport report) => context.Response.WriteAsJsonAsync(new
    {
        status = Name(report.Status),
        checks = report.Entries.ToDictionary(
            entry => entry.Key,
            entry => new
            {
                status = Name(entry.Value.Status),
                description = entry.Value.Exception is null ? entry.Value.Description : null,
                durationMs = Math.Round(entry.Value.Duration.TotalMilliseconds, 1),
            }),
    });

    private static string Name(HealthStatus status) => status.ToString().ToLowerInvariant();
}
