using System.Diagnostics;
using System.Formats.Tar;
using CodeCrafter.Sandbox.Docker;
using CodeCrafter.Sandbox.Languages;
using CodeCrafter.Sandbox.Limits;
using Docker.DotNet;
using Docker.DotNet.Models;

[assembly: AssemblyFixture(typeof(CodeCrafter.Sandbox.Tests.Docker.TestEngineOwner))]

namespace CodeCrafter.Sandbox.Tests.Docker;

/// <summary>
/// A real Docker Engine of the tests' own, with the images of some languages, which are built from their Dockerfiles.
/// Where it cannot be had the tests fail with the reason. Which languages: see <see cref="Languages"/>.
/// </summary>
public sealed class TestEngine : IAsyncDisposable
{
    /// <summary>All languages, or these: CODECRAFTER_TEST_DOCKER_LANGUAGES=all, or their ids with commas between.</summary>
    private const string LanguagesVariable = "CODECRAFTER_TEST_DOCKER_LANGUAGES";

    private const string BaseImage = "debian:12-slim";

    private static readonly Lazy<Task<TestEngine>> Shared = new(() => Task.Run(StartAsync));

    private readonly Process _process;

    private TestEngine(Process process, string socket, string folder)
    {
        _process = process;
        Directories = [folder, Path.GetDirectoryName(socket)!];
        Endpoint = new Uri("unix://" + socket);
        Client = new DockerClientBuilder().WithEndpoint(Endpoint).Build();
    }

    /// <summary>
    /// The languages that are covered here: one with an interpreter and one with a compiler, since images and minutes add up.
    /// </summary>
    public static IReadOnlyList<string> Languages { get; } = Environment.GetEnvironmentVariable(LanguagesVariable) switch
    {
        "all" => [.. Directory.GetDirectories(SandboxFixture.LanguagesDirectory).Select(folder => Path.GetFileName(folder)!).Order()],
        { Length: > 0 } ids => ids.Split(','),
        _ => ["c", "python"],
    };

    public Uri Endpoint { get; }

    /// <summary>Where the engine keeps its data and its sockets.</summary>
    public IReadOnlyList<string> Directories { get; }

    public DockerClient Client { get; }

    /// <summary>The engine of all tests; the first who asks starts it.</summary>
    public static Task<TestEngine> GetAsync() => Shared.Value;

    public static async Task StopSharedAsync()
    {
        if (Shared.IsValueCreated && Shared.Value.IsCompletedSuccessfully)
        {
            await (await Shared.Value).DisposeAsync();
        }
    }

    /// <summary>A sandbox on this engine, with user ids of its own.</summary>
    public DockerSandboxOptions Options(int firstUid) =>
        new() { StateDirectory = SandboxFixture.NewStateDirectory(), Endpoint = Endpoint, FirstUid = firstUid, MaxSandboxes = 8 };

    /// <summary>A catalog whose versions the sandbox finds in the images.</summary>
    public static Task<LanguageCatalog> CatalogAsync() => LanguageCatalog.LoadAsync(SandboxFixture.LanguagesDirectory);

    /// <summary>What can be seen of a sandbox on the engine and on this host: containers, cgroups, processes, mounts.</summary>
    public async Task<IReadOnlyList<string>> LeftoversAsync(DockerSandboxOptions options)
    {
        var installation = await File.ReadAllTextAsync(Path.Combine(options.StateDirectory, "installation"));
        var containers = await ContainersAsync(installation);
        // A cgroup is named by its container, so these are of this engine alone, but of all its sandboxes: ours are the
        // only ones while a collection runs that shares it with none.
        return
        [
            .. containers.Select(container => $"{container.Names[0]} {container.State}"),
            .. Cgroups().Where(cgroup => containers.Any(container => cgroup.EndsWith(container.ID, StringComparison.Ordinal))),
            .. HostState.Processes(options.FirstUid, 2 * options.MaxSandboxes),
        ];
    }

    /// <summary>The containers of an installation, in whatever state.</summary>
    public async Task<IReadOnlyList<ContainerListResponse>> ContainersAsync(string installation) =>
        [.. (await Client.Containers.ListContainersAsync(new ContainersListParameters { All = true }))
            .Where(container => container.Names.Any(name => name.StartsWith($"/{installation}-", StringComparison.Ordinal)))];

