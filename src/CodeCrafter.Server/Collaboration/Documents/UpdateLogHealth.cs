using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace CodeCrafter.Server.Collaboration.Documents;

/// <summary>Says when edits cannot be stored.</summary>
internal sealed class UpdateLogHealth(UpdateLog log) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(log.IsFailing
            ? HealthCheckResult.Unhealthy("Edits cannot be stored at the moment; it is being tried again.")
            : HealthCheckResult.Healthy());
}
