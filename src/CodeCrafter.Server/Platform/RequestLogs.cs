using System.Text.RegularExpressions;
using Serilog;
using Serilog.Core;
using Serilog.Events;

namespace CodeCrafter.Server.Platform;

/// <summary>Logs to the console; no query string of a request is written, and a token that slips in is cut out.</summary>
internal static partial class RequestLogs
{
    public static void AddRequestLogs(this WebApplicationBuilder builder)
    {
        builder.Logging.ClearProviders();
        builder.Services.AddSerilog(
            (provider, logger) => logger
                .MinimumLevel.Information()
                .MinimumLevel.Override("Microsoft", LogEventLevel.Warning)
                .MinimumLevel.Override("System", LogEventLevel.Warning)
                // Our own line says where the server listens; this one says it a second time.
                .MinimumLevel.Override("Microsoft.Hosting.Lifetime", LogEventLevel.Warning)
                // Failures of the hub's methods; the hub logs its own.
                .MinimumLevel.Override("Microsoft.AspNetCore.SignalR.Internal.DefaultHubDispatcher", LevelAlias.Off)
                .ReadFrom.Configuration(builder.Configuration)
                .ReadFrom.Services(provider)
                .Enrich.With<TokenRedactor>()
                .WriteTo.Console(
                    builder.Configuration.GetValue("CodeCrafter:Logs:ConsoleLevel", LogEventLevel.Verbose),
                    "{Timestamp:HH:mm:ss.fff} {Level:u3} {SourceContext} {Message:lj}{NewLine}{Exception}"),
            preserveStaticLogger: true);
    }

    public static void UseRequestLogs(this WebApplication app) => app.UseSerilogRequestLogging(options =>
    {
        options.IncludeQueryInRequestPath = false;
        options.GetLevel = (context, _, exception) => (exception, context.Response.StatusCode) switch
        {
            (not null, _) or (_, >= 500) => LogEventLevel.Error,
            // One line for each request would bury the rest; failures are what one looks for.
            (_, >= 400) => LogEventLevel.Information,
            _ => LogEventLevel.Debug,
        };
    });

    /// <summary>
    /// Sockets carry their token in the query, and parts of the framework log whole addresses when told to be verbose.
    /// </summary>
    internal sealed partial class TokenRedactor : ILogEventEnricher
    {
        public void Enrich(LogEvent logEvent, ILogEventPropertyFactory propertyFactory)
        {
            foreach (var (name, value) in logEvent.Properties.ToArray())
            {
                if (value is ScalarValue { Value: { } scalar } && scalar.ToString() is { } text && Token().IsMatch(text))
                {
                    logEvent.AddOrUpdateProperty(new LogEventProperty(name, new ScalarValue(Token().Replace(text, "$1[redacted]"))));
                }
            }
        }

        [GeneratedRegex("""((?:access_token|refreshToken|invite)=)[^&\s"']+""", RegexOptions.IgnoreCase)]
        private static partial Regex Token();
    }
}
