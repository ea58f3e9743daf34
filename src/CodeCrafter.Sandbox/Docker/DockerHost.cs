using CodeCrafter.Sandbox.Languages;
using CodeCrafter.Sandbox.Limits;
using CodeCrafter.Sandbox.Steps;
using Microsoft.Extensions.Logging;

namespace CodeCrafter.Sandbox.Docker;

/// <summary>A language's image, as it was when the sandbox started.</summary>
/// <param name="Id">Its digest: an image of the same name that is built later takes part from the next start.</param>
/// <param name="Cache">Where the image has the compiler cache filled, from its label; null where it has none.</param>
internal sealed record LanguageImage(string Id, string? Cache)
{
    /// <summary>The label that says where the compiler cache is.</summary>
    public const string CacheLabel = "codecrafter.cache";
}

/// <summary>What all containers of an installation share: the engine, the images, and the state directory, locked.</summary>
internal sealed class DockerHost : IAsyncDisposable
{
    private readonly StateDirectory _state;
    private readonly IReadOnlyDictionary<string, LanguageImage> _images;
    private long _lastId;

    private DockerHost(DockerSandboxOptions options, DockerEngine engine, StateDirectory state, IReadOnlyDictionary<string, LanguageImage> images, TimeProvider time)
    {
        Options = options;
        Engine = engine;
        _state = state;
        _images = images;
        Time = time;
    }

    public DockerSandboxOptions Options { get; }

    public DockerEngine Engine { get; }

    public TimeProvider Time { get; }

    /// <summary>What the self-check is to find.</summary>
    public SelfCheckSetting SelfCheckSetting =>
        new(Options.FirstUid, 2 * Options.MaxSandboxes, [Options.StateDirectory, "/run/docker.sock", "/var/run/docker.sock", "/var/lib/docker", "/sys/kernel/mm"]);

    public static async Task<DockerHost> OpenAsync(DockerSandboxOptions options, LanguageCatalog catalog, ILogger logger, TimeProvider time, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(options.MaxSandboxes, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(options.MaxSandboxes, 1000);
        options = options with { StateDirectory = Path.GetFullPath(options.StateDirectory) };
        var state = StateDirectory.Open(options.StateDirectory);
        DockerEngine? engine = null;
        try
        {
            engine = await DockerEngine.ConnectAsync(options.Endpoint, cancellationToken);
            foreach (var leftover in await engine.FindContainersAsync(state.Installation, cancellationToken))
            {
                await engine.RemoveAsync(leftover, cancellationToken);
            }
            var images = await FindImagesAsync(engine, options, catalog, logger, cancellationToken);
            return new DockerHost(options, engine, state, images, time);
        }
        catch
        {
            engine?.Dispose();
            await state.DisposeAsync();
            throw;
        }
    }

    /// <summary>There is an image of this language.</summary>
    public bool HasImage(Language language) => _images.ContainsKey(language.Id);

    /// <summary>A container to be: one of the two that a run may have.</summary>
    public ContainerSpec Spec(LanguageImage image, int slot, int step, RunLimits limits, long fileBytes) => new()
    {
        // A name that no other container of the engine has.
        Name = $"{_state.Installation}-{Interlocked.Increment(ref _lastId)}",
        Installation = _state.Installation,
        Image = image.Id,
        Uid = Options.FirstUid + (2 * slot) + step,
        Limits = limits,
        FileBytes = fileBytes,
        Architecture = Engine.Architecture,
        Runtime = Options.Runtime,
        CgroupParent = Options.CgroupParent,
    };

    /// <summary>The image that a language's programs run in; the self-check, which is no language, takes any.</summary>
    /// <exception cref="IOException">There is none.</exception>
    public LanguageImage Image(Language language) =>
        _images.TryGetValue(language.Id, out var image) ? image
        : language.Id == SelfCheck.LanguageId ? _images.Values.First()
        : throw new IOException($"The engine has no image {ImageName(Options, language)}.");

    public async ValueTask DisposeAsync()
    {
        Engine.Dispose();
        await _state.DisposeAsync();
    }

    private static async Task<IReadOnlyDictionary<string, LanguageImage>> FindImagesAsync(DockerEngine engine, DockerSandboxOptions options, LanguageCatalog catalog, ILogger logger, CancellationToken cancellationToken)
    {
        var images = new Dictionary<string, LanguageImage>();
        foreach (var language in catalog.Languages)
        {
            if (await engine.FindImageAsync(ImageName(options, language), cancellationToken) is { } image)
            {
                images[language.Id] = new LanguageImage(image.Id, image.Labels.GetValueOrDefault(LanguageImage.CacheLabel));
            }
            else
            {
                logger.LogWarning("There are no {Language} programs: the engine has no image {Image}", language.Title, ImageName(options, language));
            }
        }
        return images.Count > 0 ? images : throw new SandboxUnavailableException(
            $"The Docker Engine has no image of any language, such as {ImageName(options, catalog.Languages[0])}: build them from the Dockerfiles under languages/.");
    }

    /// <summary>The name of a language's image, whether it is there or not.</summary>
    public string ImageName(Language language) => ImageName(Options, language);

    private static string ImageName(DockerSandboxOptions options, Language language) => options.Image.Replace("{language}", language.Id);
}
