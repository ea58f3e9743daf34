using System.Diagnostics;
using CodeCrafter.Sandbox.Interop;
using CodeCrafter.Sandbox.Limits;
using Microsoft.Win32.SafeHandles;

namespace CodeCrafter.Sandbox.Oci;

/// <summary>The OCI runtime of this host, and how to call it.</summary>
internal sealed class OciRuntime : IDisposable
{
    private static readonly string[] SearchPath = ["/usr/bin", "/usr/sbin", "/usr/local/bin", "/usr/local/sbin", "/bin", "/sbin"];

    private static readonly string[] Environment = ["PATH=/usr/sbin:/usr/bin:/sbin:/bin"];

    private readonly string _path;
    private readonly string _state;
    private readonly bool _isCrun;
    private readonly Launcher _launcher;
    private readonly SafeFileHandle? _copy;

    private OciRuntime(string path, string version, string state, string? hiddenMount)
    {
        _path = path;
        _isCrun = Path.GetFileName(path) == "crun";
        HasOwnKernel = IsGVisor(path);
        _state = state;
        // crun refuses a tree with both versions, so it gets a view of the mounts that has only the first.
        _launcher = new Launcher(_isCrun ? hiddenMount : null);
        // crun executes a sealed copy of itself, so that no container can change the host's; this spares it making one each time.
        _copy = _isCrun && IsElf(path) ? Native.SealedCopy(path) : null;
        Description = version;
    }

    /// <summary>Name and version: <c>crun 1.8.1</c>.</summary>
    public string Description { get; }

    /// <summary>It insists on a cgroup of its own for every container; crun can be told not to make any.</summary>
    public bool MakesCgroups => !_isCrun && !HasOwnKernel;

    /// <summary>
    /// gVisor: programs run on a kernel of their own, a process of the host (docs/decisions/0025). Whatever holds for the
    /// programs has to hold for that one: it is started inside the cgroup.
    /// </summary>
    public bool HasOwnKernel { get; }

    /// <summary>Finds the runtime.</summary>
    /// <exception cref="SandboxUnavailableException">There is none, or it lacks seccomp.</exception>
    public static async Task<OciRuntime> DetectAsync(string? wanted, string stateDirectory, string mountInfo, CancellationToken cancellationToken)
    {
        string[] candidates = wanted is null ? ["crun", "runc"] : [wanted];
        var path = candidates.Select(Find).FirstOrDefault(p => p is not null)
            ?? throw new SandboxUnavailableException(
                $"No OCI runtime: {string.Join(" or ", candidates)} is not installed. Install one: apt-get install {(IsGVisor(candidates[0]) ? "runsc" : "crun")}");
        if (!File.Exists("/usr/bin/perl"))
        {
            throw new SandboxUnavailableException("/usr/bin/perl is missing, which starts programs in the sandbox. Install it: apt-get install perl-base");
        }
        var text = await VersionAsync(path, cancellationToken);
        var lines = text.Split('\n');
        var number = lines[0].Split(' ').Last();
        if (!IsGVisor(path) && !text.Contains("+SECCOMP", StringComparison.Ordinal) && !text.Contains("libseccomp:", StringComparison.Ordinal))
        {
            throw new SandboxUnavailableException($"{path} {number} is built without seccomp, which the sandbox needs. Install Debian's: apt-get install crun");
        }
        var state = Path.Combine(stateDirectory, "oci");
        Directory.CreateDirectory(state);
        var runtime = new OciRuntime(path, $"{Path.GetFileName(path)} {number}", state, CgroupDetector.UnifiedBesideV1(mountInfo));
        if (!runtime.StaysWithContainer)
        {
            // Nobody else can be relied on to reap inits whose runtime has gone: a container's PID 1 may not.
            Native.AdoptOrphans();
        }
        return runtime;
    }

    /// <summary>
    /// The runtime's process stays until the container has ended and removes it then. runc would copy all input and
    /// output through itself while it stays, so it is told to go, and the container is removed by <see cref="Delete"/>.
    /// </summary>
    public bool StaysWithContainer => _isCrun || HasOwnKernel;

