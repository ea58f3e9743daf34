using CodeCrafter.Sandbox.Languages;
using CodeCrafter.Sandbox.Limits;

namespace CodeCrafter.Sandbox.Steps;

/// <summary>What the self-check expects of a backend besides what it expects of all.</summary>
/// <param name="FirstUid">The first user id of programs.</param>
/// <param name="Uids">How many there are.</param>
/// <param name="Invisible">Paths of the host that are not to be seen, and that no image has.</param>
/// <param name="HasOwnKernel">Programs are to run on another kernel than the host's; gVisor's tells less about a process.</param>
internal sealed record SelfCheckSetting(int FirstUid, int Uids, IReadOnlyList<string> Invisible, bool HasOwnKernel = false);

/// <summary>
/// Proves, in real sandboxes, that the protections are on: a configuration that was accepted is not yet one that works.
/// </summary>
internal static class SelfCheck
{
    /// <summary>The id of the language that its programs are in, which no catalog has.</summary>
    public const string LanguageId = "self-check";

    private const int Processes = 8;

    private static readonly Language Perl = new()
    {
        Id = LanguageId,
        Name = "Self-check",
        FileName = "check.pl",
        Sample = "",
        Recipe = new LanguageRecipe { Run = new CommandTemplate { Command = ["/usr/bin/perl", "{entry}", "{args}"] } },
    };

    /// <exception cref="SandboxUnavailableException">A protection is missing; the message names all that are.</exception>
    public static async Task RunAsync(ISandbox sandbox, SelfCheckSetting setting, CancellationToken cancellationToken)
    {
        var facts = await FactsAsync(sandbox, setting, cancellationToken);
        var memory = await sandbox.RunAsync(Request("my $x = 'x' x (64 << 20); print length $x;") with
        {
            Limits = Limits with { MemoryBytes = 16 << 20 },
        }, cancellationToken: cancellationToken);
        var sockets = await sandbox.RunAsync(Request(FillSockets) with
        {
            Limits = Limits with { MemoryBytes = 16 << 20 },
        }, cancellationToken: cancellationToken);
        cancellationToken.ThrowIfCancellationRequested();
        var problems = Judge(facts, setting).ToList();
        var held = long.TryParse(sockets.Run?.Stdout, out var bytes) ? bytes : 0;
        if (sockets.Status != RunStatus.MemoryLimitExceeded && (held == 0 || (held > 16 << 20 && held > sockets.Run!.MemoryBytes)))
        {
            problems.Add($"sockets hold more than the memory limit ({sockets.Status}, {held} bytes)");
        }
        if (memory.Status != RunStatus.MemoryLimitExceeded)
        {
            problems.Add($"the memory limit does not hold ({memory.Status})");
        }
        if (problems.Count > 0)
        {
            throw new SandboxUnavailableException(
                $"The sandbox ({sandbox.Description}) does not hold, so it does not start: {string.Join("; ", problems)}.");
        }
    }

