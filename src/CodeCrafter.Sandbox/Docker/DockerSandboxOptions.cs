namespace CodeCrafter.Sandbox.Docker;

/// <summary>How programs are run through a Docker Engine.</summary>
public sealed record DockerSandboxOptions
{
    /// <summary>
    /// A directory of the sandbox's own, made where it is missing (mode 0700): the name of this installation, by which
    /// what a killed server left on the engine is found and removed. One process at a time may use it.
    /// </summary>
    public required string StateDirectory { get; init; }

    /// <summary>
    /// Where the engine listens: <c>unix:///var/run/docker.sock</c>, <c>tcp://host:2375</c>. Null takes DOCKER_HOST, the
    /// docker client's context, or the socket of this machine's engine, in this order. Whoever can talk to an engine
    /// owns its machine: reach a remote one through a forwarded socket (<c>ssh -L</c>), not a bare TCP port.
    /// </summary>
    public Uri? Endpoint { get; init; }

    /// <summary>The name of a language's image; <c>{language}</c> stands for its id.</summary>
    public string Image { get; init; } = "codecrafter/{language}";

    /// <summary>The engine's name of an OCI runtime, such as <c>runsc</c>; null takes its default.</summary>
    public string? Runtime { get; init; }

    /// <summary>The parent of the containers' cgroups; null leaves it to the engine.</summary>
    public string? CgroupParent { get; init; }

    /// <summary>How many runs there may be at once, each with one container or, with a compiler, two; a further one waits. 1 to 1000.</summary>
    public int MaxSandboxes { get; init; } = 64;

    /// <summary>
    /// The user and group ids of the programs: this one and the next 2 × <see cref="MaxSandboxes"/> - 1, one for each
    /// container, so that limits per user do not mix. They must belong to nobody else on the engine's machine. An engine
    /// that maps users (userns-remap, rootless) has only those below 65536.
    /// </summary>
    public int FirstUid { get; init; } = 1_900_000_000;

    /// <summary>Bytes of compiled programs that are kept, so that an identical one is not compiled again; 0 keeps none.</summary>
    public long CompileCacheBytes { get; init; } = 256L << 20;

    /// <summary>How long a compiled program is kept.</summary>
    public TimeSpan CompileCacheFor { get; init; } = TimeSpan.FromHours(1);

    /// <summary>How long the engine may take to start a container before that counts as a fault.</summary>
    public TimeSpan StartTimeout { get; init; } = TimeSpan.FromSeconds(30);
}
