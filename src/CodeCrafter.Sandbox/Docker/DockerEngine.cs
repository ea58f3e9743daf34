using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Docker.DotNet;
using Docker.DotNet.Models;

namespace CodeCrafter.Sandbox.Docker;

/// <summary>The engine: its version, its images, and our containers on it.</summary>
internal sealed class DockerEngine : IDisposable
{
    private readonly DockerClient _client;

    private DockerEngine(DockerClient client, VersionResponse version)
    {
        _client = client;
        Architecture = version.Arch == "arm64" ? Architecture.Arm64 : Architecture.X64;
        Description = $"Docker Engine {version.Version} ({version.Arch})";
    }

    /// <summary>For the log and the health check.</summary>
    public string Description { get; }

    /// <summary>That of its machine, which need not be this one.</summary>
    public Architecture Architecture { get; }

    /// <exception cref="SandboxUnavailableException">It cannot be reached, or runs nothing that this can use.</exception>
    public static async Task<DockerEngine> ConnectAsync(Uri? endpoint, CancellationToken cancellationToken)
    {
        var builder = new DockerClientBuilder();
        var client = (endpoint is null ? builder : builder.WithEndpoint(endpoint)).Build();
        try
        {
            var version = await client.System.GetVersionAsync(cancellationToken);
            return version is { Os: "linux", Arch: "amd64" or "arm64" }
                ? new DockerEngine(client, version)
                : throw new SandboxUnavailableException($"The Docker Engine runs {version.Os} on {version.Arch}; this needs Linux on amd64 or arm64.");
        }
        catch (Exception e) when (e is HttpRequestException or IOException or DockerApiException or TimeoutException or SocketException)
        {
            client.Dispose();
            throw new SandboxUnavailableException(
                $"No Docker Engine answers at {client.Options.Endpoint}: {e.Message} Start one, or set CodeCrafter:Execution:Docker:Endpoint.", e);
        }
        catch
        {
            client.Dispose();
            throw;
        }
    }

    /// <summary>The id and the labels of an image; null where the engine does not have it.</summary>
    public async Task<(string Id, IReadOnlyDictionary<string, string> Labels)?> FindImageAsync(string name, CancellationToken cancellationToken)
    {
        try
        {
            var image = await _client.Images.InspectImageAsync(name, cancellationToken);
            return (image.ID, image.Config?.Labels?.AsReadOnly() ?? new Dictionary<string, string>().AsReadOnly());
        }
        catch (DockerApiException e) when (e.StatusCode == HttpStatusCode.NotFound)
        {
            return null;
        }
    }

    /// <summary>Makes a container and starts it, attached before its first instruction.</summary>
    public async Task<RelayConnection> StartAsync(ContainerSpec spec, CancellationToken cancellationToken)
    {
        var created = await _client.Containers.CreateContainerAsync(spec.ToParameters(), cancellationToken);
        var stream = await _client.Containers.AttachContainerAsync(
            created.ID,
            new ContainerAttachParameters { Stream = true, Stdin = true, Stdout = true, Stderr = true },
            cancellationToken);
        try
        {
            await _client.Containers.StartContainerAsync(created.ID, new ContainerStartParameters(), cancellationToken);
            return new RelayConnection(stream);
        }
        catch
        {
            stream.Dispose();
            throw;
        }
    }

    /// <summary>Changes the limit on the memory of a container, which has no swap.</summary>
    public Task LimitMemoryAsync(string name, long bytes, CancellationToken cancellationToken) =>
        _client.Containers.UpdateContainerAsync(name, new ContainerUpdateParameters { Memory = bytes, MemorySwap = bytes }, cancellationToken);

    /// <summary>The kernel killed a process of the container for memory, says the engine.</summary>
    public async Task<bool> RanOutOfMemoryAsync(string name, CancellationToken cancellationToken) =>
        (await _client.Containers.InspectContainerAsync(name, cancellationToken)).State is { OOMKilled: true };

    /// <summary>Kills and removes a container, if it is there.</summary>
    public async Task RemoveAsync(string nameOrId, CancellationToken cancellationToken)
    {
        try
        {
            await _client.Containers.RemoveContainerAsync(nameOrId, new ContainerRemoveParameters { Force = true, RemoveVolumes = true }, cancellationToken);
        }
        catch (DockerApiException e) when (e.StatusCode == HttpStatusCode.NotFound)
        {
            // It never came to be.
        }
    }

    /// <summary>The ids of all containers of an installation, in whatever state.</summary>
    public async Task<IReadOnlyList<string>> FindContainersAsync(string installation, CancellationToken cancellationToken)
    {
        var containers = await _client.Containers.ListContainersAsync(
            new ContainersListParameters
            {
                All = true,
                Filters = new Dictionary<string, IDictionary<string, bool>>
                {
                    ["label"] = new Dictionary<string, bool> { [$"{ContainerSpec.InstallationLabel}={installation}"] = true },
                },
            },
            cancellationToken);
        return [.. containers.Select(container => container.ID)];
    }

    public void Dispose() => _client.Dispose();
}
