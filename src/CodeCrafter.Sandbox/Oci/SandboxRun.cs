using System.Text;
using System.Threading.Channels;
using CodeCrafter.Sandbox.Languages;
using CodeCrafter.Sandbox.Steps;

namespace CodeCrafter.Sandbox.Oci;

/// <summary>What all runs of a sandbox share.</summary>
internal sealed record SandboxParts(SandboxHost Host, SandboxPool Pool, CompileCache Compilations);

/// <summary>
/// One request: a compilation, a run, or both in one sandbox. Disposing ends the sandbox and starts others in its place.
/// </summary>
internal sealed class SandboxRun : IDisposable
{
    private readonly SandboxParts _parts;
    private readonly RunRequest _request;
    private readonly LanguageRecipe _recipe;
    private readonly ChannelWriter<OutputPiece>? _pieces;
    private readonly CancellationToken _cancellation;
    private readonly CancellationTokenRegistration _registration;
    private readonly SandboxTemplate _template;
    private readonly WakeUp _wake = new();
    private SandboxInstance? _instance;
    private ParkedCommand? _parked;

    public SandboxRun(SandboxParts parts, RunRequest request, ChannelWriter<OutputPiece>? pieces, CancellationToken cancellation)
    {
        _parts = parts;
        // A terminal of gVisor's cannot be handed out of its sandbox.
        _request = parts.Host.Runtime.HasOwnKernel ? request with { Terminal = null } : request;
        _recipe = request.Language.Recipe!;
        _template = parts.Pool.Template(request.Limits.DiskBytes);
        _pieces = pieces;
        _cancellation = cancellation;
        _registration = cancellation.Register(_wake.Set);
    }

    /// <summary>Compiles and runs.</summary>
    public RunResult Execute()
    {
        if (_cancellation.IsCancellationRequested)
        {
            return new RunResult(RunStatus.Cancelled, null, null);
        }
        var program = Compile(mustKeep: false);
        return program.Status == RunStatus.Accepted ? Execute(program) : new RunResult(program.Status, program.Compile, null);
    }

    /// <summary>Compiles.</summary>
    /// <param name="mustKeep">What the compiler made has to be taken out of the sandbox, however large.</param>
    public CompiledProgram Compile(bool mustKeep)
    {
        if (_recipe.Compile is not { } template)
        {
            return Program(RunStatus.Accepted, null, null);
        }
        var plan = StepPlan.Of(_request, RunPhase.Compile, template, Cache);
        var key = CompileCache.Key(_request, plan.Command, _recipe.Output!);
        if (_parts.Compilations.Find(key) is { } known)
        {
            Repeat(known.Compile);
            return Program(RunStatus.Accepted, known.Compile, known.Artifact, fromCache: true);
        }
        var (status, compile) = Step(RunPhase.Compile, plan, artifact: null);
        if (status != RunStatus.Accepted)
        {
            return Program(status == RunStatus.Cancelled ? status : RunStatus.CompilationError, compile, null);
        }
        // Before the program runs: what it changes is its own affair.
        var (files, omitted) = _instance!.Container.Control.Collect(_recipe.Output!, Artifact.MaxFiles, Artifact.MaxBytes, changed: false);
        if (files.Count == 0 || omitted > 0)
        {
            return Program(mustKeep ? RunStatus.CompilationError : RunStatus.Accepted, compile, null);
        }
        var artifact = new Artifact(files);
        _parts.Compilations.Add(key, compile, artifact);
        return Program(RunStatus.Accepted, compile, artifact);
    }

    /// <summary>Runs a program, in the sandbox in which it was compiled where that was just now.</summary>
    public RunResult Execute(CompiledProgram program)
    {
        if (_cancellation.IsCancellationRequested)
        {
            return new RunResult(RunStatus.Cancelled, program.Compile, null) { CompileFromCache = program.FromCache };
        }
        var (status, run) = Step(RunPhase.Run, StepPlan.Of(_request, RunPhase.Run, _recipe.Run, Cache), program.Artifact);
        var (files, omitted) = CollectFiles();
        return new RunResult(status, program.Compile, run) { CompileFromCache = program.FromCache, Files = files, FilesOmitted = omitted };
    }

