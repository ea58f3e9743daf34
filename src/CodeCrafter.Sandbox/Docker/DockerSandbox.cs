using System.Collections.Concurrent;
using System.Threading.Channels;
using CodeCrafter.Sandbox.Languages;
using CodeCrafter.Sandbox.Steps;
using Microsoft.Extensions.Logging;

namespace CodeCrafter.Sandbox.Docker;

/// <summary>
/// Runs programs in containers of a Docker Engine, with an image for each language: a fresh one for each step, used
/// once. docs/decisions/0026 tells how; <see cref="CreateAsync"/> refuses where any protection is missing.
/// </summary>
public sealed class DockerSandbox : ISandbox, IAsyncDisposable
{
    private readonly DockerHost _host;
    private readonly CompileCache _compilations;
    private readonly SemaphoreSlim _free;
    private readonly ConcurrentQueue<int> _slots;
    private readonly ILogger _logger;

    private DockerSandbox(DockerHost host, ILogger logger)
    {
        _host = host;
        _logger = logger;
        _compilations = new CompileCache(Path.Combine(host.Options.StateDirectory, "compilations"), host.Options.CompileCacheBytes, host.Options.CompileCacheFor, logger);
        _free = new SemaphoreSlim(host.Options.MaxSandboxes);
        _slots = new ConcurrentQueue<int>(Enumerable.Range(0, host.Options.MaxSandboxes));
    }

    /// <inheritdoc/>
    public string Description => _host.Engine.Description;

    /// <summary>
    /// Connects to the engine, removes what a killed server left there, proves in containers of its own that every
    /// protection is on, and asks the toolchain of each image for its version.
    /// </summary>
    /// <param name="options">How it is set up.</param>
    /// <param name="catalog">The languages; their versions become those of the images, none where there is no image.</param>
    /// <param name="loggerFactory">For faults of the sandbox, and one line at start.</param>
    /// <param name="timeProvider">The clock of the limits on the engine itself; those on programs are the relay's.</param>
    /// <param name="cancellationToken">Ends the start.</param>
    /// <exception cref="SandboxUnavailableException">Something is missing; the message says what, and what to do.</exception>
    public static async Task<DockerSandbox> CreateAsync(
        DockerSandboxOptions options,
        LanguageCatalog catalog,
        ILoggerFactory loggerFactory,
        TimeProvider? timeProvider = null,
        CancellationToken cancellationToken = default)
    {
        var logger = loggerFactory.CreateLogger<DockerSandbox>();
        var host = await DockerHost.OpenAsync(options, catalog, logger, timeProvider ?? TimeProvider.System, cancellationToken);
        var sandbox = new DockerSandbox(host, logger);
        try
        {
            await SelfCheck.RunAsync(sandbox, host.SelfCheckSetting, cancellationToken);
            catalog.SetToolchains(await ImageVersions.ProbeAsync(sandbox, host, catalog.Languages, cancellationToken));
            logger.LogInformation("Programs run in {Sandbox}", sandbox.Description);
            return sandbox;
        }
        catch
        {
            await sandbox.DisposeAsync();
            throw;
        }
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The request breaks <see cref="RequestRules"/>.</exception>
    public Task<RunResult> RunAsync(RunRequest request, IRunObserver? observer = null, CancellationToken cancellationToken = default) =>
        UseAsync(request, observer, run => run.ExecuteAsync(), status => new RunResult(status, null, null), cancellationToken);

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The request breaks <see cref="RequestRules"/>.</exception>
    public Task<CompiledProgram> CompileAsync(RunRequest request, IRunObserver? observer = null, CancellationToken cancellationToken = default) =>
        UseAsync(request, observer, run => run.CompileAsync(), status => new CompiledProgram { Status = status, Language = request.Language }, cancellationToken);

    /// <inheritdoc/>
    public Task<RunResult> RunAsync(CompiledProgram program, RunRequest request, IRunObserver? observer = null, CancellationToken cancellationToken = default) =>
        program.Status != RunStatus.Accepted ? throw new ArgumentException("The program was not compiled.", nameof(program))
        : program.Language.Id != request.Language.Id ? throw new ArgumentException($"The program is in {program.Language.Name}.", nameof(program))
        : UseAsync(request, observer, run => run.ExecuteAsync(program), status => new RunResult(status, program.Compile, null), cancellationToken);

    /// <summary>Waits for running programs to end and lets go of the state directory. Cancel them to make it quick.</summary>
    public async ValueTask DisposeAsync()
    {
        await TakeAllAsync();
        _compilations.Dispose();
        await _host.DisposeAsync();
    }

    /// <summary>Waits until all that is done after the answers is done: the containers are gone.</summary>
    internal async Task SettleAsync()
    {
        await TakeAllAsync();
        _free.Release(_host.Options.MaxSandboxes);
    }

    private async Task TakeAllAsync()
    {
        for (var i = 0; i < _host.Options.MaxSandboxes; i++)
        {
            await _free.WaitAsync();
        }
    }

    private async Task<T> UseAsync<T>(RunRequest request, IRunObserver? observer, Func<DockerRun, Task<T>> work, Func<RunStatus, T> failed, CancellationToken cancellationToken)
    {
        if (RequestRules.Check(request) is { } problem)
        {
            throw new ArgumentException(problem, nameof(request));
        }
        try
        {
            await _free.WaitAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            return failed(RunStatus.Cancelled);
        }
        var delivery = new OutputDelivery(observer, _logger);
        var completion = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        _ = Task.Run(() => UseSlotAsync(request, delivery.Pieces, work, failed, completion, cancellationToken), CancellationToken.None);
        var result = await completion.Task;
        await delivery.CompleteAsync();
        return result;
    }

    private async Task UseSlotAsync<T>(RunRequest request, ChannelWriter<OutputPiece>? pieces, Func<DockerRun, Task<T>> work, Func<RunStatus, T> failed, TaskCompletionSource<T> completion, CancellationToken cancellationToken)
    {
        _slots.TryDequeue(out var slot);
        try
        {
            await using var run = new DockerRun(_host, _compilations, request, slot, pieces, cancellationToken);
            // The answer does not wait for the engine to remove the containers, in which nothing is alive but the relay.
            completion.SetResult(await work(run));
        }
        catch (Exception e)
        {
            _logger.LogError(e, "The sandbox failed to run a {Language} program", request.Language.Id);
            completion.TrySetResult(failed(RunStatus.InternalError));
        }
        finally
        {
            _slots.Enqueue(slot);
            _free.Release();
        }
    }
}
