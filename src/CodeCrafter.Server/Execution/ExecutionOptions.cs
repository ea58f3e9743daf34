using System.ComponentModel.DataAnnotations;
using CodeCrafter.Sandbox.Limits;

namespace CodeCrafter.Server.Execution;

/// <summary>Settings under <c>CodeCrafter:Execution</c>.</summary>
internal sealed class ExecutionOptions : IValidatableObject
{
    public const string Section = "CodeCrafter:Execution";

    /// <summary>What runs programs: an OCI runtime of this host, or a Docker Engine, on this host or another.</summary>
    [EnumDataType(typeof(ExecutionBackend))]
    public ExecutionBackend Backend { get; set; }

    /// <summary>
    /// The OCI runtime: a name on the PATH or a path; null takes crun, then runc. With Docker, the engine's name of one.
    /// </summary>
    public string? Runtime { get; set; }

    /// <summary>
    /// Fill the caches of the compilers (precompiled headers, the compiled standard library, the warm Java compiler) in the
    /// background once after the installation: a minute of work, after which they are several times as fast.
    /// </summary>
    public bool CompilerCaches { get; set; } = true;

    /// <summary>How many started sandboxes wait for each kind of work; absent, one for each core. 0 starts each when it is needed.</summary>
    [Range(0, 64)]
    public int? Parked { get; set; }

    /// <summary>Settings of the Docker backend.</summary>
    public DockerOptions Docker { get; set; } = new();

    /// <summary>Programs at once; 0 is one for each core.</summary>
    [Range(0, 1024)]
    public int Workers { get; set; }

    /// <summary><see cref="Workers"/>, with what 0 stands for.</summary>
    public int WorkerCount => Workers > 0 ? Workers : Environment.ProcessorCount;

    /// <summary>Programs that may wait for a worker.</summary>
    [Range(1, 100_000)]
    public int QueueCapacity { get; set; } = 256;

    /// <summary>
    /// Bytes of memory that the code, input and test cases of all programs that wait and run may take; those of one user a
    /// quarter of it.
    /// </summary>
    [Range(1 << 20, long.MaxValue)]
    public long QueueBytes { get; set; } = 256L << 20;

    /// <summary>Programs that one user may have waiting and running.</summary>
    [Range(1, 10_000)]
    public int JobsPerUser { get; set; } = 8;

    /// <summary>Programs that one session may have waiting and running.</summary>
    [Range(1, 10_000)]
    public int JobsPerSession { get; set; } = 16;

    /// <summary>Files in one run.</summary>
    [Range(1, 10_000)]
    public int MaxFiles { get; set; } = 200;

    /// <summary>Bytes of source text in one run.</summary>
    [Range(1, 64 << 20)]
    public int MaxSourceBytes { get; set; } = 4 << 20;

    /// <summary>Bytes of standard input in one run.</summary>
    [Range(1, 64 << 20)]
    public int MaxInputBytes { get; set; } = 4 << 20;

    /// <summary>Arguments in one run.</summary>
    [Range(0, 1000)]
    public int MaxArguments { get; set; } = 64;

    /// <summary>Test cases in one run.</summary>
    [Range(1, 10_000)]
    public int MaxTestCases { get; set; } = 100;

    /// <summary>Bytes of the inputs and expected outputs of all test cases of one run.</summary>
    [Range(1, 64 << 20)]
    public int MaxTestCaseBytes { get; set; } = 4 << 20;

    /// <summary>Time for all test cases of one run: what is left of it limits each.</summary>
    [Range(1, 86_400_000)]
    public int TestCasesWallTimeMs { get; set; } = 120_000;

    /// <summary>Characters of each stream that are kept of what a test case prints; all of it is compared.</summary>
    [Range(0, 64 << 20)]
    public int TestCaseOutputChars { get; set; } = 64 << 10;

    /// <summary>Files that come back from one run; 0 for none.</summary>
    [Range(0, 1000)]
    public int MaxOutputFiles { get; set; } = 16;

    /// <summary>Bytes of all files that come back from one run.</summary>
    [Range(1, 64 << 20)]
    public long MaxOutputFileBytes { get; set; } = 4 << 20;

    /// <summary>
    /// Bytes that all output of a run may take in an answer: of compiler and program, or of all test cases. Text at the
    /// limits on output fits; of binary output, where a byte takes up to six in JSON, the beginning is kept.
    /// </summary>
    [Range(1 << 10, 64 << 20)]
    public int MaxResultBytes { get; set; } = 16 << 20;

    /// <summary>
    /// Bytes of the texts of a run, and of its files, in the history and in events; longer ones are shortened there.
    /// </summary>
    [Range(0, 1 << 20)]
    public int ShortenedResultBytes { get; set; } = 32 << 10;

    /// <summary>Runs of one session that are kept; one more makes the oldest go.</summary>
    [Range(1, 1_000_000)]
    public int KeptRunsPerSession { get; set; } = 500;

