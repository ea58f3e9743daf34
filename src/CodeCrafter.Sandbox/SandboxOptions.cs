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
    /// The OCI runtime: a name (<c>crun</c>, <c>runc</c>) or an absolute path. Null takes crun, and runc where crun is
    /// not installed.
    /// </summary>
    public string? Runtime { get; init; }

    /// <summary>How many sandboxes there may be at once; a further run waits. 1 to 1000.</summary>
    public int MaxSandboxes { get; init; } = 64;

    /// <summary>
    /// The user and group ids of the programs: this one and the next <see cref="MaxSandboxes"/> - 1, one for each
    /// sandbox, so that limits per user do not mix. They must belong to nobody else on this host.
    /// </summary>
    public int FirstUid { get; init; } = 1_900_000_000;

    /// <summary>How long the runtime may take to start a sandbox before that counts as a fault.</summary>
    public TimeSpan StartTimeout { get; init; } = TimeSpan.FromSeconds(15);
}