    /// <summary>What is wrong with the facts that the program in the sandbox found.</summary>
    internal static IEnumerable<string> Judge(IReadOnlyDictionary<string, string> facts, SelfCheckSetting setting)
    {
        string Fact(string name) => facts.GetValueOrDefault(name, "missing");
        (string Name, string Expected, string Problem)[] expectations =
        [
            ("seccomp", "2", "no seccomp filter is on"),
            ("nonewprivs", "1", "no_new_privs is not set"),
            ("capeff", NoCapabilities, "programs have capabilities"),
            ("capprm", NoCapabilities, "programs have permitted capabilities"),
            ("capinh", NoCapabilities, "programs have inheritable capabilities"),
            ("capbnd", NoCapabilities, "programs have capabilities in their bounding set"),
            ("capamb", NoCapabilities, "programs have ambient capabilities"),
            ("routes", "0", "there are network routes"),
            ("interfaces", "lo", "there are network interfaces"),
            ("writable", "", "places outside the workspace can be written"),
            ("visible", "", "places of the host are visible"),
            ("parent", "1", "there is no PID namespace with init in it"),
            ("descriptors", "0,1,2", "programs inherit descriptors"),
            ("environment", "HOME,LANG,PATH,TMPDIR", "the environment is not the allowed one"),
            ("mount", "-1", "programs can mount"),
            ("unshare", "-1", "programs can make namespaces"),
            ("children", (Processes - 1).ToString(), "the limit on processes does not hold"),
        ];
        var network = setting.HasOwnKernel ? [] : SocketLimits.Settings.Select(limit => (limit.Key, limit.Value, "sockets may hold more than they should"));
        foreach (var (name, expected, problem) in expectations.Concat(network))
        {
            if (Fact(name) != expected && !(setting.HasOwnKernel && (name is "nonewprivs" or "capamb") && !facts.ContainsKey(name)))
            {
                yield return $"{problem} ({name}: {Fact(name)})";
            }
        }
        if (setting.HasOwnKernel && Fact("kernel") == File.ReadAllText("/proc/version").Trim())
        {
            yield return "programs run on the host's kernel";
        }
        foreach (var name in (string[])["uid", "gid"])
        {
            var ids = Fact(name).Split('\t');
            if (!Array.TrueForAll(ids, id => int.TryParse(id, out var number) && number >= setting.FirstUid && number < setting.FirstUid + setting.Uids))
            {
                yield return $"programs run as another user than theirs ({name}: {Fact(name)})";
            }
        }
    }

    /// <summary>
    /// Sends 25 MB to itself and prints how much of it the kernel has kept. Where that is all, the number of sockets has to be
    /// what ends it.
    /// </summary>
    private const string FillSockets = """
        my ($held, $some, @sockets) = (0);
        for (1 .. 140) {
            socket(my $socket, 2, 2, 0) or last;
            bind($socket, pack('S n a4 x8', 2, 0, "\x7f\0\0\1")) or die;
            send($socket, 'x' x 60000, 0x40, getsockname $socket) for 1 .. 3;
            push @sockets, $socket;
        }
        for (@sockets) { while (defined recv($_, $some, 60000, 0x40) && length $some) { $held += length $some } }
        select(undef, undef, undef, 1) if $held > 16 << 20;
        print $held;
        """;

    private const string NoCapabilities = "0000000000000000";

    private static RunLimits Limits { get; } = new()
    {
        CpuTime = TimeSpan.FromSeconds(5),
        WallTime = TimeSpan.FromSeconds(20),
        MemoryBytes = 64 << 20,
        Processes = Processes,
    };

    private static async Task<Dictionary<string, string>> FactsAsync(ISandbox sandbox, SelfCheckSetting setting, CancellationToken cancellationToken)
    {
        using var script = new StreamReader(typeof(SelfCheck).Assembly.GetManifestResourceStream("self-check.pl")!);
        var request = Request(await script.ReadToEndAsync(cancellationToken)) with
        {
            Arguments = setting.Invisible,
        };
        var result = await sandbox.RunAsync(request, cancellationToken: cancellationToken);
        cancellationToken.ThrowIfCancellationRequested();
        if (result.Status != RunStatus.Accepted || result.Run is not { } run)
        {
            throw new SandboxUnavailableException(
                $"The sandbox ({sandbox.Description}) cannot run a first program ({result.Status}); the log says why. {result.Run?.Stderr}".TrimEnd());
        }
        if (run.CpuTime <= TimeSpan.Zero || run.MemoryBytes <= 0)
        {
            throw new SandboxUnavailableException($"The sandbox ({sandbox.Description}) does not measure CPU time and memory: the program was not in its cgroup.");
        }
        return run.Stdout.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => line.Split(' ', 2))
            .ToDictionary(parts => parts[0], parts => parts[1]);
    }

    private static RunRequest Request(string script) => new()
    {
        Language = Perl,
        Files = [new SourceFile(Perl.FileName, script)],
        Entry = Perl.FileName,
        Limits = Limits,
    };
}
