using CodeCrafter.Sandbox.Languages;
using CodeCrafter.Sandbox.Limits;
using Microsoft.Extensions.Logging;

namespace CodeCrafter.Sandbox.Oci;

/// <summary>
/// What all sandboxes of an installation share: the runtime, the cgroup tree, the root directory, and the state
/// directory, which is locked while this exists.
/// </summary>
internal sealed class SandboxHost : IAsyncDisposable
{
    private readonly StateDirectory _state;
    private readonly string _runs;
    private readonly Zygotes? _zygotes;
    private long _lastId;

    private SandboxHost(SandboxOptions options, LanguageCatalog catalog, CompilerCaches caches, TimeProvider time, StateDirectory state, OciRuntime runtime, CgroupTree cgroups, SandboxRoot root)
    {
        Options = options;
        Catalog = catalog;
        Caches = caches;
        Time = time;
        _state = state;
        Runtime = runtime;
        Cgroups = cgroups;
        Root = root;
        _runs = Path.Combine(options.StateDirectory, "runs");
        Directory.CreateDirectory(_runs);
        _zygotes = runtime.HasOwnKernel ? null : new Zygotes(this);
    }

    public SandboxOptions Options { get; }

    public LanguageCatalog Catalog { get; }

    public CompilerCaches Caches { get; }

    public TimeProvider Time { get; }

    public OciRuntime Runtime { get; }

    public CgroupTree Cgroups { get; }

    public SandboxRoot Root { get; }

    public string Description => $"{Runtime.Description}, {Cgroups.Kind}";

    public static async Task<SandboxHost> OpenAsync(SandboxOptions options, LanguageCatalog catalog, ILogger logger, TimeProvider time, CancellationToken cancellationToken)
    {
        if (!OperatingSystem.IsLinux() || !Environment.IsPrivilegedProcess)
        {
            throw new SandboxUnavailableException("The sandbox needs Linux, and root to set up namespaces and cgroups; programs run as another user.");
        }
        ArgumentOutOfRangeException.ThrowIfLessThan(options.MaxSandboxes, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(options.MaxSandboxes, 1000);
        ArgumentOutOfRangeException.ThrowIfNegative(options.Parked);
        ArgumentOutOfRangeException.ThrowIfNegative(options.MaxParked);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(options.MaxParked, 1000);
        options = options with { StateDirectory = Path.GetFullPath(options.StateDirectory) };
        var state = StateDirectory.Open(options.StateDirectory);
        try
        {
            var mountInfo = await File.ReadAllTextAsync("/proc/self/mountinfo", cancellationToken);
            var runtime = await OciRuntime.DetectAsync(options.Runtime, options.StateDirectory, mountInfo, cancellationToken);
            var cgroups = CgroupDetector.Detect(mountInfo, time);
            runtime.RemoveLeftovers();
            CgroupLeftovers.Remove(CgroupDetector.MountPoints(mountInfo), state.Installation, time);
            Delete(Path.Combine(options.StateDirectory, "runs"));
            cgroups.Prepare();
            var root = SandboxRoot.Create(Path.Combine(options.StateDirectory, "rootfs"), Enumerable.Range(options.FirstUid, options.Uids));
            return new SandboxHost(options, catalog, new CompilerCaches(Path.Combine(options.StateDirectory, "caches"), root.Path, logger), time, state, runtime, cgroups, root);
        }
        catch
        {
            await state.DisposeAsync();
            throw;
        }
    }

    /// <summary>The compiler caches that are filled: from, to.</summary>
    public IReadOnlyList<(string From, string To)> VisibleCaches() =>
        [.. Catalog.Languages.Select(language => (From: Caches.Find(language), To: language.Recipe?.Cache?.Path))
            .Where(cache => cache is { From: not null, To: not null })
            .Select(cache => (cache.From!, cache.To!))];

    /// <summary>A name that no other sandbox of this host has.</summary>
    public string NextId() => $"{_state.Installation}-{Interlocked.Increment(ref _lastId)}";

    /// <summary>The directory of a sandbox's config.json.</summary>
    public string Bundle(string id) => Path.Combine(_runs, id);

    /// <summary>The user, and group, of a sandbox's programs.</summary>
    public int UidOf(SandboxInstance instance) => Options.FirstUid + instance.Slot;

    /// <summary>How a sandbox begins: forked from a zygote, or, on a kernel of its own, as a container of its own.</summary>
    public IContainerLife LifeOf(SandboxInstance instance)
    {
        var uid = UidOf(instance);
        if (_zygotes is not null)
        {
            return _zygotes.Child(uid, instance.Template);
        }
        var bundle = Bundle(instance.Id);
        var settings = new ContainerSettings { Binds = instance.Template.Caches };
        var config = ContainerConfig.ForSandbox(Root, settings, uid, instance.Template.DiskBytes, RuntimeContainer.ControlPath(bundle));
        return new RuntimeContainer(Runtime, instance.Id, bundle, config, instance.Cgroup(0, OwnKernel.Within(RunLimits.DefaultForCompiling)));
    }

    /// <summary>Where a runtime that insists on a cgroup makes one for init.</summary>
    public static string CgroupsPath(string id) => $"/{id}.init";

    public ValueTask DisposeAsync()
    {
        _zygotes?.Dispose();
        Runtime.Dispose();
        return _state.DisposeAsync();
    }

    private static void Delete(string directory)
    {
        if (Directory.Exists(directory))
        {
            Directory.Delete(directory, recursive: true);
        }
    }
}
