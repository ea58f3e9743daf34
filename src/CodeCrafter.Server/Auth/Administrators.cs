using Microsoft.Extensions.Options;

namespace CodeCrafter.Server.Auth;

/// <summary>
/// Makes administrators of the accounts that the configuration names. Only of those that exist at start: a name that
/// nobody has yet is not a prize for whoever registers it first.
/// </summary>
internal sealed class Administrators(IUserDirectory users, IOptions<AuthOptions> options, ILogger<Administrators> logger) : IHostedService
{
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        foreach (var name in options.Value.Admins.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            await users.SetRoleAsync(name, UserRole.Admin, cancellationToken);
            logger.LogInformation("{Username} is an administrator, if there is such an account", name);
        }
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
