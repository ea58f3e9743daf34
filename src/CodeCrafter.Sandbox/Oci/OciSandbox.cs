using System.Threading.Channels;
using CodeCrafter.Sandbox.Languages;
using Microsoft.Extensions.Logging;

namespace CodeCrafter.Sandbox.Oci;

/// <summary>
/// Runs programs in containers of an OCI runtime: a fresh one for each request, used once. docs/decisions/0020 tells
/// how; <see cref="CreateAsync"/> refuses where any protection is missing.
/// </summary>
public sealed class OciSandbox : ISandbox, IAsyncDisposable
{
    private readonly SandboxHost _host;
    private readonly SlotPool _slots;
    private readonly ILogger _logger;

    private OciSandbox(SandboxHost host, ILogger logger)
    {
        _host = host;
        _logger = logger;
        _slots = new SlotPool(host.Options.MaxSandboxes);
    }

    /// <inheritdoc/>
    public string Description => _host.Description;

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
        try
        {
            var sandbox = new OciSandbox(host, logger);
            await SelfCheck.RunAsync(sandbox, host.Options, cancellationToken);
            logger.LogInformation("Programs run in {Sandbox}", sandbox.Description);
            return sandbox;
        }
        catch
        {
            await host.DisposeAsync();
            throw;
        }
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The request breaks <see cref="RequestRules"/>.</exception>
    public async Task<RunResult> RunAsync(RunRequest request, IRunObserver? observer = null, CancellationToken cancellationToken = default)
    {
        if (RequestRules.Check(request) is { } problem)
        {
            throw new ArgumentException(problem, nameof(request));
        }
        int slot;
        try
        {
            slot = await _slots.TakeAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            return new RunResult(RunStatus.Cancelled, null, null);
        }
        try
        {
            var pieces = observer is null ? null : Channel.CreateUnbounded<OutputPiece>(new UnboundedChannelOptions { SingleReader = true, SingleWriter = true });
            var delivery = observer is null ? Task.CompletedTask : DeliverAsync(pieces!.Reader, observer);
            var result = await OnOwnThreadAsync(() => Run(request, slot, pieces?.Writer, cancellationToken));
            pieces?.Writer.Complete();
            await delivery;
            return result;
        }
        finally
        {
            _slots.Return(slot);
        }
    }

    /// <summary>
    /// Fills the compiler caches that this host lacks (Go, where its package has no compiled standard library), which
    /// takes minutes once and nothing later. Programs run meanwhile, only more slowly; so let it go on in the background.
    /// </summary>
    public Task WarmUpAsync(CancellationToken cancellationToken = default) =>
        _host.Caches.FillAsync(_host.Catalog.Languages, cancellationToken);

    /// <summary>Waits for running programs to end and lets go of the state directory. Cancel them to make it quick.</summary>
    public async ValueTask DisposeAsync()
    {
        await _slots.CloseAsync();
        await _host.DisposeAsync();
    }

    private RunResult Run(RunRequest request, int slot, ChannelWriter<OutputPiece>? pieces, CancellationToken cancellationToken)
    {
        try
        {
            using var run = new SandboxRun(_host, request, slot, pieces, cancellationToken);
            return run.Execute();
        }
        catch (Exception e)
        {
            _logger.LogError(e, "The sandbox failed to run a {Language} program", request.Language.Id);
            return new RunResult(RunStatus.InternalError, null, null);
        }
    }

    private async Task DeliverAsync(ChannelReader<OutputPiece> pieces, IRunObserver observer)
    {
        try
        {
            await foreach (var piece in pieces.ReadAllAsync())
            {
                await observer.OnOutputAsync(piece.Phase, piece.Stream, piece.Text);
            }
        }
        catch (Exception e)
        {
            // The result is whole without it; the program is not to suffer.
            _logger.LogError(e, "An observer of a run failed; it gets no more output");
        }
    }

    /// <summary>A run waits in system calls, which would starve the thread pool.</summary>
    private static Task<RunResult> OnOwnThreadAsync(Func<RunResult> run)
    {
        var completion = new TaskCompletionSource<RunResult>(TaskCreationOptions.RunContinuationsAsynchronously);
        new Thread(() => completion.SetResult(run()), maxStackSize: 512 << 10) { IsBackground = true, Name = "sandbox run" }.Start();
        return completion.Task;
    }
}