    /// <summary>
    /// Makes a container and runs it, with these as its descriptors from 0 on. Returns the process id of the runtime.
    /// </summary>
    public int Run(string id, string bundle, IReadOnlyList<SafeFileHandle> descriptors)
    {
        if (HasOwnKernel)
        {
            // From 3 on are the files of the cgroup, which a shell enters (0 stands for the writer) and closes.
            var entrances = Enumerable.Range(3, descriptors.Count - 3);
            var enter = string.Concat(entrances.Select(fd => $"echo 0 >&{fd} && exec {fd}>&- && "));
            return _launcher.Start("/bin/sh", ["sh", "-c", enter + "exec \"$@\"", "sh", _path, .. Options, "run", "--bundle", bundle, id], Environment, descriptors);
        }
        string[] detach = StaysWithContainer ? [] : ["--detach"];
        return Start(["run", .. detach, "--bundle", bundle, "--preserve-fds", (descriptors.Count - 3).ToString(), id], descriptors);
    }

    /// <summary>Removes a container, and kills what is in it.</summary>
    public void Delete(string id)
    {
        using var nothing = File.OpenHandle("/dev/null", FileMode.Open, FileAccess.ReadWrite);
        Native.WaitPid(Start(["delete", "--force", id], [nothing, nothing, nothing]));
    }

    /// <summary>
    /// Once the runtime's process has ended: where a limit killed that before it could remove the container, it is removed.
    /// </summary>
    public void FinishDelete(string id)
    {
        if (HasOwnKernel && Directory.EnumerateFileSystemEntries(_state, id + "*").Any())
        {
            Delete(id);
            foreach (var left in Directory.GetFiles(_state, id + "*"))
            {
                File.Delete(left);
            }
        }
    }

    /// <summary>Removes what a killed server left: its containers are named in our state directory and nowhere else.</summary>
    public void RemoveLeftovers()
    {
        // Newer versions of crun keep compiled seccomp filters beside its containers, in .cache.
        foreach (var container in Directory.GetDirectories(_state).Where(path => !Path.GetFileName(path).StartsWith('.')))
        {
            Delete(Path.GetFileName(container));
            if (Directory.Exists(container))
            {
                Directory.Delete(container, recursive: true);
            }
        }
    }

    public void Dispose()
    {
        _launcher.Dispose();
        _copy?.Dispose();
    }

    private int Start(IEnumerable<string> arguments, IReadOnlyList<SafeFileHandle> descriptors) =>
        _launcher.Start(_copy is null ? _path : $"/proc/self/fd/{Native.Fd(_copy)}", [_path, .. Options, .. arguments], Environment, descriptors);

    private string[] Options =>
    [
        "--root", _state,
        .. _isCrun ? (string[])["--cgroup-manager=disabled"]
            : HasOwnKernel ? ["--network=none", "--ignore-cgroups", "--host-uds=open", "--oci-seccomp"]
            : [],
    ];

    private static bool IsGVisor(string path) => Path.GetFileName(path) == "runsc";

    private static bool IsElf(string path)
    {
        Span<byte> magic = stackalloc byte[4];
        using var file = File.OpenRead(path);
        return file.ReadAtLeast(magic, 4, throwOnEndOfStream: false) == 4 && magic.SequenceEqual("\u007fELF"u8);
    }

    private static string? Find(string name) =>
        Path.IsPathRooted(name) ? (File.Exists(name) ? name : null)
        : SearchPath.Select(d => Path.Combine(d, name)).FirstOrDefault(File.Exists);

    private static async Task<string> VersionAsync(string path, CancellationToken cancellationToken)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(path, "--version") { RedirectStandardOutput = true })!;
            var text = await process.StandardOutput.ReadToEndAsync(cancellationToken);
            await process.WaitForExitAsync(cancellationToken);
            return text;
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            throw new SandboxUnavailableException($"{path} cannot be started: {e.Message}", e);
        }
    }
}
