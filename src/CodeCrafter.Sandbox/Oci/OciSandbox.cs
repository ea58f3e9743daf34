using System.Threading.Channels;
using CodeCrafter.Sandbox.Languages;
using CodeCrafter.Sandbox.Steps;
using Microsoft.Extensions.Logging;

namespace CodeCrafter.Sandbox.Oci;

/// <summary>
/// Runs programs in containers of an OCI runtime: a fresh one for each request, used once. docs/decisions/0020 tells
/// how; <see cref="CreateAsync"/> refuses where any protection is missing.
/// </summary>
public sealed class OciSandbox : ISandbox, IAsyncDisposable
{
    private readonly SandboxParts _parts;
    private readonly SemaphoreSlim _free;
    private readonly ILogger _logger;

    private OciSandbox(SandboxHost host, ILogger logger)
    {
        _parts = new SandboxParts(
            host, new SandboxPool(host, logger), new CompileCache(Path.Combine(host.Options.StateDirectory, "compilations"), host.Options.CompileCacheBytes, host.Options.CompileCacheFor, logger));
        _logger = logger;
        _free = new SemaphoreSlim(host.Options.MaxSandboxes);
    }

    /// <inheritdoc/>
    public string Description => _parts.Host.Description;

    /// <summary>
    /// Finds the runtime and the cgroup tree, removes what a killed server left, and proves in a sandbox of its own that
    /// every protection is on.
    /// </summary>
    /// <param name="options">How it is set up.</param>
    /// <param name="catalog">The languages whose compiler caches <see cref="WarmUpAsync"/> fills.</param>
    /// <param name="loggerFactory">For faults of the sandbox, and one line at start.</param>
    /// <param name="timeProvider">The clock of the limits.</param>
    /// <param name="cancellationToken">Ends the start.</param>
    /// <exception cref="SandboxUnavailableException">Something is missing; the message says what, and what to do.</exception>
    public static async Task<OciSandbox> CreateAsync(
        SandboxOptions options,
        LanguageCatalog catalog,
        ILoggerFactory loggerFactory,
        TimeProvider? timeProvider = null,
        CancellationToken cancellationToken = default)
    {
        var logger = loggerFactory.CreateLogger<OciSandbox>();
        var host = await SandboxHost.OpenAsync(options, catalog, logger, timeProvider ?? TimeProvider.System, cancellationToken);
        var sandbox = new OciSandbox(host, logger);
        try
        {
            await SelfCheck.RunAsync(sandbox, SelfCheckSettingOf(host), cancellationToken);
            logger.LogInformation("Programs run in {Sandbox}", sandbox.Description);
            await sandbox._free.WaitAsync(cancellationToken);
            sandbox.StartThread(() => sandbox._parts.Pool.Refill(null));
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
        UseAsync(request, observer, run => run.Execute(), status => new RunResult(status, null, null), cancellationToken);

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The request breaks <see cref="RequestRules"/>.</exception>
    public Task<CompiledProgram> CompileAsync(RunRequest request, IRunObserver? observer = null, CancellationToken cancellationToken = default) =>
        UseAsync(
            request,
            observer,
            run => run.Compile(mustKeep: true),
            status => new CompiledProgram { Status = status, Language = request.Language },
            cancellationToken);

    /// <inheritdoc/>
    public Task<RunResult> RunAsync(CompiledProgram program, RunRequest request, IRunObserver? observer = null, CancellationToken cancellationToken = default) =>
        program.Status != RunStatus.Accepted ? throw new ArgumentException("The program was not compiled.", nameof(program))
        : program.Language.Id != request.Language.Id ? throw new ArgumentException($"The program is in {program.Language.Name}.", nameof(program))
        : UseAsync(request, observer, run => run.Execute(program), status => new RunResult(status, program.Compile, null), cancellationToken);

    /// <summary>
    /// Fills the compiler caches that this host lacks (Go, where its package has no compiled standard library), which
    /// takes minutes once and nothing later. Programs run meanwhile, only more slowly; so let it go on in the background.
    /// </summary>
    public Task WarmUpAsync(CancellationToken cancellationToken = default) =>
        _parts.Host.Caches.FillAsync(_parts.Host.Catalog.Languages, cancellationToken);

    /// <summary>Waits for running programs to end and lets go of the state directory. Cancel them to make it quick.</summary>
    public async ValueTask DisposeAsync()
    {
        await TakeAllAsync();
        _parts.Pool.Dispose();
        _parts.Compilations.Dispose();
        await _parts.Host.DisposeAsync();
    }

    /// <summary>Waits until all that is done after the answers is done: ended sandboxes are gone, others wait in their place.</summary>
    internal async Task SettleAsync()
    {
        await TakeAllAsync();
        _free.Release(_parts.Host.Options.MaxSandboxes);
    }

    /// <summary>The ids of the sandboxes that wait for work, and their user ids.</summary>
    internal IReadOnlyList<(string Id, int Uid)> Waiting => _parts.Pool.Waiting();

    private async Task TakeAllAsync()
    {
        for (var i = 0; i < _parts.Host.Options.MaxSandboxes; i++)
        {
            await _free.WaitAsync();
        }
    }

    private async Task<T> UseAsync<T>(RunRequest request, IRunObserver? observer, Func<SandboxRun, T> work, Func<RunStatus, T> failed, CancellationToken cancellationToken)
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
        StartThread(() => Use(request, delivery.Pieces, work, failed, completion, cancellationToken));
        var result = await completion.Task;
        await delivery.CompleteAsync();
        return result;
    }

    private void Use<T>(RunRequest request, ChannelWriter<OutputPiece>? pieces, Func<SandboxRun, T> work, Func<RunStatus, T> failed, TaskCompletionSource<T> completion, CancellationToken cancellationToken)
    {
        try
        {
            using var run = new SandboxRun(_parts, request, pieces, cancellationToken);
            // The answer does not wait for the end of the sandbox, in which nothing is alive but init.
            completion.SetResult(work(run));
        }
        catch (Exception e)
        {
            _logger.LogError(e, "The sandbox failed to run a {Language} program", request.Language.Id);
            completion.TrySetResult(failed(RunStatus.InternalError));
        }
    }

    // gVisor makes a /sys of its own, with nothing of the host in it.
    private static SelfCheckSetting SelfCheckSettingOf(SandboxHost host) => new(
        host.Options.FirstUid,
        host.Options.Uids,
        [host.Options.StateDirectory, "/home", "/root", "/var", "/etc/shadow", .. host.Runtime.HasOwnKernel ? (string[])[] : ["/sys"]],
        host.Runtime.HasOwnKernel);

    /// <summary>
    /// Runs on a thread of its own, since it waits in system calls, which would starve the thread pool; then gives back the
    /// place that was taken for it.
    /// </summary>
    private void StartThread(Action work) => new Thread(
        () =>
        {
            work();
            _free.Release();
        },
        maxStackSize: 512 << 10)
    { IsBackground = true, Name = "sandbox run" }.Start();
}
