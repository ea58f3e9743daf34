using CodeCrafter.Sandbox;
using CodeCrafter.Sandbox.Languages;
using CodeCrafter.Sandbox.Oci;
using CodeCrafter.Server.Execution;
using Microsoft.Extensions.Logging.Abstractions;

[assembly: AssemblyFixture(typeof(CodeCrafter.Server.Tests.Fixture.SharedSandboxOwner))]

namespace CodeCrafter.Server.Tests.Fixture;

/// <summary>
/// One sandbox for the servers of this process: checking one and parking programs in it takes longer than the rest of a start,
/// and most of these servers run nothing.
/// </summary>
internal sealed class SharedSandbox : ISandboxFactory
{
    private static readonly DirectoryInfo _state = Directory.CreateTempSubdirectory("codecrafter-test-");

    /// <summary>What every server asks the toolchains for at its start.</summary>
    public static Task<LanguageCatalog> Languages { get; } = LanguageCatalog.LoadAsync(Path.Combine(AppContext.BaseDirectory, "languages"));

    private static readonly Lazy<Task<OciSandbox>> _sandbox = new(static async () => await OciSandbox.CreateAsync(
        new SandboxOptions { StateDirectory = _state.FullName }, await Languages, NullLoggerFactory.Instance));

    public async Task<ISandbox> CreateAsync(CancellationToken cancellationToken) => new Borrowed(await _sandbox.Value.WaitAsync(cancellationToken));

    /// <summary>Ends what was started, if anything was.</summary>
    public static async ValueTask EndAsync()
    {
        if (_sandbox.IsValueCreated)
        {
            await (await _sandbox.Value).DisposeAsync();
        }
        _state.Delete(recursive: true);
    }

    /// <summary>A server would dispose of one that can be.</summary>
    private sealed class Borrowed(OciSandbox sandbox) : ISandbox
    {
        public string Description => sandbox.Description;

        public Task<RunResult> RunAsync(RunRequest request, IRunObserver? observer, CancellationToken cancellationToken) =>
            sandbox.RunAsync(request, observer, cancellationToken);

        public Task<CompiledProgram> CompileAsync(RunRequest request, IRunObserver? observer, CancellationToken cancellationToken) =>
            sandbox.CompileAsync(request, observer, cancellationToken);

        public Task<RunResult> RunAsync(CompiledProgram program, RunRequest request, IRunObserver? observer, CancellationToken cancellationToken) =>
            sandbox.RunAsync(program, request, observer, cancellationToken);
    }
}

/// <summary>Ends the shared sandbox after the last test.</summary>
public sealed class SharedSandboxOwner : IAsyncDisposable
{
    public ValueTask DisposeAsync() => SharedSandbox.EndAsync();
}
