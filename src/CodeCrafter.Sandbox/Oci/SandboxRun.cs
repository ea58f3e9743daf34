using System.Threading.Channels;
using CodeCrafter.Sandbox.Languages;
using CodeCrafter.Sandbox.Limits;

namespace CodeCrafter.Sandbox.Oci;

/// <summary>One request in one container: write the files, compile, run. Disposing leaves nothing behind.</summary>
internal sealed class SandboxRun : IDisposable
{
    private const int CompileStep = 0;
    private const int RunStep = 1;

    private readonly SandboxHost _host;
    private readonly RunRequest _request;
    private readonly LanguageRecipe _recipe;
    private readonly string? _cache;
    private readonly int _slot;
    private readonly ChannelWriter<OutputPiece>? _pieces;
    private readonly CancellationToken _cancellation;
    private readonly CancellationTokenRegistration _registration;
    private readonly WakeUp _wake = new();
    private readonly string _id;
    private StepCgroup? _compileCgroup;
    private StepCgroup? _runCgroup;
    private Container? _container;

    public SandboxRun(SandboxHost host, RunRequest request, int slot, ChannelWriter<OutputPiece>? pieces, CancellationToken cancellation)
    {
        _host = host;
        _request = request;
        _recipe = request.Language.Recipe!;
        _cache = host.Caches.Find(request.Language);
        _slot = slot;
        _pieces = pieces;
        _cancellation = cancellation;
        _id = host.NextId();
        _registration = cancellation.Register(_wake.Set);
    }

    public RunResult Execute()
    {
        if (_cancellation.IsCancellationRequested)
        {
            return new RunResult(RunStatus.Cancelled, null, null);
        }
        Start();
        foreach (var file in CommandExpander.Files(_request))
        {
            _container!.Control.SendFile(file);
        }
        StepResult? compiled = null;
        if (_recipe.Compile is { } compile)
        {
            (var status, compiled) = Step(RunPhase.Compile, CompileStep, compile, _request.CompileLimits, _compileCgroup!);
            if (status != RunStatus.Accepted)
            {
                return new RunResult(status == RunStatus.Cancelled ? status : RunStatus.CompilationError, compiled, null);
            }
        }
        if (_cancellation.IsCancellationRequested)
        {
            return new RunResult(RunStatus.Cancelled, compiled, null);
        }
        var (verdict, ran) = Step(RunPhase.Run, RunStep, _recipe.Run, _request.Limits, _runCgroup!);
        return new RunResult(verdict, compiled, ran);
    }

    public void Dispose()
    {
        _registration.Dispose();
        // The container first: a cgroup can go only after the last process in it.
        _container?.Dispose();
        _compileCgroup?.Delete();
        _runCgroup?.Delete();
        _wake.Dispose();
    }

    private void Start()
    {
        var compiles = _recipe.Compile is not null;
        _runCgroup = _host.Cgroups.Create(_id + ".run", _request.Limits);
        _compileCgroup = compiles ? _host.Cgroups.Create(_id + ".compile", _request.CompileLimits) : null;
        var config = ContainerConfig.Make(_host.Root, new ContainerSettings
        {
            Uid = _host.Options.FirstUid + _slot,
            Hierarchies = _host.Cgroups.Hierarchies,
            CgroupsPath = _host.Runtime.MakesCgroups ? SandboxHost.CgroupsPath(_id) : null,
            DiskBytes = _request.Limits.DiskBytes,
            CpuTime = compiles && _request.CompileLimits.CpuTime > _request.Limits.CpuTime ? _request.CompileLimits.CpuTime : _request.Limits.CpuTime,
            Compiles = compiles,
            Binds = _cache is null ? [] : [(_cache, _recipe.Cache!.Path)],
        });
        _container = Container.Start(
            _host.Runtime, _id, _host.Bundle(_id), config, [_compileCgroup ?? _runCgroup, _runCgroup], _host.Options.StartTimeout);
    }

    private (RunStatus, StepResult) Step(RunPhase phase, int index, CommandTemplate template, RunLimits limits, StepCgroup cgroup)
    {
        var expander = new CommandExpander(_request, limits, _cache is null ? CompilerCaches.Private : _recipe.Cache!.Path);
        var order = new StepOrder(
            phase,
            index,
            expander.Arguments(template),
            expander.Environment(template),
            phase == RunPhase.Run ? _request.StandardInput : null,
            limits);
        var stdout = new OutputCollector(phase, OutputStream.Stdout, limits.OutputBytes, _pieces);
        var stderr = new OutputCollector(phase, OutputStream.Stderr, limits.OutputBytes, _pieces);
        return new StepRunner(_container!, cgroup, order, _host.Time, _wake, stdout, stderr, _cancellation).Run();
    }
}
