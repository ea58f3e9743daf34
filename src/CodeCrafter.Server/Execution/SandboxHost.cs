using CodeCrafter.Sandbox;
using CodeCrafter.Sandbox.Languages;
using CodeCrafter.Sandbox.Oci;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;

namespace CodeCrafter.Server.Execution;

/// <summary>
/// Makes the sandbox when the server starts. Where it cannot be made (no runtime, no cgroup), the server serves all
/// else, every run is refused with the reason, and the readiness check says it.
/// </summary>
internal sealed partial class SandboxHost(
    IOptions<ExecutionOptions> options,
    ISandboxFactory factory,
    LanguageCatalog languages,
    ILogger<SandboxHost> logger) : IHostedService, IHealthCheck
{
    private readonly TaskCompletionSource<ISandbox> _sandbox = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _stopping = new();
    private Task _starting = Task.CompletedTask;
    private Task? _stopped;

    /// <exception cref="ExecutionRefusedException">There is none.</exception>
    public Task<ISandbox> GetAsync(CancellationToken cancellationToken) => _sandbox.Task.WaitAsync(cancellationToken);

    public Task StartAsync(CancellationToken cancellationToken)
    {
        foreach (var fault in languages.Faults)
        {
            LogFaultyLanguage(fault.Folder, fault.Problem);
        }

        if (options.Value.Backend == ExecutionBackend.Oci)
        {
            foreach (var language in languages.Languages)
            {
                if (language.Fault is { } fault)
                {
                    LogUnavailableLanguage(language.Title, fault.Problem);
                }
            }
        }

        // Not awaited: its self-check takes longer than the rest of the start.
        _starting = CreateAsync();
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken)
    {
        lock (_stopping)
        {
            // A host may be stopped from two sides at once; the sandbox is disposed of once.
            _stopped ??= DisposeSandboxAsync();
        }

        return _stopped.WaitAsync(cancellationToken);
    }

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var missing = string.Join(", ",
            languages.Languages.Where(language => !language.IsAvailable).Select(language => language.Title).Concat(languages.Faults.Where(fault => fault.IsLeftOut).Select(fault => fault.Folder)));
        return Task.FromResult(_sandbox.Task switch
        {
            { IsCompletedSuccessfully: true } task => missing.Length == 0
                ? HealthCheckResult.Healthy(task.Result.Description)
                : HealthCheckResult.Degraded($"{task.Result.Description}; cannot be run: {missing}. `doctor` says what to do."),
            { IsFaulted: true } task => HealthCheckResult.Degraded(task.Exception!.InnerException!.Message),
            _ => HealthCheckResult.Degraded("The sandbox is being checked."),
        });
    }

    private async Task DisposeSandboxAsync()
    {
        await _stopping.CancelAsync();
        // Also where it is still being made: what a self-check has started must not outlive the server.
        await _starting;
        if (_sandbox.Task is { IsCompletedSuccessfully: true, Result: IAsyncDisposable disposable })
        {
            await disposable.DisposeAsync();
        }
    }

    private async Task CreateAsync()
    {
        try
        {
            var sandbox = await factory.CreateAsync(_stopping.Token);
            _sandbox.SetResult(sandbox);
            if (sandbox is OciSandbox oci && options.Value.CompilerCaches)
            {
                await WarmUpAsync(oci);
            }
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            _sandbox.TrySetCanceled(_stopping.Token);
        }
        catch (Exception exception)
        {
            LogUnavailable(exception);
            _sandbox.SetException(new ExecutionRefusedException(
                "sandbox_unavailable", "Programs cannot be run on this server: " + exception.Message, StatusCodes.Status503ServiceUnavailable));
        }
    }

    private async Task WarmUpAsync(OciSandbox sandbox)
    {
        try
        {
            await sandbox.WarmUpAsync(_stopping.Token);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            LogNotWarm(exception);
        }
    }

    [LoggerMessage(LogLevel.Error, "Something is wrong with the language in the folder {Folder}: {Problem}")]
    private partial void LogFaultyLanguage(string folder, string problem);

    [LoggerMessage(LogLevel.Warning, "Programs in {Language} cannot be run: {Problem}")]
    private partial void LogUnavailableLanguage(string language, string problem);

    [LoggerMessage(LogLevel.Error, "Programs cannot be run here")]
    private partial void LogUnavailable(Exception exception);

    [LoggerMessage(LogLevel.Error, "The compilers' caches were not filled; programs run all the same, some more slowly")]
    private partial void LogNotWarm(Exception exception);
}
