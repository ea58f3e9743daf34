using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Configuration.Json;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;

namespace CodeCrafter.Server.Platform;

/// <summary>What every room stands on: settings, logs, errors, limits, health, metrics, the page.</summary>
internal static class PlatformSetup
{
    public static void AddPlatform(this WebApplicationBuilder builder)
    {
        var server = ServerOptions.From(builder.Configuration);
        var services = builder.Services;
        builder.AddSettingsFile(server);
        Directory.CreateDirectory(server.DataDirectory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);

        builder.AddRequestLogs();
        builder.WebHost.UseUrls(server.Url);
        builder.AddOrigins();
        services.AddSettings<ConnectionOptions>("CodeCrafter:Limits");
        services.AddSingleton<IConfigureOptions<KestrelServerOptions>, ConnectionLimits>();
        services.Configure<HostOptions>(options => options.ShutdownTimeout = server.StopTime);
        services.AddSingleton(server);
        services.AddHostedService<DataDirectoryLock>();
        services.AddSingleton<Secrets>();
        services.TryAddSingleton(TimeProvider.System);
        services.ConfigureHttpJsonOptions(options => Json.Configure(options.SerializerOptions));
        services.AddProblems();
        services.AddValidation();
        services.AddRateLimits(server);
        services.AddWebPage();
        services.AddApiDescription();
        services.AddHealthChecks();
        services.AddSingleton<CodeCrafterMetrics>();
        services.AddOpenTelemetry().ConfigureResource(resource => resource.AddService("codecrafter")).WithMetrics(metrics => metrics
            .AddAspNetCoreInstrumentation()
            .AddRuntimeInstrumentation()
            .AddMeter(CodeCrafterMetrics.MeterName)
            .AddPrometheusExporter());
        services.AddHostedService<StartMessage>();
    }

    public static void UsePlatform(this WebApplication app)
    {
        app.UseTrustedProxies();
        app.UseSecurityHeaders();
        app.UseRequestLogs();
        app.UseProblems();
        app.UseWebPage();
        app.UseRouting();
        app.UseOrigins();
        app.UseAuthentication();
        // After authentication, since users are counted rather than the addresses that they share.
        app.UseRateLimiter();
        app.UseAuthorization();
    }

    public static void MapPlatform(this WebApplication app)
    {
        app.MapHealth();
        app.MapPrometheusScrapingEndpoint("/metrics").DisableHttpMetrics();
        app.MapApiDescription();
    }

    // First, since what comes last wins: the environment and the command line.
    public static void AddSettingsFile(this WebApplicationBuilder builder, ServerOptions server)
    {
        var file = new JsonConfigurationSource { Path = Path.Combine(server.DataDirectory, "appsettings.json"), Optional = true };
        file.ResolveFileProvider();
        builder.Configuration.Sources.Insert(0, file);
    }

    // X-Forwarded-* of anybody else is a claim that the client makes about itself.
    private static void UseTrustedProxies(this WebApplication app)
    {
        var server = app.Services.GetRequiredService<ServerOptions>();
        if (server.TrustedProxies.Count == 0)
        {
            return;
        }

        var options = new ForwardedHeadersOptions { ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto | ForwardedHeaders.XForwardedHost };
        options.KnownIPNetworks.Clear();
        options.KnownProxies.Clear();
        foreach (var proxy in server.TrustedProxies)
        {
            options.KnownProxies.Add(proxy);
        }

        app.UseForwardedHeaders(options);
    }
}
