using CodeCrafter.Sandbox.Steps;

namespace CodeCrafter.Sandbox.Oci;

/// <summary>
/// The root directory of all sandboxes: a skeleton made at start, which runtimes mount read-only. It has mount points,
/// the init script, and the few files of /etc that toolchains read; the host's own /etc is not visible.
/// </summary>
internal sealed class SandboxRoot
{
    /// <summary>The init script, as sandboxes see it.</summary>
    public const string InitPath = "/init.pl";

    /// <summary>The script that sandboxes are forked from, as they see it.</summary>
    public const string ZygotePath = "/zygote.pl";

    /// <summary>Where gVisor's sandboxes see the control socket, since it passes no descriptors on.</summary>
    public const string ControlPath = "/control";

    private static readonly string[] MountPoints = ["proc", "dev", "tmp", "usr", "etc", "workspace", "build", "cache"];

    // What is in /etc only because Debian keeps configuration there; toolchains under /usr have links to it.
    private static readonly string[] CopiedFromEtc = ["alternatives", "fonts", "java-*-openjdk", "ld.so.cache", "ld.so.conf", "ld.so.conf.d", "localtime", "matplotlibrc"];

    private SandboxRoot(string path) => Path = path;

    /// <summary>The directory on the host.</summary>
    public string Path { get; }

    /// <summary>Directories of the host that every sandbox sees read-only: from, to.</summary>
    public IReadOnlyList<(string From, string To)> Binds { get; } = [("/usr", "/usr")];

    /// <summary>Directories inside the binds that are not to be seen: what an administrator has put there is not ours to show.</summary>
    public IReadOnlyList<string> Hidden { get; } = [.. ((string[])["/usr/local", "/usr/src"]).Where(Directory.Exists)];

    /// <summary>Makes the skeleton afresh.</summary>
    public static SandboxRoot Create(string path, IEnumerable<int> uids)
    {
        if (Directory.Exists(path))
        {
            Directory.Delete(path, recursive: true);
        }
        Directory.CreateDirectory(path);
        foreach (var directory in MountPoints)
        {
            Directory.CreateDirectory(System.IO.Path.Combine(path, directory));
        }
        foreach (var link in (string[])["bin", "sbin", "lib", "lib64", "lib32", "libx32"])
        {
            CopyTopLink(path, link);
        }
        foreach (var script in (string[])[InitPath, ZygotePath])
        {
            File.WriteAllText(path + script, Script(script[1..]));
        }
        File.WriteAllText(path + ControlPath, "");
        WriteEtc(System.IO.Path.Combine(path, "etc"), uids);
        MakeReadable(path);
        SetMountPointModes(path);
        return new SandboxRoot(path);
    }

    private static void CopyTopLink(string root, string name)
    {
        var host = new FileInfo("/" + name);
        if (host.LinkTarget is { } target)
        {
            File.CreateSymbolicLink(System.IO.Path.Combine(root, name), target);
        }
        else if (Directory.Exists(host.FullName))
        {
            throw new SandboxUnavailableException(
                $"/{name} is a directory, not a link into /usr: this needs a merged /usr, as Debian 12 and Ubuntu 24.04 have (apt-get install usrmerge).");
        }
    }

    private static void WriteEtc(string etc, IEnumerable<int> uids)
    {
        var users = uids.ToList();
        File.WriteAllLines(System.IO.Path.Combine(etc, "passwd"),
            ["root:x:0:0:root:/nonexistent:/usr/sbin/nologin", .. users.Select(uid => $"sandbox:x:{uid}:{uid}::{SandboxPaths.Workspace}:/bin/sh")]);
        File.WriteAllLines(System.IO.Path.Combine(etc, "group"), ["root:x:0:", .. users.Select(uid => $"sandbox:x:{uid}:")]);
        File.WriteAllText(System.IO.Path.Combine(etc, "hosts"), "127.0.0.1 localhost sandbox\n::1 localhost\n");
        File.WriteAllText(System.IO.Path.Combine(etc, "hostname"), "sandbox\n");
        File.WriteAllText(System.IO.Path.Combine(etc, "nsswitch.conf"), "passwd: files\ngroup: files\nhosts: files\n");
        foreach (var source in CopiedFromEtc.SelectMany(pattern => Directory.GetFileSystemEntries("/etc", pattern)))
        {
            Copy(source, System.IO.Path.Combine(etc, System.IO.Path.GetFileName(source)));
        }
    }

    /// <summary>
    /// Copies a file or a tree, links as links. What others may not read on the host is left out: inside, everything
    /// belongs to root and is read by another user.
    /// </summary>
    private static void Copy(string source, string destination)
    {
        var info = new FileInfo(source);
        if (info.LinkTarget is { } target && System.IO.Path.GetFileName(source) != "localtime")
        {
            File.CreateSymbolicLink(destination, target);
        }
        else if (Directory.Exists(source))
        {
            Directory.CreateDirectory(destination);
            foreach (var entry in Directory.GetFileSystemEntries(source))
            {
                Copy(entry, System.IO.Path.Combine(destination, System.IO.Path.GetFileName(entry)));
            }
        }
        else if (File.Exists(source) && (File.GetUnixFileMode(source) & UnixFileMode.OtherRead) != 0)
        {
            File.WriteAllBytes(destination, File.ReadAllBytes(source));
        }
    }

    /// <summary>Programs are another user, whatever umask the server has.</summary>
    private static void MakeReadable(string directory)
    {
        const UnixFileMode file = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
        const UnixFileMode folder = file | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;
        File.SetUnixFileMode(directory, folder);
        foreach (var entry in new DirectoryInfo(directory).EnumerateFileSystemInfos())
        {
            if (entry.LinkTarget is null && entry is DirectoryInfo)
            {
                MakeReadable(entry.FullName);
            }
            else if (entry.LinkTarget is null)
            {
                File.SetUnixFileMode(entry.FullName, file);
            }
        }
    }

    /// <summary>runc gives a tmpfs the mode of the directory that it is mounted on, whatever its own options say.</summary>
    private static void SetMountPointModes(string root)
    {
        const UnixFileMode own = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
        const UnixFileMode all = own | UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute
            | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;
        File.SetUnixFileMode(System.IO.Path.Combine(root, "tmp"), all | UnixFileMode.StickyBit);
        File.SetUnixFileMode(root + SandboxPaths.Workspace, own);
        File.SetUnixFileMode(root + SandboxPaths.Build, own);
    }

    private static string Script(string name)
    {
        using var stream = typeof(SandboxRoot).Assembly.GetManifestResourceStream(name)
            ?? throw new InvalidOperationException($"{name} is not embedded.");
        return new StreamReader(stream).ReadToEnd();
    }
}
