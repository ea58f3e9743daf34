using CodeCrafter.Sandbox;
using CodeCrafter.Sandbox.Docker;
using CodeCrafter.Sandbox.Languages;
using CodeCrafter.Sandbox.Oci;
using CodeCrafter.Server.Platform;
using Microsoft.Extensions.Options;

namespace CodeCrafter.Server.Execution;

/// <summary>Makes what runs programs.</summary>
internal interface ISandboxFactory
{
    /// <summary>Made and checked; whoever asked disposes of it, where it is disposable.</summary>
    /// <exception cref="SandboxUnavailableException">This host lacks something that it needs.</exception>
    Task<ISandbox> CreateAsync(CancellationToken cancellationToken);
}

/// <summary>Makes the sandbox that the settings ask for, with its state in the data directory.</summary>
internal sealed class SandboxFactory(
    IOptions<ExecutionOptions> options,
    ServerOptions server,
    TimeProvider clock,
    LanguageCatalog languages,
    ILoggerFactory loggers) : ISandboxFactory
{
    public async Task<ISandbox> CreateAsync(CancellationToken cancellationToken) =>
        options.Value.Backend == ExecutionBackend.Docker ? await CreateDockerAsync(cancellationToken) : await CreateOciAsync(cancellationToken);

    private Task<OciSandbox> CreateOciAsync(CancellationToken cancellationToken) => OciSandbox.CreateAsync(
        new SandboxOptions
        {
            StateDirectory = Path.Combine(server.DataDirectory, "sandbox"),
            Runtime = options.Value.Runtime,
            Parked = options.Value.Parked ?? Environment.ProcessorCount,
        },
        languages,
        loggers,
        clock,
        cancellationToken);

    private Task<DockerSandbox> CreateDockerAsync(CancellationToken cancellationToken) => DockerSandbox.CreateAsync(
        new DockerSandboxOptions
        {
            StateDirectory = Path.Combine(server.DataDirectory, "docker-sandbox"),
            Endpoint = options.Value.Docker.Endpoint,
            Image = options.Value.Docker.Image,
            FirstUid = options.Value.Docker.FirstUid,
            Runtime = options.Value.Runtime,
        },
        languages,
        loggers,
        clock,
        cancellationToken);
}
