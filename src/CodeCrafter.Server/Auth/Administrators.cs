using CodeCrafter.Server.Auth.SecurityEvents;
using Microsoft.Extensions.Options;

namespace CodeCrafter.Server.Auth;

/// <summary>
/// Makes administrators of the accounts that the configuration names. Only of those that exist at start: a name that
/// nobody has yet is not a prize for whoever registers it first.
/// </summary>
internal sealed class Administrators(IUserDirectory users, SecurityLog securityLog, IOptions<AuthOptions> options) : IHostedService
{
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        foreach (var name in options.Value.Admins.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            if (await users.SetRoleAsync(name, UserRole.Admin, cancellationToken) is { } user)
            {
                await securityLog.WriteAsync(SecurityEventType.AdministratorMade, user, address: null, "by the configuration");
            }
        }
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
