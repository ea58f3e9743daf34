using System.Text;
using System.Threading.Channels;
using CodeCrafter.Sandbox.Languages;
using CodeCrafter.Sandbox.Limits;
using CodeCrafter.Sandbox.Steps;

namespace CodeCrafter.Sandbox.Docker;

/// <summary>
/// One request: a compilation, a run, or both, each in a container of its own, since a container has one set of limits
/// and one peak of memory. What the compiler made goes from one to the other through us. Disposing removes them.
/// </summary>
internal sealed class DockerRun(DockerHost host, CompileCache compilations, RunRequest request, int slot, ChannelWriter<OutputPiece>? pieces, CancellationToken cancellation) : IAsyncDisposable
{
    /// <summary>How long files may take to be taken out: no program runs any more.</summary>
    private static readonly TimeSpan CollectTimeout = TimeSpan.FromSeconds(30);

    private readonly LanguageRecipe _recipe = request.Language.Recipe!;
    private readonly LanguageImage _image = host.Image(request.Language);
    private readonly List<Task<DockerContainer>> _containers = [];

    /// <summary>Compiles and runs.</summary>
    public async Task<RunResult> ExecuteAsync()
    {
        if (cancellation.IsCancellationRequested)
        {
            return new RunResult(RunStatus.Cancelled, null, null);
        }
        // A container takes as long to start as most compilers take, so both go on at once.
        var next = Start(request.Limits, WorkspaceBytes(), 1);
        var program = await CompileAsync();
        return program.Status == RunStatus.Accepted ? await ExecuteAsync(program, next) : new RunResult(program.Status, program.Compile, null);
    }

    /// <summary>Compiles.</summary>
    public async Task<CompiledProgram> CompileAsync()
    {
        if (_recipe.Compile is not { } template)
        {
            return Program(RunStatus.Accepted, null, null);
        }
        var plan = StepPlan.Of(request, RunPhase.Compile, template, _image.Cache);
        // Another image may have another compiler.
        var key = CompileCache.Key(request, plan.Command, $"{_recipe.Output} {_image.Id}");
        if (compilations.Find(key) is { } known)
        {
            Repeat(known.Compile);
            return Program(RunStatus.Accepted, known.Compile, known.Artifact, fromCache: true);
        }
        var container = await Start(plan.Limits, WorkspaceBytes(), 0);
        await WriteFilesAsync(container, plan, null);
        var (status, compile, _) = await StepAsync(container, RunPhase.Compile, plan);
        if (status != RunStatus.Accepted)
        {
            return Program(status == RunStatus.Cancelled ? status : RunStatus.CompilationError, compile, null);
        }
        var (files, omitted) = await CollectAsync(container, _recipe.Output!, Artifact.MaxFiles, Artifact.MaxBytes, changed: false);
        if (files.Count == 0 || omitted > 0)
        {
            const string tooLarge = "What the compiler made is too large to be run here, or no plain files.\n";
            pieces?.TryWrite(new OutputPiece(RunPhase.Compile, OutputStream.Stderr, tooLarge));
            return Program(RunStatus.CompilationError, compile with { Stderr = compile.Stderr + tooLarge }, null);
        }
        var artifact = new Artifact(files);
        compilations.Add(key, compile, artifact);
        return Program(RunStatus.Accepted, compile, artifact);
    }

    /// <summary>Runs a program.</summary>
    public Task<RunResult> ExecuteAsync(CompiledProgram program) =>
        ExecuteAsync(program, Start(request.Limits, WorkspaceBytes() + ArtifactBytes(program), 1));

    public async ValueTask DisposeAsync() =>
        // Each of them, also where the engine fails to remove another.
        await Task.WhenAll(_containers.Select(RemoveAsync));

    private static async Task RemoveAsync(Task<DockerContainer> starting)
    {
        // One that did not start has left nothing, and whoever waited for it has been told.
        await ((Task)starting).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (starting.IsCompletedSuccessfully)
        {
            await (await starting).DisposeAsync();
        }
    }