    /// <summary>The cgroups of all containers of this engine.</summary>
    public IReadOnlyList<string> Cgroups() =>
    [
        .. CgroupDetector.MountPoints(File.ReadAllText("/proc/self/mountinfo"))
            .Select(mount => Path.Combine(mount, $"codecrafter-engine-{_process.Id}"))
            .Where(Directory.Exists)
            .SelectMany(Directory.GetDirectories),
    ];

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        // The end of its input is the end of the engine.
        _process.StandardInput.Close();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private static async Task<TestEngine> StartAsync()
    {
        var folder = Path.Combine(Repository(), "artifacts", "docker-engine");
        var process = Process.Start(new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "Docker", "engine.sh"), [folder])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var errors = process.StandardError.ReadToEndAsync();
        if (await process.StandardOutput.ReadLineAsync() is not { Length: > 0 } socket)
        {
            throw new InvalidOperationException($"There is no Docker Engine to test with. {await errors}");
        }
        var engine = new TestEngine(process, socket, folder);
        try
        {
            await engine.RemoveContainersAsync();
            await engine.ImportBaseImageAsync(Path.Combine(folder, "debian.tar"));
            foreach (var language in Languages)
            {
                await engine.BuildImageAsync(language);
            }
            // What an older Dockerfile gave.
            await engine.Client.Images.PruneImagesAsync(new ImagesPruneParameters());
            return engine;
        }
        catch
        {
            await engine.DisposeAsync();
            throw;
        }
    }

    /// <summary>What a test run that was killed has left in the engine's data.</summary>
    private async Task RemoveContainersAsync()
    {
        foreach (var container in await Client.Containers.ListContainersAsync(new ContainersListParameters { All = true }))
        {
            await Client.Containers.RemoveContainerAsync(container.ID, new ContainerRemoveParameters { Force = true });
        }
    }

    private async Task ImportBaseImageAsync(string archive)
    {
        if ((await Client.Images.ListImagesAsync(new ImagesListParameters())).Any(image => image.RepoTags?.Contains(BaseImage) == true))
        {
            return;
        }
        var parts = BaseImage.Split(':');
        await using var content = File.OpenRead(archive);
        var progress = new BuildProgress();
        await Client.Images.CreateImageAsync(
            new ImagesCreateParameters { FromSrc = "-", Repo = parts[0], Tag = parts[1] }, content, null, progress);
        progress.ThrowOnError(BaseImage);
    }

    private async Task BuildImageAsync(string language)
    {
        using var context = new MemoryStream();
        await TarFile.CreateFromDirectoryAsync(Path.Combine(SandboxFixture.LanguagesDirectory, language), context, includeBaseDirectory: false);
        context.Position = 0;
        var progress = new BuildProgress();
        // This engine has no network of its own, and the build needs Debian's packages.
        await Client.Images.BuildImageFromDockerfileAsync(
            new ImageBuildParameters { Tags = [$"codecrafter/{language}"], NetworkMode = "host", ForceRemove = true },
            context,
            [],
            new Dictionary<string, string>(),
            progress);
        progress.ThrowOnError(language);
    }

    private static string Repository()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "CodeCrafter.slnx")))
        {
            folder = folder.Parent ?? throw new InvalidOperationException("The tests do not run from inside the repository.");
        }
        return folder.FullName;
    }

    /// <summary>The engine says in the middle of an answer that a build failed.</summary>
    private sealed class BuildProgress : IProgress<JSONMessage>
    {
        private readonly Queue<string> _last = new();
        private string? _error;

        public void Report(JSONMessage value)
        {
            _error ??= value.Error?.Message;
            _last.Enqueue(value.Stream ?? "");
            if (_last.Count > 30)
            {
                _last.Dequeue();
            }
        }

        public void ThrowOnError(string image)
        {
            if (_error is not null)
            {
                throw new InvalidOperationException($"The image of {image} could not be made: {_error}\n{string.Concat(_last)}");
            }
        }
    }
}

/// <summary>Stops the engine after the last test, if one started it.</summary>
public sealed class TestEngineOwner : IAsyncDisposable
{
    public async ValueTask DisposeAsync() => await TestEngine.StopSharedAsync();
}
