using CodeCrafter.Server.Auth;
using CodeCrafter.Server.Auth.SecurityEvents;

namespace CodeCrafter.Server.Sessions;

/// <summary>Writes changes of who may do what in a session into the security log, whichever request made them.</summary>
internal sealed class SessionSecurityLog(SessionEvents events, SecurityLog securityLog) : BackgroundService
{
    public override Task StopAsync(CancellationToken cancellationToken)
    {
        // What is waiting is still written.
        events.EndCauses();
        return base.StopAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await foreach (var (happened, by) in events.Causes.ReadAllAsync(CancellationToken.None))
        {
            await (happened switch
            {
                ParticipantAdded added => securityLog.WriteAsync(
                    SecurityEventType.ParticipantAdded, by, added.SessionId, new UserName(added.UserId, added.Username), Word(added.Role)),
                ParticipantRoleChanged changed => securityLog.WriteAsync(
                    SecurityEventType.RoleChanged, by, changed.SessionId, new UserName(changed.UserId, changed.Username), Word(changed.Role)),
                ParticipantRemoved removed => securityLog.WriteAsync(
                    SecurityEventType.ParticipantRemoved, by, removed.SessionId, new UserName(removed.UserId, removed.Username)),
                SessionRemoved deleted => securityLog.WriteAsync(SecurityEventType.SessionDeleted, by, deleted.SessionId),
                AccessChanged changed => securityLog.WriteAsync(changed.What, by, changed.SessionId, changed.User, changed.Detail),
                _ => Task.CompletedTask,
            });
        }
    }

    private static string Word(SessionRole role) => role.ToString().ToLowerInvariant();
}