    private async Task<RunResult> ExecuteAsync(CompiledProgram program, Task<DockerContainer> starting)
    {
        if (cancellation.IsCancellationRequested)
        {
            return new RunResult(RunStatus.Cancelled, program.Compile, null) { CompileFromCache = program.FromCache };
        }
        var plan = StepPlan.Of(request, RunPhase.Run, _recipe.Run, _image.Cache);
        var container = await starting;
        if (ArtifactBytes(program) > 0)
        {
            await container.LimitMemoryAsync(ContainerSpec.MemoryOf(request.Limits, WorkspaceBytes() + ArtifactBytes(program)));
        }
        await WriteFilesAsync(container, plan, program.Artifact);
        var (status, run, endedByItself) = await StepAsync(container, RunPhase.Run, plan);
        var (outputFiles, omitted) = endedByItself ? await CollectFilesAsync(container) : ([], 0);
        return new RunResult(status, program.Compile, run) { CompileFromCache = program.FromCache, Files = outputFiles, FilesOmitted = omitted };
    }

    private CompiledProgram Program(RunStatus status, StepResult? compile, Artifact? artifact, bool fromCache = false) =>
        new() { Status = status, Compile = compile, Artifact = artifact, FromCache = fromCache, Language = request.Language };

    private Task<DockerContainer> Start(RunLimits limits, long fileBytes, int step)
    {
        var container = DockerContainer.StartAsync(host.Engine, host.Spec(_image, slot, step, limits, fileBytes), host.Options.StartTimeout);
        _containers.Add(container);
        return container;
    }

    private async Task WriteFilesAsync(DockerContainer container, StepPlan plan, Artifact? artifact)
    {
        using var deadline = new CancellationTokenSource(host.Options.StartTimeout, host.Time);
        foreach (var file in CommandExpander.Files(request))
        {
            await container.Relay.SendFileAsync($"{SandboxPaths.Workspace}/{file.Path}", false, Encoding.UTF8.GetBytes(file.Content), request.Collect is not null, deadline.Token);
        }
        foreach (var file in artifact?.Files ?? [])
        {
            await container.Relay.SendFileAsync(file.Path, file.IsExecutable, file.Content, false, deadline.Token);
        }
        if (plan.SourceList is { } list)
        {
            await container.Relay.SendFileAsync(list.Path, false, Encoding.UTF8.GetBytes(list.Content), false, deadline.Token);
        }
    }

    private Task<(RunStatus, StepResult, bool)> StepAsync(DockerContainer container, RunPhase phase, StepPlan plan)
    {
        var stdout = new OutputCollector(phase, OutputStream.Stdout, plan.Limits.OutputBytes, pieces);
        var stderr = new OutputCollector(phase, OutputStream.Stderr, plan.Limits.OutputBytes, pieces);
        var isRun = phase == RunPhase.Run;
        return new DockerStep(container, plan, host.Time, stdout, stderr, cancellation)
            .RunAsync(isRun ? request.StandardInput : null, isRun ? request.Terminal : null);
    }

    private async Task<(IReadOnlyList<ArtifactFile>, int)> CollectAsync(DockerContainer container, string path, int maxFiles, long maxBytes, bool changed)
    {
        using var deadline = new CancellationTokenSource(CollectTimeout, host.Time);
        try
        {
            return await container.Relay.CollectAsync(path, maxFiles, maxBytes, changed, deadline.Token);
        }
        catch (OperationCanceledException e)
        {
            throw new IOException("A container does not hand out its files.", e);
        }
    }

    private async Task<(IReadOnlyList<OutputFile>, int)> CollectFilesAsync(DockerContainer container)
    {
        if (request.Collect is not { } wanted)
        {
            return ([], 0);
        }
        var (files, omitted) = await CollectAsync(container, SandboxPaths.Workspace, wanted.MaxFiles, wanted.MaxBytes, changed: true);
        return OutputFiles.Proper(files, omitted);
    }

    /// <summary>Whoever watches sees what the compiler said, also where it said it before.</summary>
    private void Repeat(StepResult compile)
    {
        foreach (var (stream, text) in ((OutputStream, string)[])[(OutputStream.Stdout, compile.Stdout), (OutputStream.Stderr, compile.Stderr)])
        {
            if (text.Length > 0)
            {
                pieces?.TryWrite(new OutputPiece(RunPhase.Compile, stream, text));
            }
        }
    }

    /// <summary>What the files of the workspace take up in pages; twice, where the relay remembers them.</summary>
    private long WorkspaceBytes() =>
        (request.Collect is null ? 1 : 2) * CommandExpander.Files(request).Sum(file => Pages(Encoding.UTF8.GetByteCount(file.Content)));

    private static long ArtifactBytes(CompiledProgram program) => program.Artifact?.Files.Sum(file => Pages(file.Content.Length)) ?? 0;

    private static long Pages(long bytes) => (bytes + 4095) & ~4095L;
}
