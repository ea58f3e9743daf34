namespace CodeCrafter.Sandbox;

/// <summary>How the sandbox is set up on this host.</summary>
public sealed record SandboxOptions
{
    /// <summary>
    /// A directory of the sandbox's own, made where it is missing (mode 0700): the root of all sandboxes, the state of
    /// the runtime, and the name of this installation. One process at a time may use it. Keep it: what a killed server
    /// left behind is found and removed through it.
    /// </summary>
    public required string StateDirectory { get; init; }

    /// <summary>
    /// The OCI runtime: a name (<c>crun</c>, <c>runc</c>, <c>runsc</c> for gVisor) or an absolute path to one of them. Null takes crun, and runc where crun is
    /// not installed.
    /// </summary>
    public string? Runtime { get; init; }

    /// <summary>How many sandboxes there may be at once; a further run waits. 1 to 1000.</summary>
    public int MaxSandboxes { get; init; } = 64;

    /// <summary>
    /// How many started sandboxes wait for each kind of work: for any program, and, with the interpreter or compiler
    /// started too, for each command that ran lately. 0 starts a sandbox only when there is something to run.
    /// </summary>
    public int Parked { get; init; } = Environment.ProcessorCount;

    /// <summary>The most sandboxes that wait, of all kinds together; 0 to 1000. Each holds the memory of what is started in it.</summary>
    public int MaxParked { get; init; } = 24;

    /// <summary>How long a started interpreter or compiler waits for a command that no longer comes.</summary>
    public TimeSpan ParkedFor { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Bytes of compiled programs that are kept, on the disk, so that an identical one is not compiled again; 0 keeps none.</summary>
    public long CompileCacheBytes { get; init; } = 256L << 20;

    /// <summary>How long a compiled program is kept.</summary>
    public TimeSpan CompileCacheFor { get; init; } = TimeSpan.FromHours(1);

    /// <summary>
    /// The user and group ids of the programs: this one and the next <see cref="MaxSandboxes"/> + <see cref="MaxParked"/> - 1,
    /// one for each sandbox, so that limits per user do not mix. They must belong to nobody else on this host.
    /// </summary>
    public int FirstUid { get; init; } = 1_900_000_000;

    /// <summary>How long the runtime may take to start a sandbox before that counts as a fault.</summary>
    public TimeSpan StartTimeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>How many user ids there are.</summary>
    internal int Uids => MaxSandboxes + MaxParked;
}
