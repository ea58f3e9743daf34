using CodeCrafter.Sandbox.Languages;
using CodeCrafter.Server.Execution.Judging;
using CodeCrafter.Server.Execution.Queueing;
using CodeCrafter.Server.Platform;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.Extensions.Options;

namespace CodeCrafter.Server.Execution;

internal static class ExecutionSetup
{
    /// <summary>Policy for requests that run something and wait for it: what a user may have waiting and running, and a few answers.</summary>
    public const string RunsAtOnce = "runs-at-once";

    private const int AnswersAtOnce = 4;

    public static void AddExecution(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddSettings<ExecutionOptions>(ExecutionOptions.Section);
        // Read once, at the start, where nothing else could be done without it.
        services.AddSingleton(_ => LanguageCatalog.LoadAsync(Path.Combine(AppContext.BaseDirectory, "languages")).GetAwaiter().GetResult());
        services.AddSingleton<ExecutionEvents>();
        services.AddSingleton<ExecutionMetrics>();
        services.AddSingleton<Judge>();
        services.AddQueue();
        services.Configure<RateLimiterOptions>(limiter => limiter.AddPolicy(RunsAtOnce, context => RateLimits.AtOnce(
            RateLimits.CallerKey(context),
            context.RequestServices.GetRequiredService<IOptions<ExecutionOptions>>().Value.JobsPerUser + AnswersAtOnce,
            waiting: 0)));
        services.AddSingleton<ExecutionStats>();
        services.AddSingleton<ExecutionService>();
        services.AddSingleton<ExecutionReader>();
        services.AddSingleton<ExecutionPlanner>();
        services.AddSingleton<ExecutionGate>();
        services.AddSingleton<ISandboxFactory, SandboxFactory>();
        services.AddSingleton<SandboxHost>();
        services.AddHostedService(provider => provider.GetRequiredService<SandboxHost>());
        services.AddHostedService<ExecutionWorkers>();
        services.AddExceptionHandler<ExecutionRefusedHandler>();
        services.AddHealthChecks().AddCheck<SandboxHost>("sandbox", tags: [Health.Ready]);
    }

    /// <summary>
    /// Asks the toolchains for their versions beside the rest of the start. What is wrong is told to whoever asks for the
    /// languages next.
    /// </summary>
    public static void BeginExecution(this WebApplication app) => Task.Run(() => app.Services.GetRequiredService<LanguageCatalog>());

    private static void AddQueue(this IServiceCollection services)
    {
        services.AddSingleton(_ => new FairQueue<ExecutionJob>(job => job.Plan.User.Id));
        services.AddSingleton<JobAdmission>();
        services.AddSingleton<ResultKeeper>();
        services.AddSingleton<QueuePlaces>();
        services.AddHostedService(provider => provider.GetRequiredService<QueuePlaces>());
    }
}
