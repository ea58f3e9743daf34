using CodeCrafter.Server.Auth;
using CodeCrafter.Server.Platform;
using CodeCrafter.Server.Sessions.Snapshots;

namespace CodeCrafter.Server.Sessions;

internal static class SessionsSetup
{
    public static void AddSessions(this WebApplicationBuilder builder)
    {
        builder.Services.AddSettings<SessionOptions>("CodeCrafter:Sessions");
        builder.Services.AddHttpContextAccessor();
        builder.Services.AddSingleton<SessionEvents>();
        builder.Services.AddHostedService<SessionSecurityLog>();
        builder.Services.AddSingleton<SessionDescriber>();
        builder.Services.AddSingleton<SessionAccess>();
        builder.Services.AddSingleton<IVisitors>(provider => provider.GetRequiredService<SessionAccess>());
        builder.Services.AddSingleton<SnapshotTaker>();
        builder.Services.AddSingleton<AutomaticSnapshots>();
        builder.Services.AddHostedService(provider => provider.GetRequiredService<AutomaticSnapshots>());
        builder.Services.AddSingleton<SessionPurge>();
        builder.Services.AddHostedService(provider => provider.GetRequiredService<SessionPurge>());
    }
}