    public void Dispose()
    {
        _registration.Dispose();
        if (_instance is not null)
        {
            _parts.Pool.Retire(_instance);
            _parts.Pool.Refill(_parked);
        }
        _wake.Dispose();
    }

    private string? Cache => _recipe.Cache is { } cache && _template.HasCache(cache.Path) ? cache.Path : null;

    private CompiledProgram Program(RunStatus status, StepResult? compile, Artifact? artifact, bool fromCache = false) =>
        new() { Status = status, Compile = compile, Artifact = artifact, FromCache = fromCache, Language = _request.Language };

    private (RunStatus, StepResult) Step(RunPhase phase, StepPlan plan, Artifact? artifact)
    {
        var limits = plan.Limits;
        var isFirst = _instance is null;
        if (isFirst)
        {
            Begin(plan, artifact);
        }
        if (plan.SourceList is { } list)
        {
            Send(list.Path, list.Content);
        }
        var cgroup = _instance!.Bounded(plan.Command.Index, limits);
        plan = plan with { Command = _instance.Bounded(plan.Command, limits) };
        cgroup.StartMeasuring();
        var streams = new StepStreams(_instance.Container, phase == RunPhase.Run ? _request.StandardInput : null, plan.Command.Columns > 0 ? _request.Terminal : null, _wake);
        var stdout = new OutputCollector(phase, OutputStream.Stdout, limits.OutputBytes, _pieces);
        var stderr = new OutputCollector(phase, OutputStream.Stderr, limits.OutputBytes, _pieces);
        var parked = isFirst ? _instance.Parked : null;
        var runner = new StepRunner(_instance.Container, cgroup, plan, parked, streams, _parts.Host.Time, _wake, stdout, stderr, _cancellation);
        var outcome = runner.Run();
        if (runner.ParkedWasLost)
        {
            _parts.Pool.DoNotPark(parked!);
        }
        return outcome;
    }

    /// <summary>Takes a sandbox and writes all files into it.</summary>
    private void Begin(StepPlan plan, Artifact? artifact)
    {
        // What waits on a kernel of its own is a plain sandbox: the limits of a command are in the process there.
        _parked = _parts.Host.Runtime.HasOwnKernel ? null : plan.Parked;
        _instance = _parts.Pool.Take(_template, _parked);
        foreach (var file in CommandExpander.Files(_request))
        {
            Send($"{SandboxPaths.Workspace}/{file.Path}", file.Content);
        }
        foreach (var file in artifact?.Files ?? [])
        {
            _instance.Container.Control.SendFile(file.Path, file.IsExecutable, file.Content.Span);
        }
    }

    private void Send(string path, string content) =>
        _instance!.Container.Control.SendFile(path, isExecutable: false, Encoding.UTF8.GetBytes(content));

    /// <summary>Whoever watches sees what the compiler said, also where it said it before.</summary>
    private void Repeat(StepResult compile)
    {
        foreach (var (stream, text) in ((OutputStream, string)[])[(OutputStream.Stdout, compile.Stdout), (OutputStream.Stderr, compile.Stderr)])
        {
            if (text.Length > 0)
            {
                _pieces?.TryWrite(new OutputPiece(RunPhase.Compile, stream, text));
            }
        }
    }

    private (IReadOnlyList<OutputFile>, int) CollectFiles()
    {
        if (_request.Collect is not { } wanted || !_instance!.Container.IsAlive)
        {
            return ([], 0);
        }
        var (files, omitted) = _instance.Container.Control.Collect(SandboxPaths.Workspace, wanted.MaxFiles, wanted.MaxBytes, changed: true);
        return OutputFiles.Proper(files, omitted);
    }
}
