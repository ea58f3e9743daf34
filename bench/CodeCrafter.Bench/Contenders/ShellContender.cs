namespace CodeCrafter.Bench.Contenders;

/// <summary>The commands that a person would type, alone or with something put before them.</summary>
internal abstract class ShellContender(Shell shell, string scratch) : IContender
{
    private int _number;

    public abstract string Name { get; }

    public abstract string Description { get; }

    public async Task<double> RunAsync(HelloProgram program)
    {
        var directory = Path.Combine(scratch, $"{Name.Replace(' ', '-')}-{_number++}");
        Directory.CreateDirectory(directory);
        try
        {
            await File.WriteAllTextAsync(Path.Combine(directory, program.Language.FileName), program.Source);
            return await shell.TimeAsync(CommandFor(program.Language, directory), directory, program.Expected);
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    /// <summary>A process that has ended does nothing any more.</summary>
    public Task SettleAsync() => Task.CompletedTask;

    protected abstract string CommandFor(HelloLanguage language, string directory);

    /// <summary>As the command line of another command: a shell inside is needed only for two commands in a row.</summary>
    protected static string AsArguments(string command) => command.Contains("&&", StringComparison.Ordinal) ? $"sh -c '{command}'" : command;
}

/// <summary>The commands as they are: no isolation at all.</summary>
internal sealed class BareContender(Shell shell, string scratch) : ShellContender(shell, scratch)
{
    public override string Name => "bare";

    public override string Description => "the commands on the host, in a shell, without any isolation";

    protected override string CommandFor(HelloLanguage language, string directory) => language.Command;
}

/// <summary>Under Debian's bubblewrap: all namespaces, a read-only /usr, a private /tmp; no cgroup, no seccomp filter.</summary>
internal sealed class BubblewrapContender : ShellContender
{
    private const string Program = "/usr/bin/bwrap";
    private readonly string _home;

    private BubblewrapContender(Shell shell, string scratch, string home, string version)
        : base(shell, scratch)
    {
        _home = home;
        Description = $"{version}: the commands under {Prefix("WORK", "HOME")}";
    }

    public override string Name => "bubblewrap";

    public override string Description { get; }

    /// <summary>Null where it is not installed.</summary>
    public static async Task<BubblewrapContender?> FindAsync(Shell shell, string scratch, string home) =>
        File.Exists(Program) ? new BubblewrapContender(shell, scratch, home, await HostCommand.FirstLineAsync(Program, "--version")) : null;

    protected override string CommandFor(HelloLanguage language, string directory) =>
        $"{Prefix(directory, _home)} {AsArguments(language.Command)}";

    private static string Prefix(string directory, string home) => string.Join(' ',
        "bwrap --unshare-all --die-with-parent --new-session --cap-drop ALL --uid 65534 --gid 65534 --clearenv",
        "--setenv PATH /usr/bin:/bin --setenv HOME /home",
        "--ro-bind /usr /usr --symlink usr/bin /bin --symlink usr/lib /lib --symlink usr/lib64 /lib64",
        string.Join(' ', EtcOfToolchains().Select(path => $"--ro-bind {path} {path}")),
        $"--proc /proc --dev /dev --tmpfs /tmp --bind {home} /home --bind {directory} /workspace --chdir /workspace");

    // Links from /usr lead there.
    private static IEnumerable<string> EtcOfToolchains() =>
        ((string[])["/etc/alternatives", "/etc/ld.so.cache"]).Where(Path.Exists).Concat(Directory.GetDirectories("/etc", "java-*-openjdk"));
}

/// <summary>A container of a Docker engine for each execution.</summary>
internal sealed class DockerContender : ShellContender
{
    private readonly string _home;
    private readonly string _image;

    private DockerContender(Shell shell, string scratch, string home, string image, string version)
        : base(shell, scratch)
    {
        _home = home;
        _image = image;
        Description = $"Docker {version}: the commands under {Prefix("WORK", "HOME")} {image}";
    }

    public override string Name => "docker run";

    public override string Description { get; }

    /// <summary>Null where no engine answers, with the reason.</summary>
    public static async Task<(DockerContender? Contender, string? Why)> FindAsync(
        Shell shell, string scratch, string home, string image, IReadOnlyList<HelloLanguage> languages)
    {
        var program = ((string[])["/usr/bin/docker", "/usr/local/bin/docker"]).FirstOrDefault(File.Exists);
        if (program is null)
        {
            return (null, "no engine (no docker command)");
        }

        var version = await HostCommand.RunAsync([program, "version", "--format", "{{.Server.Version}}"]);
        if (version.ExitCode != 0)
        {
            return (null, "no engine");
        }

        foreach (var language in languages)
        {
            var name = ImageOf(image, language);
            var found = await HostCommand.RunAsync([program, "image", "inspect", "--format", "{{.Id}}", name]);
            if (found.ExitCode != 0)
            {
                return (null, $"the engine has no image {name}");
            }
        }

        return (new DockerContender(shell, scratch, home, image, version.Stdout.Trim()), null);
    }

    protected override string CommandFor(HelloLanguage language, string directory) =>
        $"{Prefix(directory, _home)} {ImageOf(_image, language)} {AsArguments(language.Command)}";

    private static string ImageOf(string image, HelloLanguage language) => image.Replace("{language}", language.Language, StringComparison.Ordinal);

    private static string Prefix(string directory, string home) => string.Join(' ',
        "docker run --rm --network none --cap-drop ALL --security-opt no-new-privileges --memory 256m --pids-limit 64",
        "--read-only --tmpfs /tmp:exec --env HOME=/home",
        $"--volume {home}:/home --volume {directory}:/workspace --workdir /workspace");
}
