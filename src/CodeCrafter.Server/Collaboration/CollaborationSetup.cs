using CodeCrafter.Server.Auth;
using CodeCrafter.Server.Collaboration.Documents;
using CodeCrafter.Server.Collaboration.Hubs;
using CodeCrafter.Server.Collaboration.Recordings;
using CodeCrafter.Server.Platform;
using CodeCrafter.Server.Sessions;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.Options;

namespace CodeCrafter.Server.Collaboration;

internal static class CollaborationSetup
{
    private const int MaxHubMessageBytes = 1 << 20;

    public static void AddCollaboration(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddSettings<CollaborationOptions>(CollaborationOptions.Section);
        AddRecordings(services);
        AddDocuments(services);
        AddHub(services);
    }

    public static void MapCollaboration(this WebApplication app)
    {
        var options = app.Services.GetRequiredService<IOptions<CollaborationOptions>>().Value;
        app.UseWebSockets(new WebSocketOptions
        {
            KeepAliveInterval = options.PingInterval,
            KeepAliveTimeout = options.PingTimeout,
        });
        app.MapDocuments();
        app.MapChat();
        app.MapRecordings();
        app.MapExports();
        app.MapHub<SessionHub>("/hubs/session", options => options.CloseOnAuthenticationExpiration = true).OpenToVisitors();
    }

    private static void AddRecordings(IServiceCollection services)
    {
        services.AddSettings<RecordingOptions>(RecordingOptions.Section);
        services.AddSingleton<RecordingReader>();
        services.AddSingleton<RecordingFile>();
        services.AddSingleton<RunTimelines>();
        services.AddSingleton<LogCompactor>();
        services.AddHostedService(provider => provider.GetRequiredService<LogCompactor>());
        services.AddSingleton<SessionJournal>();
        services.AddHostedService(provider => provider.GetRequiredService<SessionJournal>());
    }

    private static void AddDocuments(IServiceCollection services)
    {
        services.AddExceptionHandler<CorruptDocumentHandler>();
        services.AddSingleton<SavedNotices>();
        services.AddSingleton<CollaborationMetrics>();
        services.AddSingleton<UpdateLog>();
        services.AddSingleton<Rooms>();
        services.AddSingleton<ISessionDocuments, SessionDocuments>();
        // Stopped in the reverse order: first the rooms hand over what they have, then the log writes it.
        services.AddHostedService(provider => provider.GetRequiredService<UpdateLog>());
        services.AddHostedService(provider => provider.GetRequiredService<Rooms>());
        services.AddHealthChecks().AddCheck<UpdateLogHealth>("document-log", tags: [Health.Ready]);
    }

    private static void AddHub(IServiceCollection services)
    {
        services.AddSingleton<SessionPresence>();
        services.AddSingleton<HubRates>();
        services.AddSingleton<ISessionPresence>(provider => provider.GetRequiredService<SessionPresence>());
        services.AddSingleton<ChatHistory>();
        services.AddSingleton<SessionOverview>();
        services.AddHostedService<SessionEventPump>();
        services.AddHostedService<ExecutionEventPump>();
        services.AddHostedService<SavedNoticePump>();
        services.AddSignalR(options =>
            {
                options.MaximumReceiveMessageSize = MaxHubMessageBytes;
                options.AddFilter<HubErrorFilter>();
                options.AddFilter<HubRates>();
            })
            .AddJsonProtocol(options => Json.Configure(options.PayloadSerializerOptions));
    }
}