    /// <summary>Bytes of output, sources and files of all runs of one session; the oldest go. The newest run stays, however large.</summary>
    [Range(1, long.MaxValue)]
    public long KeptBytesPerSession { get; set; } = 64L << 20;

    /// <summary>Runs of one user that are kept, in sessions or not.</summary>
    [Range(1, 1_000_000)]
    public int KeptRunsPerUser { get; set; } = 2000;

    /// <summary>As <see cref="KeptBytesPerSession"/>, of the runs of one user, in sessions or not.</summary>
    [Range(1, long.MaxValue)]
    public long KeptBytesPerUser { get; set; } = 256L << 20;

    /// <summary>Share of one core for each program.</summary>
    [Range(0.05, 64)]
    public double Cpus { get; set; } = 1;

    /// <summary>Limits where a request names none.</summary>
    public LimitSet Default { get; set; } = new()
    {
        CpuTimeMs = 10_000,
        WallTimeMs = 20_000,
        MemoryMb = 256,
        Processes = 64,
        OutputBytes = 1 << 20,
    };

    /// <summary>The most that a request may ask for.</summary>
    public LimitSet Maximum { get; set; } = new()
    {
        CpuTimeMs = 30_000,
        WallTimeMs = 60_000,
        MemoryMb = 1024,
        Processes = 256,
        OutputBytes = 4 << 20,
    };

    /// <summary>The least that a request may ask for: below it, programs fail in ways that explain nothing.</summary>
    public LimitSet Minimum { get; set; } = new()
    {
        CpuTimeMs = 100,
        WallTimeMs = 100,
        MemoryMb = 16,
        Processes = 1,
        OutputBytes = 1,
    };

    /// <summary>Limits on compilers; a request cannot change them.</summary>
    public LimitSet Compile { get; set; } = new()
    {
        CpuTimeMs = (long)RunLimits.DefaultForCompiling.CpuTime.TotalMilliseconds,
        WallTimeMs = (long)RunLimits.DefaultForCompiling.WallTime.TotalMilliseconds,
        MemoryMb = RunLimits.DefaultForCompiling.MemoryBytes >> 20,
        Processes = RunLimits.DefaultForCompiling.Processes,
        OutputBytes = RunLimits.DefaultForCompiling.OutputBytes,
    };

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext) =>
    [
        .. Order((nameof(Minimum), Minimum), (nameof(Maximum), Maximum)),
        .. Order((nameof(Minimum), Minimum), (nameof(Default), Default)),
        .. Order((nameof(Default), Default), (nameof(Maximum), Maximum)),
    ];

    private static IEnumerable<ValidationResult> Order((string Name, LimitSet Limits) less, (string Name, LimitSet Limits) more) =>
        less.Limits.All.Zip(more.Limits.All).Where(pair => pair.First.Value > pair.Second.Value).Select(pair => new ValidationResult(
            $"{Section}:{less.Name}:{pair.First.Name} is {pair.First.Value}, and must be at most {Section}:{more.Name}:{pair.Second.Name}, which is {pair.Second.Value}"));
}

/// <summary>The kinds of sandbox.</summary>
internal enum ExecutionBackend
{
    Oci,
    Docker,
}

/// <summary>Settings under <c>CodeCrafter:Execution:Docker</c>.</summary>
internal sealed class DockerOptions
{
    /// <summary>Where the engine listens; null takes DOCKER_HOST, the docker client's context, or this host's socket.</summary>
    public Uri? Endpoint { get; set; }

    /// <summary>The name of a language's image; <c>{language}</c> stands for its id.</summary>
    public string Image { get; set; } = "codecrafter/{language}";

    /// <summary>The first user id of programs; an engine that maps users has only those below 65536.</summary>
    public int FirstUid { get; set; } = 1_900_000_000;
}

/// <summary>One value for each limit that a request can name.</summary>
internal sealed class LimitSet
{
    public long CpuTimeMs { get; set; }
    public long WallTimeMs { get; set; }
    public long MemoryMb { get; set; }
    public int Processes { get; set; }
    public long OutputBytes { get; set; }

    /// <summary>Each with its name.</summary>
    public IEnumerable<(string Name, long Value)> All =>
    [
        (nameof(CpuTimeMs), CpuTimeMs),
        (nameof(WallTimeMs), WallTimeMs),
        (nameof(MemoryMb), MemoryMb),
        (nameof(Processes), Processes),
        (nameof(OutputBytes), OutputBytes),
    ];

    public RunLimits ToRunLimits(double cpus) => new()
    {
        CpuTime = TimeSpan.FromMilliseconds(CpuTimeMs),
        WallTime = TimeSpan.FromMilliseconds(WallTimeMs),
        MemoryBytes = MemoryMb << 20,
        Processes = Processes,
        OutputBytes = OutputBytes,
        Cpus = cpus,
    };
}
